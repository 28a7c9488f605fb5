"""Formats that do not say their rate, through a small adapter that reads them as one for EDLs does."""

from __future__ import annotations

import textwrap
from fractions import Fraction

import opentimelineio as otio
import pytest

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline import parse_rate, read_timeline
from highlight_cuts_cv.timeline.locate import MediaFinder
from highlight_cuts_cv.timeline.sources import Sources
from highlight_cuts_cv.timeline.times import exact_rate
from highlight_cuts_cv.timeline.unrated import load_unrated
from tests.timeline.test_reading import clip_of, span, timeline_of

NTSC = Fraction(30000, 1001)
ADAPTER = """
import opentimelineio as otio


def read_from_string(input_str, rate=24, ignore_timecode_mismatch=False):
    at = lambda text: otio.opentime.from_timecode(text, rate)
    name, first, last, record, *more = input_str.split()
    used = otio.opentime.range_from_start_end_time(at(first), at(last))
    if more and at(more[0]) - at(record) != used.duration and not ignore_timecode_mismatch:
        raise ValueError("Source and record duration don't match")
    clip = otio.schema.Clip(name, None, used, {"cmx_3600": {"reel": "R7"}})
    track = otio.schema.Track("V", children=[clip])
    if at(record).value:
        track.source_range = otio.opentime.TimeRange(-at(record), used.duration)
    timeline = otio.schema.Timeline()
    timeline.tracks.append(track)
    return timeline
"""


@pytest.fixture
def edl(tmp_path):
    module = tmp_path / "edl_like.py"
    module.write_text(textwrap.dedent(ADAPTER))
    adapter = otio.adapters.Adapter(name="edl_like", filepath=str(module), suffixes=["edlx"])
    manifest = otio.plugins.ActiveManifest()
    before = list(manifest.adapters)
    manifest.adapters = [*before, adapter]

    def write(text):
        path = tmp_path / "cut.edlx"
        path.write_text(text)
        return path

    yield write
    manifest.adapters = before


def test_the_rate_is_that_of_the_first_medium(edl, media):
    media.add("A001.mov", 60, Fraction(25), timecode="10:00:00:00")
    timeline = read_timeline(edl("A001.mov 10:00:01:10 10:00:01:20 00:00:00:00"), probe=media.probe)
    (clip,) = timeline.clips
    assert (clip.rate, clip.start, clip.frame_count) == (25, Fraction(35, 25), 10)
    assert "read at 25 frames a second, as A001.mov has" in " ".join(timeline.warnings)


def test_a_frame_number_that_the_adapters_own_rate_has_not(edl, media):
    media.add("A001.mov", 60, Fraction(25), timecode="10:00:00:00")
    (clip,) = read_timeline(edl("A001.mov 10:00:01:10 10:00:01:24 00:00:00:00"), probe=media.probe).clips
    assert (clip.start, clip.frame_count) == (Fraction(35, 25), 14)


def test_a_rate_that_is_given_counts(edl, media):
    media.add("A001.mov", 100, Fraction(50), timecode="10:00:00:00")
    path = edl("A001.mov 10:00:01:10 10:00:01:20 00:00:00:00")
    timeline = read_timeline(path, probe=media.probe, rate=Fraction(25))
    (clip,) = timeline.clips
    assert (clip.rate, clip.start, clip.frame_count) == (25, Fraction(35, 25), 10)
    assert not timeline.warnings


@pytest.mark.parametrize("rate", [NTSC, Fraction(30)])
def test_drop_frame_counts_as_its_numbers_say(edl, media, rate):
    media.add("A001.mov", 100, rate, timecode="01:00:00;00")
    path = edl("A001.mov 01:00:01;10 01:00:01;20 01:00:00;00")
    for given in (None, rate):
        (clip,) = read_timeline(path, probe=media.probe, rate=given).clips
        assert (clip.rate, clip.start * rate, clip.frame_count) == (rate, 40, 10)


