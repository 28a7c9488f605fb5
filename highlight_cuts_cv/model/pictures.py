"""Decoded pictures."""

from __future__ import annotations

from fractions import Fraction
from threading import Lock
from typing import Protocol

import numpy as np

from highlight_cuts_cv.model.arrays import ByteArray


class Undrawn(Protocol):
    """A decoded picture that nobody has looked at yet, upright, pixels counted from the top left."""

    width: int
    height: int

    def whole(self) -> ByteArray:
        """(H, W, 3) uint8 BGR."""

    def part(self, left: int, top: int, right: int, bottom: int) -> ByteArray:
        """(bottom - top, right - left, 3) uint8 BGR: that part of :meth:`whole`, within the picture."""

    def shrunk(
        self, left: int, top: int, right: int, bottom: int, width: int, height: int
    ) -> ByteArray | None:
        """(height, width, 3) uint8 BGR: that part made smaller; ``None`` where it has to be drawn for that."""


class Frame:
    """A decoded picture: ``bgr`` is (H, W, 3) uint8, display orientation.

    ``index`` counts from 0 within the clip, ``pts`` in ``time_base``.  ``small`` is the same picture
    scaled down, (h, w, 3) uint8, where the source was asked for one: it costs a fraction while decoding.
    Given an :class:`Undrawn` picture, ``bgr`` is made when first asked for: most frames of a calm clip
    are decoded for their motion alone, and who follows one player needs a :meth:`part` of the others.
    """

    __slots__ = ("_bgr", "_lock", "_undrawn", "height", "index", "pts", "small", "time_base", "width")

    def __init__(
        self,
        index: int,
        pts: int,
        time_base: Fraction,
        picture: ByteArray | Undrawn,
        small: ByteArray | None = None,
    ) -> None:
        self.index, self.pts, self.time_base, self.small = index, pts, time_base, small
        self._lock = Lock()
        self._bgr: ByteArray | None = None
        self._undrawn: Undrawn | None = None
        self.width: int
        self.height: int
        if isinstance(picture, np.ndarray):
            self._bgr = picture
            self.height, self.width = picture.shape[:2]
        else:
            self._undrawn = picture
            self.height, self.width = picture.height, picture.width

    @property
    def bgr(self) -> ByteArray:
        """(H, W, 3) uint8; the same array every time."""
        with self._lock:
            if self._bgr is None:
                assert self._undrawn is not None
                self._bgr = self._undrawn.whole()
            return self._bgr

    def part(self, left: int, top: int, right: int, bottom: int) -> ByteArray:
        """(bottom - top, right - left, 3) uint8: ``bgr[top:bottom, left:right]`` at the cost of that part.

        Raises ValueError for a part that is empty or not within the picture.
        """
        if not (0 <= left < right <= self.width and 0 <= top < bottom <= self.height):
            raise ValueError(
                f"{left}:{right}, {top}:{bottom} is no part of a {self.width}x{self.height} picture"
            )
        with self._lock:
            bgr = self._bgr
        if bgr is not None:
            return bgr[top:bottom, left:right]
        assert self._undrawn is not None
        return self._undrawn.part(left, top, right, bottom)

    def shrunk(
        self, left: int, top: int, right: int, bottom: int, width: int, height: int
    ) -> ByteArray | None:
        """(height, width, 3) uint8: the part made smaller, each pixel a mean, without drawing the part for that.

        ``None`` of a picture that was given drawn, of a part that begins or ends within a sample of its colours, and of
        pictures whose pixels depend on more than their surroundings; whether the picture was drawn meanwhile makes no
        difference.
        """
        return (
            None if self._undrawn is None else self._undrawn.shrunk(left, top, right, bottom, width, height)
        )
