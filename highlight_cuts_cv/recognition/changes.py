"""Pieces that turn out to be of two people: broken where the looks before and after are less alike than one person's are.

Who is nearest, and nobody else near, goes on as somebody: so does the crowd behind a player who leaves the picture, and a player behind a referee
who walks on.  One look tells little of it, several before and after a moment do.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.recognition.directions import Floats, directed_looks, whitening
from highlight_cuts_cv.recognition.everybody import Person

_AROUND = 4
"""Looks before and after a moment that are compared, at most."""
_LEAST = 2
"""The same, at least."""
_UNUSUAL = 2.5
"""So many times as unlike as those of one person usually are: measured, see docs/accuracy.md."""
_TELLING = 20
"""Moments from which on it is known what is usual in a clip."""
_CALM = 0.9
"""Share of the steps from look to look that say how much one person's looks vary: the wildest are changes themselves."""


def broken_at_changes(people: Sequence[Person]) -> list[Person]:
    """The *people* of one clip, each in as many parts as there seem to be persons in it.  A part has its own looks and pictures only.

    What is usual is told by all of them together; of few people seen shortly nobody is broken.
    """
    if not people:
        return []
    looks = _measured(people)
    weights = [np.array(person.weights) + 1e-3 for person in people]
    changes = [_changes(here, weight) for here, weight in zip(looks, weights, strict=True)]
    every = np.concatenate(changes)
    moments = every[every > 0]
    if len(moments) < _TELLING:
        return list(people)
    limit = _UNUSUAL * float(np.median(moments))
    parts = []
    for person, here, weight in zip(people, looks, weights, strict=True):
        bounds = [0, *_breaks(here, weight, limit), len(person)]
        parts += [person.between(first, stop) for first, stop in itertools.pairwise(bounds)]
    return parts


def _measured(people: Sequence[Person]) -> list[Floats]:
    """(k, kept) of each: the k looks, measured by how much they vary from one to the next, which a change does once."""
    looks = directed_looks(people)
    steps = np.concatenate([np.diff(one, axis=0) for one in looks])
    lengths = np.linalg.norm(steps, axis=1)
    calm = steps[lengths <= np.quantile(lengths, _CALM)] if len(steps) else steps
    whiten = whitening(calm, max(1, len(calm)))
    return [one @ whiten for one in looks]


def _breaks(looks: Floats, weights: NDArray[np.float64], limit: float) -> list[int]:
    """The looks, rising, before which somebody else begins: where the change is greatest, then within both parts."""
    changes = _changes(looks, weights)
    at = int(changes.argmax())
    if changes[at] <= limit:
        return []
    later = [at + place for place in _breaks(looks[at:], weights[at:], limit)]
    return [*_breaks(looks[:at], weights[:at], limit), at, *later]


def _changes(looks: Floats, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k,) how unlike the looks from each one on are to those before, for what chance makes of so many; 0 near the ends."""
    changes = np.zeros(len(looks))
    for at in range(_LEAST, len(looks) - _LEAST + 1):
        sides = slice(max(0, at - _AROUND), at), slice(at, at + _AROUND)
        before, after = (np.average(looks[side], axis=0, weights=weights[side]) for side in sides)
        # Each mean varies by the inverse of how many looks count in it.
        chance = sum((weights[side] ** 2).sum() / weights[side].sum() ** 2 for side in sides)
        changes[at] = np.linalg.norm(before - after) / np.sqrt(chance)
    return changes
