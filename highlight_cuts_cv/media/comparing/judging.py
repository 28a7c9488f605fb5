"""When a difference is more than an encoder's loss.

An encoder loses what is fine and faint, of every block about as much as of others in the same picture, and keeps
brightness and strong detail; who blurs, covers or paints over a place takes strong detail away or shifts it.
Measured on 40 pictures of nine recordings in three qualities: of blocks that keep less than half of their detail none differs
by more than twice the error that a tenth of the picture's blocks exceed, while blurred ones differ by 14 to 2,000 times that. In
one of them (a vertical preview with hardly anything fine in it) the blur was not seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.comparing.pictures import BLOCK, Difference

_LEAST_KEPT = 0.5
_TIMES_USUAL, _USUAL_SHARE, _LEAST_USUAL = 4, 0.9, 2.0
_NEVER_LOSS = 110.0
"""A mean square error with which no encoder here takes detail away; what changes most of a picture cannot hide in it."""
_MOST_SHIFT = 8.0
"""8-bit steps by which a block's mean may be off; 4 were met."""
_MANY = 3
"""Blocks in one picture that are no accident; fewer are one only where the next picture has them, too."""


def changed_blocks(difference: Difference) -> NDArray[np.bool_]:
    """(rows, columns) bool: the blocks outside the marker that no encoder makes of the right ones."""
    outside = difference.outside
    if difference.exact or not outside.any():
        return np.zeros_like(outside)
    usual = max(float(np.quantile(difference.error[outside], _USUAL_SHARE)), _LEAST_USUAL)
    much = difference.error > min(_TIMES_USUAL * usual, _NEVER_LOSS)
    lost = much & (difference.kept < _LEAST_KEPT)
    shifted = np.abs(difference.shift) > _MOST_SHIFT
    return np.asarray(outside & (lost | shifted))


class Changes:
    """Gathers the pictures of a film with changed places, in their order."""

    def __init__(self) -> None:
        self.found: dict[int, tuple[int, int, int, int]] = {}
        """By picture, the changed place: left, top, right, bottom in pixels of the film."""
        self._waiting: tuple[int, NDArray[np.bool_]] | None = None

    def add(self, number: int, blocks: NDArray[np.bool_]) -> None:
        count = int(blocks.sum())
        before, self._waiting = self._waiting, None
        if not count:
            return
        if count >= _MANY or (before is not None and before[0] == number - 1):
            self.found[number] = _place(blocks)
            if before is not None:
                self.found.setdefault(before[0], _place(before[1]))
        self._waiting = number, blocks


def _place(blocks: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(blocks)
    return (
        int(columns.min()) * BLOCK,
        int(rows.min()) * BLOCK,
        (int(columns.max()) + 1) * BLOCK,
        (int(rows.max()) + 1) * BLOCK,
    )


def aligned(
    film: Sequence[NDArray[np.uint16]], right: Sequence[NDArray[np.uint16]]
) -> list[int | None] | None:
    """Which of the *right* pictures each of the *film*'s is (``None``: none of them), by their signatures.

    ``None`` where the film is plainly right: as many pictures, each as near to its own as to any other.
    """
    if not film or not right:
        return [None] * len(film)
    spread = abs(len(film) - len(right)) + _AROUND
    costs = np.full((len(film), 2 * spread + 1), np.inf, np.float32)
    for k, picture in enumerate(film):
        for offset in range(max(-spread, -k), min(spread, len(right) - 1 - k) + 1):
            costs[k, offset + spread] = np.abs(picture.astype(np.int32) - right[k + offset]).mean() / 256
    least = costs.min(axis=1)
    noise = float(np.median(least))
    places = _path(costs, spread, len(right), max(_GAP * noise, _LEAST_GAP))
    # One in the place of another costs two gaps, which a short stretch does not.
    for k, place in enumerate(places):
        if place is not None and costs[k, place - k + spread] > max(2 * least[k], least[k] + _STILL + noise):
            places[k] = k + int(np.argmin(costs[k])) - spread
    return None if places == list(range(len(right))) else places


_AROUND = 6
_GAP, _LEAST_GAP = 3.0, 0.05
"""What a picture left out or put in costs, in differences that are usual and in 8-bit steps."""
_STILL = 0.05
"""8-bit steps between signatures that tell nothing."""
_FAR = 12.0


def _path(costs: NDArray[np.float32], spread: int, count: int, gap: float) -> list[int | None]:
    """The cheapest way through *costs* (film, offset), where a picture left out or put in costs *gap*.

    At offset o the film's picture k is the right one k + o - *spread*: one left out raises the offset, one put in
    lowers it.
    """
    length, width = costs.shape
    steps = np.arange(width)
    best = np.where(steps >= spread, gap * (steps - spread), np.inf)
    put_in = np.zeros((length, width), bool)
    place = np.zeros((length, width), np.int32)
    for k in range(length):
        match = best + np.minimum(costs[k], _FAR) * (1 + (costs[k] == np.inf) * 1e6)
        added = np.append(best[1:], np.inf) + gap
        put_in[k] = added < match
        step = np.minimum(added, match)
        level = step - gap * steps  # the lowest so far, however many are left out after it
        lowest = np.minimum.accumulate(level)
        place[k] = np.maximum.accumulate(np.where(level == lowest, steps, 0))
        best = lowest + gap * steps
    left_over = count - length - (steps - spread)
    at = int(np.argmin(np.where(left_over < 0, np.inf, best + gap * left_over)))
    found: list[int | None] = []
    for k in range(length - 1, -1, -1):
        at = int(place[k, at])
        found.append(None if put_in[k, at] else k + at - spread)
        at += int(put_in[k, at])
    return found[::-1]
