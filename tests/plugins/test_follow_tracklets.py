"""Pieces of everybody's paths: one person's each, broken at every doubt, and how clean each look at them is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hccv_follow.tracklets import Tracklet, TrackletSettings, cleanness, single, tracklets

STILL = np.eye(2, 3)


def row(x: float, y: float = 200.0, score: float = 0.8, height: float = 80.0) -> list[float]:
    """A detection of somebody around (x, y)."""
    return [x - height / 4, y - height / 2, x + height / 4, y + height / 2, score]


def everybody(frames: int, *walks: Callable[[int], float | None]) -> dict[int, np.ndarray]:
    """Detections by frame of people who are at an x in each, or not there."""
    found = {}
    for frame in range(frames):
        places = [walk(frame) for walk in walks]
        found[frame] = np.array([row(x) for x in places if x is not None]).reshape(-1, 5)
    return found


def pieces(
    found: dict[int, np.ndarray], cuts: set[int] | None = None, motion: np.ndarray | None = None
) -> list[Tracklet]:
    motions = {frame: STILL if motion is None else motion for frame in found}
    return tracklets(found, motions, cuts or set())


def test_who_walks_alone_is_one_piece():
    (one,) = pieces(everybody(30, lambda frame: 100 + 12 * frame))
    assert (one.first, one.last) == (0, 29) and (one.clean == 1).all()
    assert one.boxes[10].tolist() == row(220)[:4] and one.scores[10] == 0.8


def test_those_who_cross_are_broken_where_they_meet_and_no_piece_holds_both():
    left, right = (lambda frame: 100 + 6 * frame), (lambda frame: 400 - 6 * frame)
    found = pieces(everybody(50, left, right))
    assert len(found) > 2
    for one in found:
        middles = (one.boxes[:, 0] + one.boxes[:, 2]) / 2
        assert any(np.allclose(middles, [walk(frame) for frame in one.frames]) for walk in (left, right))


def test_one_box_that_two_could_have_is_nobodys_until_it_is_clear():
    """Who walks in front of somebody who stands there: one box is left."""
    found = pieces(
        everybody(40, lambda frame: 100, lambda frame: max(108.0, 200 - 5 * frame) if frame < 22 else None)
    )
    assert [(one.first, one.last) for one in found if one.boxes[0, 0] == 80] != [(0, 39)]
    assert max(one.last for one in found if one.first == 0) < 22


def test_a_frame_in_which_somebody_is_not_seen_ends_the_piece():
    found = pieces(everybody(30, lambda frame: None if frame == 15 else 100.0, lambda frame: 400.0))
    assert sorted((one.first, one.last) for one in found) == [(0, 14), (0, 29), (16, 29)]


def test_frames_that_nobody_looked_at_and_cuts_end_every_piece():
    found = everybody(30, lambda frame: 100.0)
    del found[10]
    assert [(one.first, one.last) for one in pieces(found, {20})] == [(0, 9), (11, 19), (20, 29)]


def test_the_cameras_motion_is_allowed_for():
    found = everybody(30, lambda frame: 100 + 35.0 * frame)
    assert len(pieces(found)) > 20
    pan = np.array([[1.0, 0, 35], [0, 1, 0]])
    assert len(pieces(found, motion=pan)) == 1


@pytest.mark.parametrize(("score", "kept"), [(0.5, 1), (0.7, 2)])
def test_a_much_weaker_box_inside_another_is_its_double(score, kept):
    rows = np.array([row(100, score=0.8), row(100, 210, score, height=60)])
    assert len(single(rows, TrackletSettings())) == kept


def test_whoever_is_covered_by_half_is_not_clean():
    rows = np.array([row(100), row(110), row(137), row(300)])
    assert cleanness(rows, TrackletSettings()).tolist() == pytest.approx([0, 0, 0.35, 1], abs=0.01)
