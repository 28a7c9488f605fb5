"""Few keyframes: within the slack, at the ends, and no more than needed."""

from __future__ import annotations

import time

import numpy as np
import pytest

from highlight_cuts_cv.api import keyframes


def missed(values, frames):
    """(F, K): how far straight lines between *frames* are from *values*."""
    every = np.arange(len(values))
    lines = [np.interp(every, frames, column[frames]) for column in values.T]
    return np.abs(np.column_stack(lines) - values)


@pytest.mark.parametrize("slack", [0.0, 0.2, 3.0])
@pytest.mark.parametrize("columns", [1, 3])
def test_few_keyframes_miss_nothing_by_more_than_asked(slack, columns):
    rng = np.random.default_rng(3)
    values = np.cumsum(rng.normal(size=(200, columns)), axis=0) + 20 * (np.arange(200) > 90)[:, None]
    frames = keyframes(values, slack)
    assert (frames[0], frames[-1]) == (0, 199) and (np.diff(frames) > 0).all()
    assert missed(values, frames).max() <= slack + 1e-9
    assert len(frames) < (200 if slack else 201) and (slack < 3 or len(frames) < 60 * columns)


def test_each_column_has_a_slack_of_its_own():
    values = np.column_stack([np.sin(np.arange(100) / 5), 10 * np.sin(np.arange(100) / 5)])
    narrow, wide = keyframes(values, (0.05, 0.5)), keyframes(values, (0.05, 5.0))
    assert (missed(values, narrow) <= (0.05, 0.5)).all()
    assert len(narrow) == len(wide) == len(keyframes(values[:, 0], 0.05))
    assert len(keyframes(values, 0.05)) > len(narrow)


@pytest.mark.parametrize(
    ("values", "frames"),
    [([5.0] * 9, [0, 8]), ([0, 1, 2, 3, 2, 1], [0, 3, 5]), ([7], [0]), (np.arange(1000.0), [0, 999])],
)
def test_straight_lines_need_two_keyframes(values, frames):
    assert keyframes(values, 0.01).tolist() == frames


def test_a_whole_game_is_no_matter_of_minutes():
    values = np.cumsum(np.random.default_rng(1).normal(0, 3, (20_000, 2)), axis=0)
    begun = time.process_time()
    keyframes(values, 0.1)
    assert time.process_time() - begun < 10
