"""Keyframes of effects stay on the pictures that they stand on."""

from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime

from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from tests.timeline.test_reading import clip_of, span, timeline_of


def _at(frame):
    return RationalTime(frame, 30)


def _resolve(*frames):
    shown = {str(frame): {"Value": 1.0, "Variant Type": "Double"} for frame in frames}
    return {"Resolve_OTIO": {"Parameters": [{"Parameter ID": "zoom", "Key Frames": shown}]}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"app": {"keyframes": [{"time": _at(310)}, {"time": _at(330), "value": 400}]}},
         {"app": {"keyframes": [{"time": _at(10)}, {"time": _at(30), "value": 400}]}}),
        ({"keyframes": [{"frame": 300, "zoom": 2.0}, {"frame": 359, "zoom": 1}]},
         {"keyframes": [{"frame": 0, "zoom": 2.0}, {"frame": 59, "zoom": 1}]}),
        ({"rect_keyframes": "310=0 0 64 36 1;330~=8 8 64 36 0.5"},
         {"rect_keyframes": "10=0 0 64 36 1;30~=8 8 64 36 0.5"}),
        (_resolve(310, 330), _resolve(10, 30)),
        (_resolve(10, 30), _resolve(10, 30)),  # as Resolve counts
        ({"keyframes": [{"frame": 5}, {"frame": 40}]}, {"keyframes": [{"frame": 5}, {"frame": 40}]}),
        ({"lift": 310, "key": "310=0"}, {"lift": 310, "key": "310=0"}),
    ],
)  # fmt: skip
def test_keyframes_move_with_the_source_range(media, tmp_path, before, after):
    media.add("a.mp4")
    clip = clip_of("a.mp4", span(300, 60))
    clip.effects.append(otio.schema.Effect("look", "Look", before))
    path = timeline_of(tmp_path, clip)
    timeline = read_timeline(path, probe=media.probe)
    render = TrackedRender(media.add("render.mp4", 60))
    written = write_tracked(timeline, {"01-clip": render}, tmp_path / "out.otio", probe=media.probe)
    (result,) = otio.adapters.read_from_file(str(written)).find_clips()
    expected = otio.schema.Effect("look", "Look", after)
    assert result.source_range == span(0, 60)
    assert result.effects[0].is_equivalent_to(expected)
    # What is read again is as it was before.
    again = read_timeline(written, probe=media.probe)
    assert again.otio_clip(again.clips[0]).effects[0].is_equivalent_to(clip.effects[0])
