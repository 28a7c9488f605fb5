"""Looks in the directions that tell people apart, measured by how much one person's vary.

Principal directions of all looks, weighed against how much those of one person vary (Fisher, "The use of multiple
measurements", 1936).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.recognition.everybody import Person
from highlight_cuts_cv.recognition.looks import STRIPE_VALUES

Floats = NDArray[np.float64]

_KEPT = 32
"""Principal directions that are compared."""
_ENOUGH = 1500
"""Looks from which the directions are found."""
_RIDGE = 0.15
"""Share of the mean variance within people that is added to each direction's."""


def directed_looks(people: Sequence[Person]) -> list[Floats]:
    """(k, kept) float64 of each of the *people*, at least one: the k looks in the principal directions of all of them."""
    looks = [np.array(person.looks, np.float64) for person in people]
    every = np.concatenate(looks)
    middle, width = every.mean(axis=0), every.std(axis=0) + 1e-6
    # As much of the variance from the stripes as from the histograms.
    scale = np.full(every.shape[1], 1 / np.linalg.norm(width[STRIPE_VALUES:]))
    scale[:STRIPE_VALUES] = 1 / (width[:STRIPE_VALUES] * np.sqrt(STRIPE_VALUES))
    standard = (every - middle) * scale
    # Some of a long reel's looks tell its directions as well as all.
    _, _, directions = np.linalg.svd(standard[:: 1 + len(standard) // _ENOUGH], full_matrices=False)
    kept = directions[: min(_KEPT, len(directions))].T
    return [((look - middle) * scale) @ kept for look in looks]


def whitening(differences: Floats, freedom: int) -> Floats:
    """(kept, kept) by which looks are multiplied so that one person's vary by about 1 in each direction.

    *differences* (n, kept) are of one person's looks from each other or from their mean, of so many degrees of *freedom*.
    """
    scatter = differences.T @ differences / freedom
    scatter += np.eye(len(scatter)) * (_RIDGE * np.trace(scatter) / len(scatter) + 1e-9)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(scatter)).T)