def test_drop_frame_beside_a_medium_that_has_none_is_at_the_rate_that_has(edl, media):
    media.add("A001.mov", 100, Fraction(25), timecode="01:00:00:00")
    path = edl("A001.mov 01:00:01;10 01:00:01;20 01:00:00;00")
    timeline = read_timeline(path, probe=media.probe)
    (clip,) = timeline.clips
    assert (clip.rate, clip.frame_count) == (NTSC, 10)
    assert "do not fit the 25 frames a second of A001.mov: it was read at 29.97" in timeline.warnings[0]
    with pytest.raises(BadInputError, match=r"cut\.edlx cannot be read.*adapter edl_like"):
        read_timeline(path, probe=media.probe, rate=Fraction(25))


def test_drop_frame_without_a_medium_is_ntsc(edl, media):
    loaded = load_unrated(
        edl("A001.mov 01:00:01;10 01:00:01;20 01:00:00;00"),
        None,
        Sources(MediaFinder(media.folder), media.probe),
        {},
        None,
    )
    assert exact_rate(loaded.timeline.find_clips()[0].source_range.duration.rate) == NTSC


def test_lengths_that_differ_tell_the_rate_and_stop_nobody(edl, media):
    """10 frames of the source at 25 are 9 at 24; 10 that play for 20 are a speed change."""
    media.add("A001.mov", 200, Fraction(25), timecode="10:00:00:00")
    good = edl("A001.mov 10:00:01:20 10:00:02:05 00:00:00:00 00:00:00:10")
    (clip,) = read_timeline(good, probe=media.probe).clips
    assert (clip.rate, clip.frame_count) == (25, 10)
    slow = edl("A001.mov 10:00:01:00 10:00:01:10 00:00:00:00 00:00:00:20")
    for rate in (None, Fraction(25)):
        timeline = read_timeline(slow, probe=media.probe, rate=rate)
        assert [(clip.rate, clip.frame_count) for clip in timeline.clips] == [(25, 10)]
        assert "each is taken to last as long as its source" in " ".join(timeline.warnings)


@pytest.mark.parametrize("there", ["A001.MP4", "r7.mov", "deep/R7.mxf"])
def test_a_name_without_its_suffix_and_a_reel_find_their_video(edl, media, there):
    found = media.add(there, 60, Fraction(25), timecode="10:00:00:00")
    media.add("A001.wav"), media.add("R7.png")
    path = edl("A001 10:00:00:10 10:00:00:20 00:00:00:00")
    root = media.folder if "/" in there else None
    (clip,) = read_timeline(path, root, probe=media.probe).clips
    assert (clip.media_path, clip.name, clip.start) == (found, "A001", Fraction(10, 25))


def test_two_videos_of_one_name_are_asked_about(edl, media):
    media.add("A001.mov"), media.add("A001.mp4")
    with pytest.raises(BadInputError, match=r"several videos are called 'A001': .*A001\.mov, .*A001\.mp4"):
        read_timeline(edl("A001 10:00:00:10 10:00:00:20 00:00:00:00"), probe=media.probe)


def test_record_time_from_one_hour_hides_nothing(edl, media):
    media.add("A001.mov", 60, Fraction(25), timecode="10:00:00:00")
    (clip,) = read_timeline(edl("A001.mov 10:00:00:10 10:00:00:20 01:00:00:00"), probe=media.probe).clips
    assert (clip.start, clip.frame_count, clip.position) == (Fraction(10, 25), 10, 0)


def test_a_range_that_touches_the_track_trims_it(media, tmp_path):
    media.add("a.mp4")
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 30), name="off"), clip_of("a.mp4", span(30, 30)))
    timeline = otio.adapters.read_from_file(str(path))
    timeline.tracks[0].source_range = span(30, 30)
    otio.adapters.write_to_file(timeline, str(path))
    (clip,) = read_timeline(path, probe=media.probe).clips
    assert (clip.name, clip.position) == ("clip", 0)


def test_a_rate_for_what_says_its_own_is_refused(media, tmp_path):
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 30)))
    with pytest.raises(BadInputError, match="says its rate itself"):
        read_timeline(path, probe=media.probe, rate=Fraction(25))


@pytest.mark.parametrize("text", ["", "x", "0", "1/0", "-25", "1e9", "nan"])
def test_what_is_no_rate(text):
    with pytest.raises(BadInputError, match="is no frame rate"):
        parse_rate(text)
