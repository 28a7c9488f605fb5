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
        self._check(left, top, right, bottom)
        with self._lock:
            bgr = self._bgr
        if bgr is not None:
            return bgr[top:bottom, left:right]
        assert self._undrawn is not None
        return self._undrawn.part(left, top, right, bottom)

    def scaled(self, left: int, top: int, right: int, bottom: int, width: int, height: int) -> ByteArray:
        """(height, width, 3) uint8: the part scaled to that size, itself where it has it.

        What shrinks by more than two becomes means of areas, without being drawn for that where the source can; else it is
        interpolated linearly, which would skip pixels there.  Whether the picture was drawn meanwhile makes no difference.
        Raises ValueError for a part that is empty or not within the picture.
        """
        import cv2

        self._check(left, top, right, bottom)
        much = 2 * max(width, height) < max(right - left, bottom - top)
        if much and self._undrawn is not None:
            shrunk = self._undrawn.shrunk(left, top, right, bottom, width, height)
            if shrunk is not None:
                return shrunk
        whole = (left, top, right, bottom) == (0, 0, self.width, self.height)
        # Who else looks at this picture has the whole of it then.
        part = self.bgr if whole else self.part(left, top, right, bottom)
        if part.shape[:2] == (height, width):
            return part
        method = cv2.INTER_AREA if much else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(part, (width, height), interpolation=method), np.uint8)

    def _check(self, left: int, top: int, right: int, bottom: int) -> None:
        if not (0 <= left < right <= self.width and 0 <= top < bottom <= self.height):
            raise ValueError(
                f"{left}:{right}, {top}:{bottom} is no part of a {self.width}x{self.height} picture"
            )
