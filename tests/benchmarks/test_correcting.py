"""A simulated user picks where people would, and what that took is counted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from correcting import Correction, corrected, next_pick, table
from scoring import Box, Target

TARGET = Target("game", 1, 11, 110, 10.0)
TRUE: Box = (100.0, 50.0, 40.0, 100.0)
ELSEWHERE: Box = (400.0, 50.0, 40.0, 100.0)
TRUTH = dict.fromkeys(range(1, 140), TRUE)
FRAMES = range(TARGET.start, TARGET.end + 1)


@pytest.mark.parametrize(
    ("wrong", "picked", "expected"),
    [
        ([*range(20, 23), *range(40, 60)], [11], 44),  # the long one first, a little into it
        ([*range(20, 23), 50], [11], 20),  # short ones where there are no long ones
        ([*range(40, 60)], [11, 44], 45),
        ([20], [11, 20], None),
        ([], [11], None),
    ],
)
def test_the_user_picks_a_little_into_the_first_long_stretch_that_is_wrong(wrong, picked, expected):
    assert next_pick(list(FRAMES), set(FRAMES) - set(wrong), TARGET.fps, picked) == expected


def until_picked(frames: Sequence[int]) -> dict[int, Box]:
    """Goes wrong in the middle until somebody picks there, and then no longer shows the end."""
    if len(frames) == 1:
        return {frame: ELSEWHERE if 50 <= frame < 90 else TRUE for frame in FRAMES}
    return {frame: TRUE for frame in FRAMES if frame < 101 or len(frames) > 2}


def test_picks_are_made_until_it_is_right_and_what_a_pick_spoils_is_harm():
    found = corrected(TARGET, TRUTH, until_picked, 4)
    assert found.picked == [11, 54, 105] and found.good and found.needed(4) == 3
    assert found.on == pytest.approx([0.6, 0.9, 1]) and found.wrong == pytest.approx([0.4, 0, 0])
    assert found.harm == pytest.approx([0.1, 0]) and len(found.seconds) == 3
    few = corrected(TARGET, TRUTH, until_picked, 2)
    assert few.picked == [11, 54] and few.needed(2) == 3


def test_the_table_counts_sequences_alike_and_goes_on_with_who_was_right():
    one = Correction(TARGET, [1.0], [0.0], [2.0], [], [11])
    two = Correction(Target("other", 1, 1, 9, 10.0), [0.5, 1.0], [0.5, 0.0], [4.0, 1.0], [0.25], [1, 4])
    said = table([one, one, one, two], 2)
    assert "| 1 | 0.750 | 0.250 |" in said and "| 2 | 1.000 | 0.000 |" in said
    assert (
        "Picks needed 1.50; harm of one more 0.1250; first 3.0 s, solving each of 1 further ones 1.0 s."
        in said
    )
