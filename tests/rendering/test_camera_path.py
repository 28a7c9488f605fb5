"""Where an upright picture looks: the player is inside, and the camera is calm."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from highlight_cuts_cv.model import State, Track
from highlight_cuts_cv.rendering.camera_path import (
    FASTEST,
    MARGIN,
    PANS,
    STILL,
    WINDOWS,
    follow_upright,
    taut_string,
    upright_size,
)

SIZE, PART = (1920, 1080), 608
RATES = [Fraction(10), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)]
MOST = 2.0
"""Parts of the picture's width a second, a second: more and the eye sees a jerk."""


def track_at(middles, wide=60.0):
    """A player of that width; NaN is where nobody is seen."""
    x = np.asarray(middles, np.float32)
    seen = np.isfinite(x)
    y = np.where(seen, np.float32(400), np.float32(np.nan))
    boxes = np.stack([x - wide / 2, y, x + wide / 2, y + 150], axis=1).astype(np.float32)
    return Track(boxes, seen.astype(np.float32), np.where(seen, State.OBSERVED, State.LOST).astype(np.uint8))


def followed(middles, rate=Fraction(30), cuts=(), wide=60.0):
    return follow_upright(track_at(middles, wide), SIZE, PART, rate, cuts).lefts


def acceleration(lefts, rate):
    return np.abs(np.diff(lefts, 2)).max() * float(rate) ** 2 / PART


def running(rate, seed=0, seconds=20):
    """Somebody who runs to and fro, stops and turns, over most of the picture."""
    rng = np.random.default_rng(seed)
    turns = rng.uniform(150, 1770, 9)
    times = np.linspace(0, seconds, len(turns))
    at = np.arange(int(seconds * rate)) / float(rate)
    path = np.interp(at, times, turns)
    window = max(3, int(0.4 * rate))
    path = np.convolve(np.pad(path, window, mode="edge"), np.ones(window) / window, mode="same")[
        window:-window
    ]
    return path + 6 * np.sin(2 * np.pi * 2.5 * at)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seed", range(4))
def test_a_runner_is_inside_with_room_and_the_camera_does_not_jerk(rate, seed):
    middles = running(rate, seed)
    lefts = followed(middles, rate)
    assert lefts.min() >= 0 and lefts.max() <= SIZE[0] - PART
    assert (middles - 30 >= lefts).all() and (middles + 30 <= lefts + PART).all()
    room = np.minimum(middles - 30 - lefts, lefts + PART - middles - 30)
    free = (lefts > 0.5) & (lefts < SIZE[0] - PART - 0.5)
    assert room[free].min() >= MARGIN * PART - 1
    assert acceleration(lefts, rate) < MOST
    assert np.abs(np.diff(lefts)).max() <= 1.05 * np.abs(np.diff(middles)).max(), "no faster than the player"


def test_who_stays_near_the_middle_moves_nothing():
    rng = np.random.default_rng(3)
    middles = 900 + rng.uniform(-0.8, 0.8, 300) * STILL * PART
    lefts = followed(middles)
    assert np.ptp(lefts) == 0 and lefts[0] % 2 == 0, "whole samples of colour, which are copied"


def test_between_two_stays_there_is_one_pan():
    middles = np.concatenate([np.full(90, 500.0), np.linspace(500, 1400, 90), np.full(90, 1400.0)])
    steps = np.diff(followed(middles))
    assert (steps > -0.05).all() and (np.abs(steps[:60]) < 0.05).all() and (np.abs(steps[-60:]) < 0.05).all()
    moving = steps[120:150]
    assert np.ptp(moving) < 0.15 * moving.mean(), "at an even pace"


@pytest.mark.parametrize("again", [700.0, 1500.0])
def test_it_stands_still_while_the_player_is_lost_and_is_there_when_found(again):
    rate, gone = Fraction(30), 150
    middles = np.concatenate([np.linspace(300, 700, 90), np.full(gone, np.nan), np.full(90, again)])
    lefts = followed(middles, rate)
    reach = int(WINDOWS[0] * rate) + 1
    until = 90 + gone - reach - int(max(PANS, abs(again - 700) / PART / FASTEST) * rate)
    standing = lefts[90 + reach : until]
    assert len(standing) > 20 and np.ptp(standing) == 0
    seen = np.isfinite(middles)
    assert (middles[seen] - 30 >= lefts[seen]).all() and (middles[seen] + 30 <= lefts[seen] + PART).all()
    assert acceleration(lefts, rate) < 2 * MOST


def test_lost_at_either_end_it_waits():
    middles = np.concatenate([np.full(60, np.nan), np.full(60, 800.0), np.full(60, np.nan)])
    assert np.ptp(followed(middles)) == 0


def test_at_a_cut_it_leaps_and_nowhere_else():
    middles = np.concatenate([np.full(50, 400.0), np.full(50, 1500.0), np.full(50, np.nan)])
    steps = np.abs(np.diff(followed(middles, cuts=[50, 100])))
    assert (np.flatnonzero(steps > 0.01) == [49, 99]).all()
    lefts = followed(middles, cuts=[50, 100])
    assert abs(lefts[0] + PART / 2 - 400) < STILL * PART + 2
    assert lefts[-1] == (SIZE[0] - PART) / 2, "a shot without the player shows the middle"


def test_near_the_edge_of_the_picture_it_ends_there():
    lefts = followed(np.linspace(40, 1890, 200))
    assert lefts[0] == 0 and lefts[-1] == SIZE[0] - PART


def test_somebody_wider_than_the_part_is_shown_in_the_middle():
    middles = np.linspace(700, 1200, 120)
    lefts = followed(middles, wide=900.0)
    assert np.abs(lefts + PART / 2 - middles).max() < STILL * PART + 2
    assert acceleration(lefts, 30) < MOST


def test_a_clip_of_one_frame():
    assert followed([800.0]).shape == (1,)
    assert followed([np.nan]).tolist() == [(SIZE[0] - PART) / 2]


@pytest.mark.parametrize(
    ("size", "aspect", "part"),
    [
        ((1920, 1080), 1, 608),
        ((1152, 648), 1, 364),
        ((1280, 720), 1, 404),
        ((720, 576), Fraction(16, 15), 304),
        ((1080, 1920), 1, None),
        ((608, 1080), 1, None),
    ],
)
def test_the_part_is_nine_sixteenths_of_the_height(size, aspect, part):
    assert upright_size(size[0], size[1], Fraction(aspect)) == part


def test_the_taut_string_is_the_shortest_path_in_its_band():
    rng = np.random.default_rng(1)
    for _ in range(40):
        count = int(rng.integers(2, 40))
        middle, half = np.cumsum(rng.normal(0, 3, count)), rng.uniform(0.5, 6, count)
        low, high = middle - half, middle + half
        path = taut_string(low, high)
        assert (path >= low - 1e-9).all() and (path <= high + 1e-9).all()
        other = path.copy()
        for _ in range(300):  # going downhill from it finds nothing shorter
            step = np.diff(other)
            pull = step / np.sqrt(1 + step**2)
            other = (other + 0.3 * (np.append(pull, 0) - np.insert(pull, 0, 0))).clip(low, high)
        assert length(path) <= length(other) + 1e-6
        other = middle.clip(low, high)
        for _ in range(3000):  # nor does it from elsewhere
            step = np.diff(other)
            pull = step / np.sqrt(1 + step**2)
            other = (other + 0.3 * (np.append(pull, 0) - np.insert(pull, 0, 0))).clip(low, high)
        assert length(path) <= length(other) + 1e-3


def length(path):
    return float(np.sqrt(1 + np.diff(path) ** 2).sum())
