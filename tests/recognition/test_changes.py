"""A piece that turns out to be of two people is broken where they change, and nobody else is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from highlight_cuts_cv.contracts import Sighting
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.recognition import changes
from highlight_cuts_cv.recognition.changes import broken_at_changes
from highlight_cuts_cv.recognition.everybody import Person
from highlight_cuts_cv.recognition.looks import look_of

BLUE, RED, GREEN, WHITE = (150, 40, 20), (30, 40, 170), (40, 140, 40), (220, 220, 220)


def person(*shirts, first=0, seed=0, wavering=12.0):
    """Somebody in shirts of these colours, BGR, one a look, in light and folds that change from look to look."""
    random = np.random.default_rng([seed, first])
    found = Person()
    for number, shirt in enumerate(shirts):
        picture = np.full((120, 48, 3), 110, np.float64)
        picture[18:60], picture[60:90] = shirt, (60, 60, 60)
        # Sleeves, arms and what is behind: no two looks hold the same of them.
        picture[: random.integers(14, 20)] = random.integers(90, 130, 3)
        picture[90:] += random.normal(0, 15, 3)
        picture += random.normal(0, wavering, picture.shape)
        shown = np.clip(picture * random.uniform(0.93, 1.07), 0, 255).astype(np.uint8)
        frame = 5 * (first + number)
        found.frames.append(frame)
        found.boxes.append(np.array([frame, 0.0, frame + 48, 120]))
        found.looks.append(look_of(shown))
        found.weights.append(0.8)
        found.sightings.append((float(number % 3), Sighting(frame, shown, BoundingBox(0, 0, 48, 120))))
    return found


def crowd():
    """Some people of one kit each, twelve looks at everybody."""
    return [
        person(*[kit] * 12, seed=seed) for seed, kit in enumerate((BLUE, RED, GREEN, WHITE, BLUE, RED), 1)
    ]


def lengths(people):
    return [len(one) for one in people]


@pytest.mark.parametrize(("before", "after"), [(6, 6), (2, 10), (9, 3), (14, 7)])
def test_who_becomes_somebody_else_is_broken_there(before, after):
    mixed = person(*[BLUE] * before, *[WHITE] * after)
    parts = broken_at_changes([*crowd(), mixed])
    assert lengths(parts) == [12] * 6 + [before, after]
    assert [frame for part in parts[6:] for frame in part.frames] == mixed.frames


def test_three_people_in_a_piece_are_three_parts_in_times_order():
    for kits in itertools.permutations((BLUE, WHITE, RED)):
        mixed = person(*(kit for kit in kits for _ in range(7)))
        parts = broken_at_changes([mixed, *crowd()])
        assert lengths(parts) == [7, 7, 7] + [12] * 6
        assert [part.frames[0] for part in parts[:3]] == [0, 35, 70]


def test_each_part_has_its_own_looks_weights_and_pictures():
    mixed = person(*[BLUE] * 6, *[WHITE] * 5)
    mixed.weights[:] = np.linspace(0.5, 0.9, 11).tolist()
    mixed.sightings = mixed.sightings[7:4:-1]  # a choice, in no order
    first, second = broken_at_changes([*crowd(), mixed])[-2:]
    for part, place in ((first, slice(0, 6)), (second, slice(6, 11))):
        assert part.frames == mixed.frames[place] and part.weights == mixed.weights[place]
        assert all(a is b for a, b in zip(part.looks, mixed.looks[place], strict=True))
        assert all(a is b for a, b in zip(part.boxes, mixed.boxes[place], strict=True))
    assert [one.frame_index for one in first.shown()] == [25]
    assert [one.frame_index for one in second.shown()] == [30, 35]


def test_one_odd_look_breaks_nobody():
    assert lengths(broken_at_changes([*crowd(), person(*[BLUE] * 6, WHITE, *[BLUE] * 6)])) == [12] * 6 + [13]


def test_nobody_is_broken_who_is_one_person():
    people = [*crowd(), person(*[BLUE] * 3, seed=8), person(RED, seed=9), person(*[GREEN] * 40, seed=10)]
    assert lengths(broken_at_changes(people)) == [12] * 6 + [3, 1, 40]


def test_looks_that_say_little_do_not_break():
    """As of somebody whom others cover for a while."""
    shirts = [*[BLUE] * 6, WHITE, WHITE, BLUE, WHITE, WHITE, *[BLUE] * 6]
    covered = person(*shirts)
    assert lengths(broken_at_changes([*crowd(), covered]))[6:] != [17]
    covered.weights = [0.8 if shirt == BLUE else 0.0 for shirt in shirts]
    assert lengths(broken_at_changes([*crowd(), covered])) == [12] * 6 + [17]


def test_where_too_little_is_seen_to_know_what_is_usual_nobody_is_broken(monkeypatch):
    few = [person(*[BLUE] * 6, *[WHITE] * 6), person(*[RED] * 10, seed=1)]
    assert lengths(broken_at_changes(few)) == [12, 10]
    monkeypatch.setattr(changes, "_TELLING", 5)
    assert lengths(broken_at_changes(few)) == [6, 6, 10]
    assert broken_at_changes([]) == []
