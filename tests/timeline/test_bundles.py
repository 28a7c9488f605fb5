"""Bundles of a timeline and its media (.otioz, .otiod): read, marked, written, and read by OpenTimelineIO itself."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio
import pytest

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.errors import BadInputError, CancelledError, JobFailedError
from highlight_cuts_cv.jobs.timeline import _timeline_file
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.rules import check_rules
from tests.timeline.test_reading import clip_of, span, timeline_of


@pytest.fixture
def probe(media):
    """Knows a file by its name, wherever a bundle was unpacked."""

    def probe(path):
        known = next(info for at, info in media._known.items() if at.name == path.name)
        return replace(known, path=path)

    return probe


@pytest.fixture
def bundle(media, tmp_path):
    """What OpenTimelineIO makes of two clips: edit.otioz and edit.otiod with a.mp4 and b c.mp4."""
    for name in ("a.mp4", "b c.mp4"):
        media.add(name).write_bytes(name.encode() * 3)
    clips = [
        clip_of(str(tmp_path / name), span(0, 30), span(0, 900), name=name) for name in ("a.mp4", "b c.mp4")
    ]
    timeline = otio.adapters.read_from_file(str(timeline_of(tmp_path, *clips)))
    for clip in timeline.find_clips():
        clip.media_reference.target_url = otio.url_utils.url_from_filepath(clip.media_reference.target_url)

    def make(suffix):
        path = tmp_path / "in" / f"edit{suffix}"
        path.parent.mkdir(exist_ok=True)
        otio.adapters.write_to_file(timeline, str(path))
        return path

    return make


def mark(media, timeline, output, probe, **more):
    clip = timeline.clips[0]
    render = media.add("r/01.mp4", clip.frame_count)
    render.write_bytes(b"render")
    return write_tracked(timeline, {clip.clip_id: TrackedRender(render)}, output, probe=probe, **more)


@pytest.mark.parametrize("suffix", [".otioz", ".otiod"])
def test_what_lies_in_a_bundle_breaks_no_rule(bundle, media, probe, tmp_path, suffix):
    timeline = read_timeline(bundle(suffix), probe=probe)
    written = mark(media, timeline, tmp_path / f"tracked{suffix}", probe)
    assert not [finding for finding in check_rules(written, probe) if finding.wrong]


def test_an_otioz_is_unpacked_once_beside_it(bundle, probe):
    path = bundle(".otioz")
    asked: list[str] = []

    def steps(title):
        asked.append(title)
        return Watch()

    timeline = read_timeline(path, probe=probe, steps=steps)
    folder = path.with_name("edit.otiod")
    assert [clip.media_path for clip in timeline.clips] == [
        folder / "media" / "a.mp4",
        folder / "media" / "b c.mp4",
    ]
    assert timeline.clips[1].media_path.read_bytes() == b"b c.mp4" * 3
    assert timeline.warnings == (f"The media of edit.otioz were unpacked to {folder}.",)
    stamp = (folder / "media" / "a.mp4").stat().st_ino
    assert not read_timeline(path, probe=probe, steps=steps).warnings
    assert asked == ["Unpacking edit.otioz"] and (folder / "media" / "a.mp4").stat().st_ino == stamp


def test_another_bundle_of_the_name_gets_a_folder_of_its_own(bundle, probe):
    path = bundle(".otioz")
    (path.parent / "edit.otiod").mkdir()
    assert read_timeline(path, probe=probe).clips[0].media_path.parent.parent.name == "edit-2.otiod"


@pytest.mark.parametrize("read", [".otio", ".otioz", ".otiod"])
@pytest.mark.parametrize("written", [".otioz", ".otiod"])
def test_the_renders_are_inside_and_the_originals_where_they_are(
    bundle, media, probe, tmp_path, read, written
):
    path = bundle(read)
    output = tmp_path / "out" / f"new{written}"
    timeline = read_timeline(path, probe=probe)
    mark(media, timeline, output, probe)
    if written == ".otioz":
        unpacked = tmp_path / "moved" / "new.otiod"
        with zipfile.ZipFile(output) as file:
            file.extractall(unpacked)
    else:
        unpacked = output.rename(tmp_path / "elsewhere.otiod")
    first, second = otio.adapters.read_from_file(str(unpacked)).find_clips()
    assert (unpacked / first.media_reference.target_url).read_bytes() == b"render"
    assert (unpacked / second.media_reference.target_url.replace("%20", " ")).read_bytes() == b"b c.mp4" * 3
    original = first.media_references()["original"].target_url
    if read == ".otio":  # a game's whole recording does not go along
        assert original == (tmp_path / "a.mp4").as_posix()
        assert not (unpacked / "media" / "a.mp4").exists()
    else:  # what was in a bundle stays in one
        assert (unpacked / original).read_bytes() == b"a.mp4" * 3
        again = read_timeline(unpacked, probe=probe)
        assert again.clips[0].media_path == unpacked / "media" / "a.mp4"
        assert list(again.tracked_before) == [0]
        kept = write_tracked(again, {}, tmp_path / "kept.otio", probe=probe)
        shown = otio.adapters.read_from_file(str(kept)).find_clips()[0].media_reference.target_url
        assert shown == (unpacked / "media" / "01.mp4").as_posix()


def test_files_of_one_name_do_not_fall_on_each_other(media, probe, tmp_path):
    for folder in ("one", "two"):
        media.add(f"{folder}/A.mp4").write_bytes(folder.encode())
    path = timeline_of(
        tmp_path, *(clip_of(f"{f}/A.mp4", span(0, 30), span(0, 900), name=f) for f in ("one", "two"))
    )
    write_tracked(read_timeline(path, probe=probe), {}, tmp_path / "new.otioz", probe=probe)
    again = read_timeline(tmp_path / "new.otioz", probe=lambda path: probe(Path("A.mp4")))
    assert [clip.media_path.read_bytes() for clip in again.clips] == [b"one", b"two"]


def test_a_bundle_is_written_over_by_its_next_version_only(bundle, media, probe, tmp_path):
    timeline = read_timeline(bundle(".otiod"), probe=probe)
    output = tmp_path / "new.otiod"
    assert mark(media, timeline, _timeline_file(timeline, output), probe) == output
    assert mark(media, timeline, _timeline_file(timeline, output), probe) == output
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    (tmp_path / "holiday.otiod").mkdir()
    with pytest.raises(BadInputError, match=r"holiday\.otiod is there already and has no content\.otio"):
        _timeline_file(timeline, tmp_path / "holiday.otiod")
    with pytest.raises(BadInputError, match="which is read"):
        _timeline_file(timeline, timeline.path)
    packed = read_timeline(bundle(".otioz"), probe=probe)
    with pytest.raises(BadInputError, match="which is read"):
        _timeline_file(packed, packed.base)


@pytest.mark.parametrize("output", ["new.otioz", "new.otiod"])
def test_what_is_cancelled_or_fails_leaves_nothing(bundle, media, probe, tmp_path, output):
    timeline = read_timeline(bundle(".otiod"), probe=probe)
    with pytest.raises(CancelledError):
        mark(media, timeline, tmp_path / output, probe, watch=Watch(cancelled=lambda: True))
    assert not [path for path in tmp_path.iterdir() if "new" in path.name]
    path = bundle(".otioz")
    with pytest.raises(CancelledError):
        read_timeline(path, probe=probe, steps=lambda title: Watch(cancelled=lambda: True))
    assert sorted(path.parent.iterdir()) == [path.with_suffix(".otiod"), path]


def test_progress_counts_the_mebibytes(bundle, media, probe, tmp_path):
    timeline, heard = read_timeline(bundle(".otiod"), probe=probe), []
    timeline.clips[1].media_path.write_bytes(bytes(3 << 20))
    mark(media, timeline, tmp_path / "new.otioz", probe, watch=Watch(lambda *seen: heard.append(seen)))
    assert heard[-1] == (4, 4) and len(heard) >= 3


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (None, "cannot be read"),
        ({"other.txt": ""}, "there is no content.otio in it"),
        ({"content.otio": "{"}, "cannot be read"),
        ({"content.otio": "EDIT", "../up.mp4": "x"}, "not safe to unpack"),
        ({"content.otio": "EDIT", "/root.mp4": "x"}, "not safe to unpack"),
        ({"content.otio": "EDIT", "c:\\win.mp4": "x"}, "not safe to unpack"),
    ],
)
def test_what_is_no_bundle_is_a_sentence(media, probe, tmp_path, members, reason):
    media.add("a.mp4")
    edit = timeline_of(tmp_path, clip_of("a.mp4", span(0, 30))).read_text()
    path = tmp_path / "bad.otioz"
    path.write_bytes(b"no zip")
    if members is not None:
        with zipfile.ZipFile(path, "w") as file:
            for name, text in members.items():
                file.writestr(name, edit if text == "EDIT" else text)
    with pytest.raises(BadInputError, match=reason):
        read_timeline(path, probe=probe)
    assert not (tmp_path / "up.mp4").exists() and not list(tmp_path.glob("*.otiod"))


def test_a_damaged_medium_in_a_bundle_is_a_sentence(bundle, probe):
    path = bundle(".otioz")
    data = path.read_bytes()
    path.write_bytes(data.replace(b"a.mp4a.mp4a.mp4", b"a.mp4a.mp4a.mp5"))
    with pytest.raises(BadInputError, match=r"edit\.otioz cannot be read: Bad CRC"):
        read_timeline(path, probe=probe)
    assert not path.with_suffix(".otiod").exists()


def test_a_full_disk_is_a_sentence(bundle, media, probe, tmp_path, monkeypatch):
    timeline = read_timeline(bundle(".otiod"), probe=probe)

    def full(*_: object):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("highlight_cuts_cv.timeline.bundles._blocks", full)
    with pytest.raises(JobFailedError, match="disk is full"):
        mark(media, timeline, tmp_path / "new.otioz", probe)


def test_a_bundle_without_media_needs_no_folder(media, probe, tmp_path):
    media.add("a.mp4")
    edit = timeline_of(tmp_path, clip_of("a.mp4", span(0, 30))).read_text()
    with zipfile.ZipFile(tmp_path / "bare.otioz", "w") as file:
        file.writestr("content.otio", edit)
    (clip,) = read_timeline(tmp_path / "bare.otioz", probe=probe).clips
    assert clip.media_path == tmp_path / "a.mp4" and not list(tmp_path.glob("*.otiod"))
    assert json.loads(edit)
