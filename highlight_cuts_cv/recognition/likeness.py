"""Who of many people is the one known from elsewhere, by how they look, and how probable that is.

Looks are compared where people differ.  How probable the nearest one is, is told by how much farther the next possibility
lies (Lowe, "Distinctive image features from scale-invariant keypoints", 2004, section 7.1): that is another person in the
clip, or somebody who is known to be another, since both were seen at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from highlight_cuts_cv.recognition.directions import Floats, directed_looks, whitening
from highlight_cuts_cv.recognition.everybody import Person

_EVEN, _STEEP = 1.08, 15.0
"""Ratio of distances at which the nearest is right half of the time, and how fast that grows with its logarithm:
measured, see docs/accuracy.md."""
_ALONE = 1.17
"""The ratio that somebody counts with who is the only one: likelier right than not, and no proof."""


def probabilities(
    known: Sequence[Person], others: Sequence[Person], candidates: Sequence[Person]
) -> list[float]:
    """How probable it is of each of the *candidates* (people of one clip) to be the person in *known*.

    *others* are people who were seen at the same time as those, in their clips.  Several candidates may be
    one person's pieces at different times; those of one time are at most 1 together.
    """
    if not known or not candidates:
        return [0.0] * len(candidates)
    means, noise = _compared([*known, *others, *candidates])
    here, rest = means[len(known) + len(others) :], means[len(known) : len(known) + len(others)]
    weights = np.array([sum(person.weights) + 1e-3 for person in known])
    centre = (weights[:, None] * means[: len(known)]).sum(axis=0) / weights.sum()
    distances = np.linalg.norm(here - centre, axis=1)
    another = np.linalg.norm(here[:, None] - rest[None], axis=2).min(axis=1, initial=np.inf)
    odds = []
    for number, distance in enumerate(distances):
        # Distances below what chance makes of few looks tell nobody from anybody.
        chance = noise / sum(map(len, known)) + noise / len(candidates[number])
        rivals = [another[number]]
        for place, other in enumerate(candidates):
            apart = np.linalg.norm(here[place] - here[number])
            # Who is seen at another time and is as near as the player is another piece of the same person.
            piece = apart**2 <= distance**2 + chance and not together(other, candidates[number])
            if place != number and not piece:
                rivals.append(distances[place])
        rival = min(rivals)
        ratio = _ALONE if np.isinf(rival) else np.sqrt((rival**2 + chance) / (distance**2 + chance))
        odds.append(_STEEP * np.log(ratio / _EVEN))
    found = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
    return [float(chance) for chance in found]


def together(one: Person, other: Person) -> bool:
    """Whether both are seen in one look, and so are two people."""
    return not set(one.frames).isdisjoint(other.frames)


def exclusive(people: Sequence[Person], chances: Sequence[float]) -> list[float]:
    """The *chances* of all *people* to be one player, of whom only one at a time can be."""
    odds = [min(chance / max(1 - chance, 1e-9), 1e6) for chance in chances]
    return [
        own
        / (
            1
            + own
            + sum(
                odd
                for other, odd in zip(people, odds, strict=True)
                if other is not one and together(one, other)
            )
        )
        for one, own in zip(people, odds, strict=True)
    ]


def _compared(people: Sequence[Person]) -> tuple[Floats, float]:
    """(N, kept) the mean look of each person in the directions that tell people apart, and the sum over these of
    how much one person's single looks vary."""
    looks = directed_looks(people)
    within = np.concatenate([one - one.mean(axis=0) for one in looks])
    freedom = max(1, len(within) - len(looks))
    whiten = whitening(within, freedom)
    means = [
        np.average(one, axis=0, weights=np.array(person.weights) + 1e-3)
        for one, person in zip(looks, people, strict=True)
    ]
    spread = (within @ whiten).var(axis=0).sum() * len(within) / freedom
    return np.array(means) @ whiten, float(spread)
