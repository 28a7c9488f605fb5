"""Who is the same person by looks: the nearest, if nobody else comes near."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.recognition.everybody import Person
from highlight_cuts_cv.recognition.likeness import exclusive, probabilities
from highlight_cuts_cv.recognition.looks import LENGTH, look_of

BLUE, RED, GREEN = (150, 40, 20), (30, 40, 170), (40, 140, 40)


def picture(shirt, shorts, seed):
    """A person of 120 pixels whose shirt and shorts have these colours, BGR, in light that changes."""
    random = np.random.default_rng(seed)
    shown = np.full((120, 48, 3), 110, np.float64)
    shown[18:60], shown[60:90] = shirt, shorts
    return np.clip(shown * random.uniform(0.85, 1.15) + random.normal(0, 10, shown.shape), 0, 255).astype(
        np.uint8
    )


def person(shirt, shorts, seed, looks=6):
    found = Person()
    for index in range(looks):
        found.frames.append(5 * index)
        found.boxes.append(np.array([0.0, 0, 48, 120]))
        found.looks.append(look_of(picture(shirt, shorts, 100 * seed + index)))
        found.weights.append(0.9)
    return found


def test_a_look_has_its_length_and_says_the_same_of_the_same_colours():
    one, same, other = (look_of(picture(*kit)) for kit in ((BLUE, RED, 1), (BLUE, RED, 2), (RED, BLUE, 3)))
    assert one.shape == (LENGTH,) and one.dtype == np.float32
    assert np.linalg.norm(one - same) < np.linalg.norm(one - other)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (300, 7)])
def test_a_look_of_few_pixels_is_a_look(size):
    assert np.isfinite(look_of(np.full((*size, 3), 90, np.uint8))).all()


def test_who_wears_the_same_is_found_and_surely():
    chances = probabilities(
        [person(BLUE, RED, 1)],
        [person(GREEN, RED, 2)],
        [person(GREEN, BLUE, 3), person(BLUE, RED, 4), person(RED, RED, 5)],
    )
    assert np.argmax(chances) == 1 and chances[1] > 0.98
    assert sum(chances) <= 1 + 1e-9


def test_two_who_look_alike_are_both_possible_and_neither_is_sure():
    chances = probabilities(
        [person(BLUE, RED, 1)],
        [person(GREEN, RED, 2)],
        [person(BLUE, RED, 3), person(BLUE, RED, 4), person(RED, RED, 5)],
    )
    assert max(chances) < 0.9
    assert min(chances[:2]) > chances[2]


def test_who_is_nearer_to_somebody_known_to_be_another_is_not_the_player():
    known, alone = [person(BLUE, RED, 1)], [person((140, 60, 20), RED, 3), person(GREEN, GREEN, 4)]
    another = [person((140, 60, 20), RED, 2)]
    assert probabilities(known, [], alone)[0] > 0.9
    assert probabilities(known, another, alone)[0] < 0.5


def test_another_piece_of_the_same_person_is_no_rival_but_who_is_there_at_the_same_time_is():
    known, other = [person(BLUE, RED, 1)], person(RED, RED, 5)
    player, later = person(BLUE, RED, 3), person(BLUE, RED, 4)
    later.frames = [frame + 100 for frame in later.frames]
    assert max(probabilities(known, [], [player, later, other])) > 0.98
    later.frames = player.frames
    assert max(probabilities(known, [], [player, later, other])) < 0.9


def test_of_those_seen_at_one_time_only_one_can_be_the_player():
    one, same_time, later = (person(BLUE, RED, seed, 2) for seed in (1, 2, 3))
    later.frames = [50, 55]
    assert exclusive([one, same_time, later], [0.9, 0.9, 0.9]) == pytest.approx([9 / 19, 9 / 19, 0.9])
    assert exclusive([one, same_time], [0.999, 0.01])[0] > 0.998


def test_without_anybody_known_or_anybody_there_nothing_is_probable():
    assert probabilities([], [], [person(BLUE, RED, 1)]) == [0.0]
    assert probabilities([person(BLUE, RED, 1)], [], []) == []


def test_somebody_alone_is_no_proof():
    assert 0.3 < probabilities([person(BLUE, RED, 1)], [], [person(BLUE, RED, 2)])[0] < 0.98
