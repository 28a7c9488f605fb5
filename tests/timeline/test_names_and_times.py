"""Safe names, exact times, and paths as timelines write them."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline import is_safe_name, safe_name
from highlight_cuts_cv.timeline.locate import MediaFinder, parts_of, plain_path
from highlight_cuts_cv.timeline.times import (
    exact_rate,
    float_rate,
    frames,
    nearest_frame,
    seconds,
    timecode_seconds,
)


@settings(deadline=None)
@given(st.text())
def test_any_text_becomes_a_safe_name(text):
    name = safe_name(text)
    assert is_safe_name(name) and len(name) <= 60
    assert safe_name(name) == name


@pytest.mark.parametrize("text", ["CON", "nul.mp4", "com1"])
def test_no_name_is_a_windows_device(text):
    assert safe_name(text) == f"_{text}"


@pytest.mark.parametrize("name", ["a b.mp4", "a#.mp4", "a?.mp4", "a%20.mp4", "ä.mp4", "", ".hidden", "a/b"])
def test_unsafe_names_are_seen(name):
    assert not is_safe_name(name)


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (24, Fraction(24)),
        (29.97, Fraction(30000, 1001)),
        (30000 / 1001, Fraction(30000, 1001)),
        (30, Fraction(30)),
        (59.94, Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (12.5, Fraction(25, 2)),
        (1000, Fraction(1000)),
    ],
)
def test_rates_are_exact(written, exact):
    assert exact_rate(written) == exact


@pytest.mark.parametrize(
    "rate",
    ["24000/1001", "30000/1001", "23.98", "23.97", "23.976", "29.97", "59.94", "24.999", "25", "59.999"],
)
def test_a_written_rate_is_read_back_exactly(rate):
    """A recording of exactly 23.98 is not one of 24000/1001, which is half a second an hour slower."""
    written = float_rate(Fraction(rate))
    assert exact_rate(written) == Fraction(rate)
    assert abs(written - float(Fraction(rate))) < 1e-10
    stored = otio.adapters.write_to_string(otio.schema.Gap(duration=frames(7, Fraction(rate))), "otio_json")
    again = otio.adapters.read_from_string(stored, "otio_json").source_range.duration
    assert seconds(again) == 7 / Fraction(rate)


@pytest.mark.parametrize("rate", [0, -25])
def test_impossible_rates(rate):
    with pytest.raises(BadInputError, match="above 0"):
        exact_rate(rate)


@settings(deadline=None)
@given(st.integers(0, 10**7), st.sampled_from([24, 23.976, 25, 29.97, 30000 / 1001, 50, 59.94, 60]))
def test_whole_frames_stay_whole(frame, rate):
    assert nearest_frame(seconds(RationalTime(frame, rate)), exact_rate(rate)) == frame


@settings(deadline=None)
@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(2, 29))
def test_drop_frame_timecode_agrees_with_otio(hour, minute, second, frame):
    text = f"{hour:02d}:{minute:02d}:{second:02d};{frame:02d}"
    rate = Fraction(30000, 1001)
    count = RationalTime.from_timecode(text, float(rate)).value
    assert timecode_seconds(text, rate) == Fraction(int(count)) / rate


@pytest.mark.parametrize("text", ["", "1:2", "01:00:00", "aa:bb:cc:dd"])
def test_what_is_no_timecode(text):
    with pytest.raises(ValueError, match="is not a timecode"):
        timecode_seconds(text, Fraction(25))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/a/b c.mp4", "/a/b c.mp4"),
        ("file:///a/b%20c.mp4", "/a/b%20c.mp4"),
        ("file://localhost/a/b.mp4", "/a/b.mp4"),
        ("file:///a/game #1?.mp4", "/a/game #1?.mp4"),
        ("FILE:///C:/a/b.mp4", "C:/a/b.mp4"),
        ("file://C:/a/b.mp4", "C:/a/b.mp4"),
        (r"C:\a\b.mp4", r"C:\a\b.mp4"),
        ("file://nas/share/b.mp4", "//nas/share/b.mp4"),
        ("./b.mp4", "./b.mp4"),
    ],
)
def test_urls_become_plain_paths(url, path):
    assert plain_path(url) == path


@pytest.mark.parametrize("path", [r"C:\a\b.mp4", "C:/a/b.mp4", "/a/b.mp4", "./a/b.mp4", r"a\b.mp4"])
def test_the_parts_of_paths_of_any_system(path):
    assert parts_of(path) == ("a", "b.mp4")


@pytest.mark.parametrize(
    "url",
    [
        "{}/game%20%231.mp4",
        "{}/game #1.mp4",
        "file://{}/game #1.mp4",
        "file://{}/game%20%231.mp4",
        "file://localhost{}/game%20%231.mp4",
        "game #1.mp4",
        "./game%20%231.mp4",
    ],
)
def test_the_file_is_found_however_its_url_is_written(tmp_path, url):
    file = tmp_path / "game #1.mp4"
    file.touch()
    assert MediaFinder(tmp_path).find(url.format(tmp_path)) == file


def test_a_name_with_a_real_percent_sign_comes_first(tmp_path):
    for name in ("a%20b.mp4", "a b.mp4"):
        (tmp_path / name).touch()
    assert MediaFinder(tmp_path).find("a%20b.mp4") == tmp_path / "a%20b.mp4"


def test_of_two_files_of_a_name_the_one_in_the_folder_of_old(tmp_path):
    for folder in ("root/day1", "root/day2"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "GOPR1.mp4").touch()
    finder = MediaFinder(tmp_path, tmp_path / "root")
    assert finder.find("/old/day2/GOPR1.mp4") == tmp_path / "root" / "day2" / "GOPR1.mp4"
    assert finder.find("/old/day2/gopr1.MP4") == tmp_path / "root" / "day2" / "GOPR1.mp4"
    with pytest.raises(BadInputError, match=r"Several files .*day1.*day2"):
        finder.find("/old/day3/GOPR1.mp4")
    premiere = "file://localhost/D%3a/day1/GOPR1%2emp4"
    assert finder.find(premiere) == tmp_path / "root" / "day1" / "GOPR1.mp4"
    assert finder.find("/old/day3/other.mp4") is None


COMPOSED, DECOMPOSED = "Zo\u00eb.mp4", "Zoe\u0308.mp4"


@pytest.mark.parametrize(
    ("file", "url"),
    [
        ("clips/game.mp4", r"clips\game.mp4"),
        ("clips/game.mp4", r".\clips\game.mp4"),
        ("Clips/Game.MP4", "clips/game.mp4"),
        ("Clips/Game.MP4", r"clips\game.mp4"),
        ("clips/game.mp4", r"D:\match\clips\game.mp4"),
        ("clips/game.mp4", "file:///D:/match/clips/game.mp4"),
        ("game.mp4", r"\\server\share\match\GAME.mp4"),
        ("game.mp4", "/Volumes/USB/game.mp4"),
        (COMPOSED, DECOMPOSED),
        (DECOMPOSED, COMPOSED),
        (DECOMPOSED, "file:///old/Zo%C3%AB.mp4"),
    ],
)
def test_the_spelling_of_another_system_is_found(tmp_path, file, url):
    for place in ("edit", "root/deep"):
        path = tmp_path / place / file
        path.parent.mkdir(parents=True)
        path.touch()
    beside = tmp_path / "edit" / file
    assert MediaFinder(tmp_path / "edit").find(url) == beside
    (tmp_path / "elsewhere").mkdir()
    finder = MediaFinder(tmp_path / "elsewhere", tmp_path / "root")
    assert finder.find(url) == tmp_path / "root" / "deep" / file


def test_an_absolute_path_in_other_spelling_is_found(tmp_path):
    path = tmp_path / "Clips" / COMPOSED
    path.parent.mkdir()
    path.touch()
    assert MediaFinder(tmp_path / "edit").find(f"{tmp_path}/clips/{DECOMPOSED}") == path


def test_of_two_spellings_the_exact_one_or_none(tmp_path):
    for name in ("a.mp4", "A.mp4"):
        (tmp_path / name).touch()
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system does not tell case")
    assert MediaFinder(tmp_path).find("/old/A.mp4") == tmp_path / "A.mp4"
    assert MediaFinder(tmp_path).find("A.MP4") is None


def test_a_media_root_must_be_a_folder(tmp_path):
    with pytest.raises(BadInputError, match="is not a folder"):
        MediaFinder(tmp_path, tmp_path / "none")
