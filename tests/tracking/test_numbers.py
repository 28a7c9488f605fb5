"""Numbers from left to right, and whole persons instead of halves."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.model import Detections
from highlight_cuts_cv.tracking.numbers import numbered_players, player_at, players_at

WHOLE = (100, 100, 150, 220)


def found(*boxes: tuple[float, float, float, float], scores: list[float] | None = None) -> Detections:
    given = np.array(scores or np.linspace(0.9, 0.5, len(boxes)), np.float32)
    order = np.argsort(-given)
    return Detections(np.array(boxes, np.float32).reshape(-1, 4)[order], given[order])


def numbers(detections: Detections) -> list[tuple[float, ...]]:
    return [box.as_xyxy() for box in numbered_players(detections)]


def test_scores_do_not_shuffle_the_numbers():
    right, left, low, high = (200, 0, 220, 50), (0, 10, 20, 60), (95, 90, 125, 140), (100, 5, 120, 55)
    for scores in ([0.9, 0.8, 0.7, 0.6], [0.6, 0.61, 0.8, 0.81], [0.7, 0.9, 0.71, 0.5]):
        assert numbers(found(right, left, low, high, scores=scores)) == [left, high, low, right]
    assert numbered_players(found()) == [] and player_at((1, 1), found()) is None


@pytest.mark.parametrize(
    "half",
    [
        (102, 98, 144, 160),  # head and chest
        (104, 150, 148, 221),  # hips and legs
        (98, 96, 138, 178),  # a little outside
    ],
)
@pytest.mark.parametrize("scores", [[0.9, 0.4], [0.4, 0.9]])
def test_half_a_person_in_the_whole_is_the_whole(half, scores):
    both = found(WHOLE, half, scores=scores)
    assert numbers(both) == [WHOLE]
    middle = (half[0] + half[2]) / 2, (half[1] + half[3]) / 2
    for point in (middle, (half[0] + 0.5, half[1] + 0.5)):
        person = player_at(point, both)
        assert person is not None and person.as_xyxy() == WHOLE


def test_a_part_of_a_part_is_the_whole():
    assert numbers(found(WHOLE, (100, 100, 148, 175), (101, 100, 140, 145))) == [WHOLE]


@pytest.mark.parametrize(
    "neighbour",
    [
        (105, 100, 135, 172),  # farther away, heads at one height: narrower as well as shorter
        (110, 136, 145, 220),  # a child in front of a grown-up, feet at one height
        (100, 102, 150, 202),  # close behind, broad, a little shorter
        (120, 100, 165, 165),  # beside, half of the box outside
        (110, 188, 136, 221),  # a child that crouches in front
        (103, 128, 147, 190),  # in the middle: neither head nor feet in common
    ],
)
def test_two_neighbours_stay_two(neighbour):
    both = found(WHOLE, neighbour)
    assert sorted(numbers(both)) == sorted([WHOLE, neighbour])
    middle = (neighbour[0] + neighbour[2]) / 2, (neighbour[1] + neighbour[3]) / 2
    assert neighbour in [person.as_xyxy() for person in players_at(middle, both)]
