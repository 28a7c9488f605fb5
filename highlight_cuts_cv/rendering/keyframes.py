"""Few keyframes in the place of a value for every frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_AHEAD = 32
"""Frames that are looked at together, at first."""


def keyframes(values: ArrayLike, slack: ArrayLike) -> NDArray[np.int64]:
    """The frames, the first and the last among them, between which straight lines stay within *slack* of *values*.

    ``values`` is (F,) or (F, K), one row for each of at least one frame; ``slack`` is one number, or one for each
    of the K columns, in their units.  All columns have their keys in the same frames.

    >>> keyframes([0.0, 1.0, 2.0, 3.0, 2.0, 1.0], 0.01).tolist()
    [0, 3, 5]
    """
    rows = np.asarray(values, np.float64)
    rows = rows.reshape(len(rows), -1)
    room = np.broadcast_to(np.asarray(slack, np.float64), rows.shape[1:])
    kept, ahead = [0], _AHEAD
    while kept[-1] < len(rows) - 1:
        reach, closed = _reach(rows[kept[-1] : kept[-1] + 1 + ahead], room)
        if not closed and kept[-1] + ahead < len(rows) - 1:
            ahead *= 2  # the line may go on
            continue
        kept.append(kept[-1] + reach)
        ahead = max(2 * reach, _AHEAD)
    return np.array(kept)


def _reach(rows: NDArray[np.float64], room: NDArray[np.float64]) -> tuple[int, bool]:
    """How many rows a straight line from the first one can go, and whether it can go no further for sure."""
    steps = np.arange(1, len(rows))[:, None]
    rise = rows[1:] - rows[0]
    # The slopes that pass within the room of all rows so far.
    lowest = np.maximum.accumulate((rise - room) / steps)
    highest = np.minimum.accumulate((rise + room) / steps)
    slopes = rise / steps
    # That a line passes the row at its end is sure; those before it have to be looked at.
    passed = np.ones(len(steps), bool)
    passed[1:] = ((lowest[:-1] <= slopes[1:]) & (slopes[1:] <= highest[:-1])).all(axis=1)
    return 1 + int(np.flatnonzero(passed)[-1]), bool((lowest[-1] > highest[-1]).any())
