"""Timelines whose media moved: the paths change, and nothing else."""

from __future__ import annotations

import json
import shutil

import opentimelineio as otio
import pytest

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.testing import check_untouched
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.relinking import relink_file


@pytest.fixture
def tracked(edit, media):
    """A tracked timeline, then moved with its renders to another folder, and its recordings to a third."""
    timeline = read_timeline(edit("match_day"), probe=media.probe)
    clip = timeline.clips[0]
    render = media.add("day.media/01.mp4", clip.frame_count, clip.rate)
    path = write_tracked(
        timeline, {clip.clip_id: TrackedRender(render)}, media.folder / "day.otio", probe=media.probe
    )
    moved = media.folder / "moved"
    moved.mkdir()
    for name in ("day.otio", "day.media", "media"):
        shutil.move(media.folder / name, moved / ("archive" if name == "media" else name))
    return moved / path.name


def urls(path):
    return {
        reference.target_url
        for clip in otio.adapters.read_from_file(str(path)).find_clips()
        for reference in clip.media_references().values()
        if isinstance(reference, otio.schema.ExternalReference)
    }


@pytest.mark.parametrize("paths", ["absolute", "relative"])
def test_recordings_and_renders_are_found_and_nothing_else_changes(tracked, paths):
    output = tracked.with_name("new.otio")
    done = relink_file(tracked, output, tracked.parent, paths)
    check_untouched(tracked, output, [])
    assert {path.name for path in done.moved} >= {"01.mp4", "game.mp4"}
    there = {url for url in urls(output) if (tracked.parent / url).is_file()}
    assert {url.rpartition("/")[2] for url in there} >= {"01.mp4", "game.mp4", "second half.mp4"}
    if paths == "relative":
        assert "day.media/01.mp4" in there and "archive/game.mp4" in there
    else:
        assert (tracked.parent / "day.media" / "01.mp4").as_posix() in there


def test_what_is_not_found_keeps_its_path_and_is_told(tracked):
    before = urls(tracked)
    shutil.rmtree(tracked.parent / "archive")
    done = relink_file(tracked, tracked.with_name("new.otio"))
    lost = [url for url in before if url.endswith("game.mp4")]
    assert lost and set(lost) <= set(done.missing) and set(lost) <= urls(done.path)
    assert [path.name for path in done.moved] == ["01.mp4"]


def test_two_files_that_fit_are_told(tracked):
    other = tracked.parent / "copy"
    shutil.copytree(tracked.parent / "archive", other)
    done = relink_file(tracked, tracked.with_name("new.otio"), tracked.parent)
    assert any("Several files under" in text and "game.mp4" in text for text in done.missing)


def test_what_cannot_be_relinked_is_a_sentence(tracked, tmp_path):
    with pytest.raises(BadInputError, match="is read"):
        relink_file(tracked, tracked)
    with pytest.raises(BadInputError, match="absolute or relative, not 'both'"):
        relink_file(tracked, tmp_path / "new.otio", None, "both")
    with pytest.raises(BadInputError, match="There is no timeline file"):
        relink_file(tmp_path / "none.otio", tmp_path / "new.otio")
    with pytest.raises(BadInputError, match=r"Only the media of \.otio files"):
        relink_file(tmp_path / "cut.edl", tmp_path / "new.otio")
    assert json.loads(tracked.read_text())["OTIO_SCHEMA"].startswith("Timeline")
