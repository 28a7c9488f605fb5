"""Files with several timelines: one is marked, the others are kept."""

from __future__ import annotations

import json

import opentimelineio as otio
import pytest

from highlight_cuts_cv.testing import check_untouched
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from tests.timeline.test_reading import clip_of, span


@pytest.fixture
def bin_of_three(media, tmp_path):
    """A project with two reels of the same clips, a clip of its own, and a third reel that is only a stack."""
    media.add("a.mp4")
    project = otio.schema.SerializableCollection("project", metadata={"app": "x"})
    for name in ("long", "short"):
        timeline = otio.schema.Timeline(name, metadata={"name": name})
        clips = [clip_of("a.mp4", span(at, 30), span(0, 900), name=f"{name} {at}") for at in (0, 30)]
        timeline.tracks.append(otio.schema.Track("V1", children=clips))
        project.append(timeline)
    project.insert(1, clip_of("a.mp4", span(5, 10), span(0, 900), name="unused"))
    path = tmp_path / "project.otio"
    otio.adapters.write_to_file(project, str(path))
    return path


def marked(media, path, name, clip, output):
    read = read_timeline(path, name=name, probe=media.probe)
    chosen = read.clip(clip)
    render = TrackedRender(media.add(f"r/{name}-{clip}.mp4", chosen.frame_count))
    return write_tracked(read, {chosen.clip_id: render}, output, probe=media.probe)


def test_the_others_are_kept_and_can_be_marked_next(media, bin_of_three):
    first = marked(media, bin_of_three, "short", "short-30", media.folder / "first.otio")
    check_untouched(bin_of_three, first, [4])
    second = marked(media, first, "long", "long-0", media.folder / "out" / "second.otio")
    data = json.loads(second.read_text())
    assert data["metadata"] == {"app": "x"}
    assert [child["name"] for child in data["children"]] == ["long", "unused", "short"]
    shown = [
        clip.media_reference.target_url.rpartition("/")[2]
        for clip in otio.adapters.read_from_file(str(second)).find_clips()
    ]
    assert sorted(shown) == sorted(["long-long-0.mp4", "a.mp4", "a.mp4", "a.mp4", "short-short-30.mp4"])


def test_media_of_all_timelines_are_found_again(media, bin_of_three):
    media.add("moved/b.mp4")
    bin_of_three.write_text(bin_of_three.read_text().replace("a.mp4", "/gone/b.mp4"))
    read = read_timeline(bin_of_three, media.folder / "moved", name="long", probe=media.probe)
    path = write_tracked(read, {}, media.folder / "new.otio", probe=media.probe)
    assert "/gone/" not in path.read_text()


def test_a_reel_that_is_only_its_tracks_can_be_chosen(media, tmp_path):
    media.add("a.mp4")
    stacks = [
        otio.schema.Stack(
            name, children=[otio.schema.Track(children=[clip_of("a.mp4", span(at, 30), name=name)])]
        )
        for at, name in enumerate(("one", "two"))
    ]
    path = tmp_path / "stacks.otio"
    otio.adapters.write_to_file(otio.schema.SerializableCollection(children=stacks), str(path))
    written = marked(media, path, "two", "01-two", tmp_path / "new.otio")
    one, two = (
        read_timeline(written, name="1", probe=media.probe),
        read_timeline(written, name="2", probe=media.probe),
    )
    assert (one.clips[0].name, two.clips[0].name) == ("one", "two")
    assert list(two.tracked_before) == [0] and not one.tracked_before
    # What was not chosen stays what it was.
    assert [type(each).__name__ for each in two.document] == ["Stack", "Timeline"]
