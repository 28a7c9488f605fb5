"""The confidence from which on nine of ten frames are right, and what the doubts hold."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from calibration import (
    MISSING,
    ON,
    WRONG,
    Calibration,
    Frames,
    bins,
    frames_of,
    joined,
    picked,
    picks_table,
    table,
)
from recordings import Recording
from scoring import Target

from highlight_cuts_cv.model import Doubt, State, Track, Why, lost_rows

TARGET = Target("game", 1, 11, 20, 25.0)
TRUE = (100.0, 50.0, 40.0, 100.0)


def run(wrong: set[int] = frozenset(), lost: set[int] = frozenset(), picked_in: int = 11) -> Recording:  # type: ignore[assignment]
    """Ten frames; those *wrong* or *lost* count from the target's start, the last two are in doubt."""
    xyxy, scores, states = lost_rows(10)
    for index in set(range(10)) - lost:
        left = 400.0 if index in wrong else 100.0
        xyxy[index], scores[index], states[index] = (left, 50, left + 40, 150), 0.1 * index, State.OBSERVED
    track = Track(xyxy, scores, states, (Doubt(8, 10, Why.CROSSING),))
    return Recording(TARGET, picked_in, track, {frame: TRUE for frame in range(1, 40)})


def frames(*parts: tuple[float, int, int]) -> Frames:
    """(confidence, right, wrong) frames."""
    went = [one for _, right, wrong in parts for one in [ON] * right + [WRONG] * wrong]
    scores = [score for score, right, wrong in parts for _ in range(right + wrong)]
    return Frames(np.array(went), np.array(scores), np.zeros(len(went), bool))


def test_labelled_frames_are_judged_but_the_picks_own():
    found = frames_of(run(wrong={3}, lost={4, 5}, picked_in=12))
    assert found.went.tolist() == [ON, ON, WRONG, MISSING, MISSING, ON, ON, ON, ON]
    assert found.scores[1] == pytest.approx(0.2) and found.doubtful.tolist() == [False] * 7 + [True] * 2


def test_ranges_of_confidence_hold_their_frames():
    assert list(bins(frames((0.5, 3, 1), (0.549, 1, 0), (1.0, 2, 0)))) == [
        (0.5, 5, 0.8),
        (pytest.approx(0.95), 2, 1.0),
    ]


def test_sure_is_above_the_last_range_that_is_right_less_than_nine_times_in_ten():
    assert Calibration.of(frames((0.4, 10, 10), (0.6, 80, 20), (0.7, 90, 10), (0.9, 99, 1))).sure == 0.65
    assert Calibration.of(frames((0.6, 80, 20), (0.8, 0, 3))).sure == 0.65, "three frames tell nothing"
    assert Calibration.of(frames((0.2, 20, 0))).sure == 0


def test_the_doubts_hold_some_of_the_wrong_frames():
    found = Calibration.of(frames_of(run(wrong={7, 8, 9})))
    assert found.doubtful == pytest.approx(2 / 9) and found.wrong_in_doubt == pytest.approx(2 / 3)


def test_runs_are_joined_and_told():
    told = table(joined([frames_of(run(wrong={9})), frames_of(run())]))
    assert "| 0.90 | 2 | 0.500 |" in told and "100% of the wrong ones" in told


def test_picks_are_compared_by_target():
    figures = picked([run(), run(wrong={1, 2, 3})])
    assert figures == {"game 1@11": [1.0, pytest.approx(6 / 9)]}
    assert "0% are followed alike" in picks_table(figures)
    assert "100% are followed alike" in picks_table(picked([run(), run()]))
