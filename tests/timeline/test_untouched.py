"""Everything outside the picked clips is as it was; the comparison that we ship says so, and can say no."""

from __future__ import annotations

import json

import pytest

from highlight_cuts_cv.testing import check_untouched
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked


@pytest.fixture
def tracked(edit, media):
    def run(name, picked):
        path = edit(name)
        timeline = read_timeline(path, probe=media.probe)
        chosen = [timeline.clips[index] for index in picked]
        renders = {
            clip.clip_id: TrackedRender(media.add(f"{clip.clip_id}.mp4", clip.frame_count, clip.rate))
            for clip in chosen
        }
        written = write_tracked(timeline, renders, media.folder / "out" / "new.otio", probe=media.probe)
        return path, written, [clip.otio_index for clip in chosen]

    return run


@pytest.mark.parametrize(
    ("name", "picked"),
    [("match_day", []), ("match_day", [0]), ("match_day", [1, 3]), ("nested", [1]), ("ntsc_timecode", [0])],
)
def test_what_nobody_picked_is_as_it_was(tracked, name, picked):
    check_untouched(*tracked(name, picked))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data["metadata"].clear(),
        lambda data: data["tracks"]["children"].pop(),
        lambda data: data["tracks"]["children"][0]["children"][2].update(name="other"),
        lambda data: data["tracks"]["children"][0].update(enabled=False),
        lambda data: data["tracks"]["children"][0]["children"][0]["effects"].clear(),
        lambda data: data["tracks"]["children"][0]["children"][0]["media_references"].pop("original"),
        lambda data: data["tracks"]["children"][0]["children"][0]["source_range"]["duration"].update(
            value=9.0
        ),
    ],
)
def test_what_is_lost_is_seen(tracked, spoil):
    before, after, picked = tracked("match_day", [0])
    data = json.loads(after.read_text())
    spoil(data)
    after.write_text(json.dumps(data))
    with pytest.raises(AssertionError):
        check_untouched(before, after, picked)


OLD = """{"OTIO_SCHEMA": "Timeline.1", "metadata": {"size": Inf}, "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [
    {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [
        {"OTIO_SCHEMA": "Clip.1", "name": "a", "media_reference": {"OTIO_SCHEMA": "ExternalReference.1", "target_url": "a.mp4"}},
        {"OTIO_SCHEMA": "Clip.1", "name": "b.mp4", "media_reference":
            {"OTIO_SCHEMA": "MissingReference.1", "name": "tape", "metadata": {"roll": 7}}}]}]}}"""


def test_what_an_older_otio_wrote_is_the_same_when_a_newer_one_writes_it(media):
    media.add("a.mp4"), media.add("b.mp4")
    old = media.folder / "old.otio"
    old.write_text(OLD)
    timeline = read_timeline(old, probe=media.probe)
    renders = {
        clip.clip_id: TrackedRender(media.add(f"{clip.clip_id}.mp4", clip.frame_count, clip.rate))
        for clip in timeline.clips
    }
    new = write_tracked(timeline, renders, media.folder / "new.otio", probe=media.probe)
    check_untouched(old, new, [0, 1])
    new = write_tracked(timeline, {}, new, probe=media.probe)
    check_untouched(old, new, [])
    new.write_text(new.read_text().replace('"enabled": true', '"enabled": false', 1))
    with pytest.raises(AssertionError, match="enabled"):
        check_untouched(old, new, [])
