"""Box arithmetic on arrays, shared by everything that compares boxes.

Boxes are ``(..., 4)``: x1, y1, x2, y2 in pixels; columns after the fourth (a score) are ignored.  Results have the
dtype that the arrays' own arithmetic gives, and are NaN where a box is NaN (lost).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]


def box_areas(boxes: Numbers) -> Numbers:
    """(...) areas of boxes (..., 4), square pixels."""
    return np.asarray((boxes[..., 2:4] - boxes[..., :2]).prod(axis=-1))


def box_intersections(a: Numbers, b: Numbers) -> Numbers:
    """Area that boxes (..., 4) share with those beside them, broadcast against each other."""
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., 2:4], b[..., 2:4])
    return np.asarray(np.clip(high - low, 0, None).prod(axis=-1))


def box_ious(a: Numbers, b: Numbers) -> Numbers:
    """Intersection over union of boxes (..., 4) with those beside them, broadcast against each other.

    >>> float(box_ious(np.array([0, 0, 2, 2]), np.array([1, 0, 3, 2])).round(3))
    0.333
    """
    shared = box_intersections(a, b)
    return np.asarray(shared / np.maximum(box_areas(a) + box_areas(b) - shared, 1e-6))


def pairwise_ious(a: Numbers, b: Numbers) -> Numbers:
    """(N, M) intersection over union of every box of *a* (N, 4) with every box of *b* (M, 4)."""
    return box_ious(a[:, None], b[None])


def body_sizes(sides: Numbers) -> Numbers:
    """(...) characteristic lengths of bodies whose boxes have the widths and heights (..., 2), pixels.

    The height, or what it would be if a lying or bent body of that width stood up.
    """
    return np.asarray(np.maximum(sides[..., 1], 1.3 * sides[..., 0]))
