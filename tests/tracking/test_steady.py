"""Smoothing without lag, over the ground, as far as the player's own motion allows."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.model import State, Track
from highlight_cuts_cv.tracking.steady import NOISE, steadied

RATE, COUNT = 30.0, 90
HALF = np.array([20.0, 50.0])
STILL = np.eye(2, 3)


def boxes_at(path: np.ndarray) -> np.ndarray:
    return np.concatenate([path - HALF, path + HALF], axis=1)


class Analysed:
    """What smoothing asks of a scene."""

    def __init__(self, motion, cuts):
        self.motion = motion or (lambda index: STILL)
        self._known, self._cuts = motion is not None, list(cuts)

    def analysed(self, start, stop):
        return self._known

    def cuts(self):
        return self._cuts


def steady(boxes, motions=lambda index: STILL, cuts=(), picked=()):
    lost = np.isnan(boxes[:, 0])
    states = np.where(lost, State.LOST, State.OBSERVED).astype(np.uint8)
    states[list(picked)] = State.ANCHOR
    track = Track(boxes.astype(np.float32), np.where(lost, 0, 1).astype(np.float32), states)
    after = steadied(track, cast(Scene, Analysed(motions, cuts)), RATE)
    np.testing.assert_array_equal(after.states, states)
    np.testing.assert_array_equal(after.scores, track.scores)
    return after.xyxy


def middles(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def noisy(path: np.ndarray) -> np.ndarray:
    """What a follower finds that looks ten times a second."""
    looks = np.arange(0, len(path), 3)
    noise = np.random.default_rng(4).normal(0, NOISE * 2 * HALF[1], (len(looks), 2))
    return path + np.stack([np.interp(np.arange(len(path)), looks, column) for column in noise.T], axis=1)


def test_who_stands_is_steady():
    path = np.tile([300.0, 200.0], (COUNT, 1))
    before = noisy(path)
    after = middles(steady(boxes_at(before)))
    assert (after - path).std() < 0.5 * (before - path).std()
    assert np.abs(np.diff(after, 2, axis=0)).max() < 0.2 * np.abs(np.diff(before, 2, axis=0)).max()


def test_who_stops_dead_is_not_overshot():
    path = np.tile([300.0, 200.0], (COUNT, 1))
    path[:, 0] += 10.0 * np.minimum(np.arange(COUNT), 45)  # three heights a second
    after = middles(steady(boxes_at(noisy(path))))
    assert (after - path)[:, 0].max() < 0.02 * 2 * HALF[1]
    assert np.abs(after - path).max() < 0.1 * 2 * HALF[1]


def test_a_step_stays_a_step():
    path = np.tile([300.0, 200.0], (COUNT, 1))
    path[45:, 0] += 60
    after = middles(steady(boxes_at(path)))
    np.testing.assert_allclose(after, path, atol=0.1 * 2 * HALF[1])
    np.testing.assert_allclose(after[[30, 60]], path[[30, 60]], atol=0.1)


@pytest.mark.parametrize("zoom", [1.0, 1.004])
def test_a_shaking_camera_is_followed_to_the_pixel(zoom: float):
    rng = np.random.default_rng(2)
    shifts = np.cumsum(rng.normal(0, 4, (COUNT, 2)), axis=0)
    motions = [np.column_stack([zoom * np.eye(2), step]) for step in np.diff(shifts, axis=0, prepend=0)]
    path = [np.array([300.0, 200.0])]
    for motion in motions[1:]:
        path.append(motion[:, :2] @ path[-1] + motion[:, 2])
    after = middles(steady(boxes_at(np.array(path)), lambda index: motions[index]))
    np.testing.assert_allclose(after, path, atol=0.01)


def test_lost_frames_stay_lost_and_part_what_is_smoothed():
    path = np.tile([300.0, 200.0], (COUNT, 1))
    path[50:] += 200
    boxes = boxes_at(path)
    boxes[40:50] = np.nan
    after = steady(boxes)
    np.testing.assert_array_equal(np.isnan(after), np.isnan(boxes))
    np.testing.assert_allclose(after[:40], boxes[:40])
    np.testing.assert_allclose(after[50:], boxes[50:])


def test_nothing_is_smoothed_over_a_cut():
    path = np.tile([300.0, 200.0], (COUNT, 1))
    path[40:] += 5
    np.testing.assert_allclose(steady(boxes_at(path), cuts=[40]), boxes_at(path))


def test_the_path_moves_onto_a_pick_without_a_twitch():
    path = np.tile([300.0, 200.0], (COUNT, 1))
    boxes = boxes_at(path)
    boxes[40] += [4, -3, 8, -3]
    after = steady(boxes, picked=[40])
    np.testing.assert_array_equal(after[40], boxes[40].astype(np.float32))
    assert np.abs(np.diff(after, axis=0)).max() < 1.5
    np.testing.assert_allclose(np.delete(after, range(31, 50), axis=0), np.tile(boxes[0], (71, 1)), atol=0.01)


def test_what_lies_beyond_a_pick_changes_nothing_on_this_side():
    path = np.tile([300.0, 200.0], (COUNT, 1))
    other = path.copy()
    other[41:, 0] += 20 * np.sin(np.arange(COUNT - 41))
    one, two = (steady(boxes_at(which), picked=[10, 40])[:41] for which in (path, other))
    np.testing.assert_array_equal(one, two)


def test_a_pick_elsewhere_stays_where_the_user_put_it():
    boxes = boxes_at(np.tile([300.0, 200.0], (COUNT, 1)))
    boxes[40] += 80
    np.testing.assert_allclose(steady(boxes, picked=[40]), boxes, atol=0.01)


def test_a_camera_that_is_not_known_keeps_its_shake():
    path = np.tile([300.0, 200.0], (COUNT, 1))
    path[:, 1] += 3 * np.sin(np.arange(COUNT) / RATE * 2 * np.pi * 3)
    known, unknown = (middles(steady(boxes_at(path), motions)) - path for motions in (lambda i: STILL, None))
    assert unknown[10:-10].std() < 0.5 < known[10:-10].std()


def test_a_single_frame_is_kept():
    boxes = np.full((5, 4), np.nan)
    boxes[2] = [1, 2, 3, 4]
    np.testing.assert_array_equal(steady(boxes), boxes)


def test_a_pick_much_smaller_than_the_path_does_not_turn_it_inside_out():
    boxes = boxes_at(np.tile([300.0, 200.0], (COUNT, 1)))
    boxes[:, 2] -= np.minimum(5 * np.arange(COUNT), 37)  # ever narrower
    boxes[0] = [295, 150, 297, 250]
    after = steady(boxes, picked=[0])
    np.testing.assert_array_equal(after[0], boxes[0])
    assert (after[:, 2:] > after[:, :2]).all()
