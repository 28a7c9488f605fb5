"""How a film's picture differs from the one it should be: block by block, outside the marker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.fitted import fitted, new_scaler
from highlight_cuts_cv.media.planes import padded, views

BLOCK = 16
"""Pixels along a side of what is judged as a whole."""
SIGNATURE = (48, 27)
_SOFT_EDGE = 12
"""Pixels around the marker that a lossy encoder may change with it."""
_FINE = 5

Area = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A picture against what it should be; arrays (rows, columns) of blocks.

    ``error`` is the mean square of the difference in 8-bit steps, ``shift`` its mean, both of the plane in which they
    are largest; ``detail`` the energy of what is finer than five pixels in the right picture, and ``kept`` how much of
    it (about 1, or 0 where it is gone) the other still has.  ``outside`` are the blocks that the marker does
    not touch, and ``exact`` says that these are the same to the bit.
    """

    error: NDArray[np.float32]
    shift: NDArray[np.float32]
    detail: NDArray[np.float32]
    kept: NDArray[np.float32]
    outside: NDArray[np.bool_]
    exact: bool


class Comparer:
    """Compares pictures that should be of one kind with those of a film."""

    def __init__(self) -> None:
        self._scaler = new_scaler()

    def fitted(self, right: Any, film: Any) -> Any:
        """The right picture in the film's size and pixel format."""
        target = (film.width, film.height)
        if target != (right.width, right.height) and target == tuple(
            side + side % 2 for side in (right.width, right.height)
        ):
            right = padded(right, *target)
        return fitted(self._scaler, right, *target, film.format.name)

    def __call__(self, right: Any, film: Any, marker: Sequence[Area]) -> Difference:
        """*right* and *film* are av.VideoFrames of one size and format; *marker* in their pixels."""
        rows, columns = -(-film.height // BLOCK), -(-film.width // BLOCK)
        outside = ~_touched(marker, rows, columns)
        depth = film.format.components[0].bits
        pairs = list(zip(views(right), views(film), strict=True))
        exact = all(_same(one, other, outside) for one, other in pairs)
        planes = [(_values(one, depth), _values(other, depth)) for one, other in pairs]
        x, y = planes[0]
        fine, film_fine = (plane - cv2.blur(plane, (_FINE, _FINE)) for plane in (x, y))
        detail = _means(fine * fine, rows, columns)
        kept = _means(fine * film_fine, rows, columns) / (detail + np.float32(1e-3))
        error, shift = np.zeros_like(detail), np.zeros_like(detail)
        for x, y in planes:
            difference = y - x
            error = np.maximum(error, _means(difference * difference, rows, columns))
            mean = _means(difference, rows, columns)
            shift = np.where(np.abs(mean) > np.abs(shift), mean, shift)
        return Difference(error, shift, detail, kept, outside, exact)


def signature(picture: Any) -> NDArray[np.uint16]:
    """(27, 48) uint16: a picture's brightness in few samples, in 256ths of an 8-bit step."""
    small = cv2.resize(
        _values(views(picture)[0], picture.format.components[0].bits), SIGNATURE, interpolation=cv2.INTER_AREA
    )
    return np.asarray(np.clip(small * 256, 0, 65535), np.uint16)


def _values(plane: NDArray[np.generic], depth: int) -> NDArray[np.float32]:
    values = plane if plane.ndim == 2 else plane.mean(axis=2)
    return np.asarray(values, np.float32) * np.float32(2.0 ** (8 - depth))


def _means(plane: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """Means over blocks; the last ones are whole, too, and overlap those before them."""
    height, width = plane.shape
    down, across = _side(height, rows), _side(width, columns)
    sums = cv2.integral(plane, sdepth=cv2.CV_64F)
    top = np.minimum(np.arange(rows) * down, max(0, height - down))[:, None]
    left = np.minimum(np.arange(columns) * across, max(0, width - across))[None]
    bottom, right = np.minimum(top + down, height), np.minimum(left + across, width)
    total = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return np.asarray(total / ((bottom - top) * (right - left)), np.float32)


def _side(length: int, blocks: int) -> int:
    """A block's side in a plane: 16, or less where its samples are shared."""
    return max(2, 1 << int(np.ceil(np.log2(length / blocks))))


def _touched(marker: Sequence[Area], rows: int, columns: int) -> NDArray[np.bool_]:
    touched = np.zeros((rows, columns), bool)
    for left, top, right, bottom in marker:
        first, last = (
            [int((value + edge) // BLOCK) for value in corner]
            for corner, edge in (((left, top), -_SOFT_EDGE), ((right, bottom), _SOFT_EDGE))
        )
        touched[max(0, first[1]) : max(0, last[1] + 1), max(0, first[0]) : max(0, last[0] + 1)] = True
    touched[-1] |= touched[-2:].any(axis=0)  # the last blocks reach into those before them
    touched[:, -1] |= touched[:, -2:].any(axis=1)
    return touched


def _same(one: NDArray[np.generic], other: NDArray[np.generic], outside: NDArray[np.bool_]) -> bool:
    if outside.all():
        return bool(np.array_equal(one, other))
    different = one != other
    if different.ndim == 3:
        different = different.any(axis=2)
    height, width = different.shape
    down, across = _side(height, len(outside)), _side(width, outside.shape[1])
    wide = outside.repeat(down, axis=0).repeat(across, axis=1)[:height, :width]
    return not bool((different & wide).any())
