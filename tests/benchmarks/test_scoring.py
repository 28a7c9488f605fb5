"""The benchmark's scoring, by hand and against the reference scoring where that is present."""

from __future__ import annotations

import random
import sys
from importlib import import_module
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from scoring import Target, is_on, picks, read_targets, read_truth, score

TARGET = Target("x", 1, 1, 10, 5.0)
BOX = (100.0, 100.0, 40.0, 80.0)


def test_on_needs_the_centre_inside_and_enough_overlap():
    assert is_on(BOX, BOX)
    assert not is_on((125, 100, 40, 80), BOX)  # centre outside
    assert not is_on((118, 138, 4, 4), BOX)  # far too small


def test_shares_held_and_ghosts():
    truth = {frame: BOX for frame in range(1, 9)}
    shown = {1: BOX, 2: BOX, 3: BOX, 4: (300.0, 100.0, 40.0, 80.0), 9: BOX}
    result = score(truth, shown, TARGET)
    assert (result.on, result.wrong, result.missing) == (3 / 8, 1 / 8, 4 / 8)
    assert result.held == pytest.approx(3 / 5)
    assert (result.ghosts, result.first_bad) == (1, 4)


# The reference scoring leaves closing its files to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_agrees_with_the_reference_scoring(shared):
    sys.path.insert(0, str(shared / "eval"))
    reference_run, reference = import_module("run"), import_module("score")

    noise = random.Random(1)
    footage = shared / "footage"
    for target in read_targets(footage):
        truth = read_truth(footage / target.sequence / "gt.txt", target.player)
        assert truth == reference.read_truth(footage / target.sequence / "gt.txt")[target.player]
        for attempt, pick in enumerate(picks(target, truth[target.start], 2)):
            if attempt:
                seed = reference_run.hash_of(target.sequence, target.player, target.start, attempt)
                assert pick == reference_run.disturbed(truth[target.start], seed)
        shown = {
            frame: (box[0] + noise.gauss(0, 0.4) * box[2], *box[1:])
            for frame, box in truth.items()
            if noise.random() < 0.9
        }
        mine = score(truth, shown, target)
        theirs = reference.score(truth, shown, target.fps, target.start, target.end)
        for key, value in (("on", mine.on), ("wrong", mine.wrong), ("missing", mine.missing)):
            assert value == pytest.approx(theirs[key], abs=1e-4)
        assert mine.held == pytest.approx(theirs["held_s"], abs=0.01)
        assert mine.ghosts == theirs["ghost_frames"]
