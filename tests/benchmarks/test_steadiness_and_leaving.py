"""The benchmarks' measures, by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from leaving import Filmed, measure
from scoring import Target
from steadiness import REST_FRAMES, RUN_FRAMES, jitter, stopping

RATE = 30.0


def wave(hertz: float, amplitude: float) -> np.ndarray:
    time = np.arange(90) / RATE
    return np.column_stack([amplitude * np.cos(2 * np.pi * hertz * time), np.full(90, 7.0)])


def test_jitter_is_the_fast_parts_rms():
    assert jitter(wave(5, 2)) == pytest.approx(2 / np.sqrt(2), rel=0.05)
    assert jitter(wave(0.5, 20)) < 0.5
    assert jitter(wave(5, 2) + wave(0.5, 20)) == pytest.approx(2 / np.sqrt(2), rel=0.2)
    gap = wave(5, 2)
    gap[40] = np.nan
    assert np.isnan(jitter(gap))


def run(distance: float = 150.0) -> np.ndarray:
    steps = np.clip(np.arange(2 * REST_FRAMES + RUN_FRAMES) - REST_FRAMES, 0, RUN_FRAMES) / RUN_FRAMES
    return np.column_stack([distance * steps, np.zeros(len(steps))])


@pytest.mark.parametrize("way", [1, -1])
def test_a_marker_on_the_player_neither_overshoots_nor_lags(way):
    path = run(150 * way)
    assert stopping(path + np.array([3, -40]), path, 100) == pytest.approx((0, 0, 0), abs=1e-6)


@pytest.mark.parametrize("way", [1, -1])
def test_a_late_marker_lags_and_one_that_runs_on_overshoots(way):
    path = run(150 * way)
    late = np.concatenate([path[:2], path[:-2]])
    overshoot, cut, lag = stopping(late, path, 100)
    assert overshoot == pytest.approx(0, abs=1e-6)
    assert cut == pytest.approx(2 * 150 / RUN_FRAMES)
    assert lag == pytest.approx(2000 / RATE)
    beyond = path.copy()
    beyond[REST_FRAMES + RUN_FRAMES + 2, 0] += way * 12
    assert stopping(beyond, path, 100)[0] == pytest.approx(12)


def test_leaving_is_measured_from_the_first_frame_without_the_player():
    box = (100.0, 100.0, 40.0, 80.0)
    truth = {frame: box for frame in (*range(1, 11), *range(41, 61))}
    filmed = Filmed(Target("x", 1, 1, 60, 10.0), truth, 13, 41, 60)
    good = {frame: box for frame in truth}
    assert (measure(filmed, good, 3.0).lost_after, measure(filmed, good, 3.0).found_after) == (0, 0)
    assert not measure(filmed, good, 3.0).failed
    late = measure(filmed, good | {frame: box for frame in range(11, 20)}, 3.0)
    assert late.lost_after == pytest.approx(0.7) and late.ghost == pytest.approx(0.2)
    there = {frame: box for frame in (*range(1, 11), *range(50, 61))}
    elsewhere = {frame: (300.0, 0.0, 40.0, 80.0) for frame in range(46, 50)}
    back = measure(filmed, there | elsewhere, 3.0)
    assert back.found_after == pytest.approx(0.9) and back.found and back.failed
    assert back.wrong == pytest.approx(4 / 20)
    never = measure(
        Filmed(Target("x", 1, 1, 60, 10.0), truth, 13, None, 40), {f: box for f in range(1, 41)}, None
    )
    assert never.lost_after is None and never.ghost == pytest.approx(2.3)
