"""The marker shows when it is wanted, and fades there as it does when the player is lost."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.analysis.nearby import frames_with_others
from highlight_cuts_cv.model import BadInputError, Detections, Track
from highlight_cuts_cv.rendering.prepare import prepare_draw
from highlight_cuts_cv.rendering.visibility import wanted_frames
from highlight_cuts_cv.rendering.wishes import parse_show

from .test_prepare import make_clip, make_track, walking


def wanted(text: str, near: np.ndarray | None = None) -> list[int]:
    times = np.arange(100) / 25
    return np.flatnonzero(wanted_frames(parse_show(text), times, near)).tolist()


def test_conditions_add_up() -> None:
    assert wanted("") == list(range(100))
    assert wanted("first:1") == list(range(25))
    assert wanted("2-2.4,first:0.2") == [*range(5), *range(50, 60)]
    near = np.zeros(100, bool)
    near[70:73] = True
    assert wanted("near", near) == [70, 71, 72]
    assert wanted("first:0.04,near", near) == [0, 70, 71, 72]


@pytest.mark.parametrize("text", ["first", "first:-1", "3-2", "far", "1,2", "first:3,,near", "1-x"])
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(BadInputError, match="when the marker shows"):
        parse_show(text)


def test_it_fades_where_it_is_no_longer_wanted() -> None:
    clip, track = make_clip(), make_track(walking(60))
    always = prepare_draw(clip, track)
    frames = np.zeros(60, bool)
    frames[:20] = frames[40:] = True
    job = prepare_draw(clip, track, frames)
    assert (job.opacity[:20] == 1).all() and (job.opacity[30:40] == 0).all() and job.opacity[-1] == 1
    assert (np.diff(job.opacity[19:25]) < 0).all() and (np.diff(job.opacity[39:44]) > 0).all()
    np.testing.assert_array_equal(job.xyxy, always.xyxy)


def detections(*boxes: tuple[float, float, float, float]) -> Detections:
    return Detections(np.array(boxes, np.float32).reshape(-1, 4), np.ones(len(boxes), np.float32))


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], False),
        ([(101, 101, 139, 199)], False),  # the player's own detection
        ([(105, 100, 130, 130)], False),  # the player's head
        ([(230, 100, 270, 200)], True),
        ([(120, 100, 160, 200)], True),  # half hidden by the player
        ([(400, 100, 440, 200)], False),
    ],
)
def test_who_is_near(others: list[tuple[float, float, float, float]], expected: bool) -> None:
    track = make_track(np.tile(np.array([100, 100, 140, 200], np.float32), (50, 1)))
    found = frames_with_others(make_clip(), track, [detections(*others)] * 50, lambda: False)
    assert found.tolist() == [expected] * 50


def test_nobody_is_near_a_lost_player() -> None:
    boxes = np.full((50, 4), np.nan, np.float32)
    track = Track(boxes, np.zeros(50, np.float32), np.zeros(50, np.uint8))
    found = frames_with_others(make_clip(), track, [detections((1, 1, 9, 9))] * 50, lambda: False)
    assert not found.any()
