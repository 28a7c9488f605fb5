"""Decoded pictures as upright BGR arrays, whole or in part."""

from __future__ import annotations

from threading import Lock
from typing import Any

import av
import numpy as np

from highlight_cuts_cv.media.color import conversion_matrix
from highlight_cuts_cv.media.pictures import cropped, plain_format, turned_plane, views, whole_pairs
from highlight_cuts_cv.model import ByteArray

_MIXED = 8
"""Pixels around a part that its own are mixed with; a multiple of every chroma sample's sides."""


class BgrConverter:
    """Turns decoded pictures into upright BGR arrays no larger than *max_side*.

    The picture's own matrix and range are honoured; an untagged one is taken as BT.709 from 720
    rows on, else as BT.601.  Threads that share one wait for each other.
    """

    def __init__(self, max_side: int | None, rotation: int) -> None:
        self._max_side, self._rotation = max_side, rotation
        self._lock = Lock()
        self._scaler = av.video.reformatter.VideoReformatter()

    def size(self, width: int, height: int) -> tuple[int, int]:
        """The size (before turning) that a picture of this size comes out at."""
        larger = max(width, height)
        if self._max_side is None or larger <= self._max_side:
            return width, height
        return (
            max(1, round(width * self._max_side / larger)),
            max(1, round(height * self._max_side / larger)),
        )

    def upright_size(self, width: int, height: int) -> tuple[int, int]:
        """The same after turning."""
        width, height = self.size(width, height)
        return (height, width) if self._rotation in (90, 270) else (width, height)

    def __call__(self, picture: Any) -> ByteArray:
        """(H, W, 3) uint8, contiguous and read-only."""
        return self._converted(picture, *self.size(picture.width, picture.height), conversion_matrix(picture))

    def part(self, picture: Any, left: int, top: int, right: int, bottom: int) -> ByteArray:
        """That part (of the upright result) alone, (H, W, 3) uint8, read-only."""
        width, height = picture.width, picture.height
        if not self._separable(picture):
            return self(picture)[top:bottom, left:right]
        x0, y0, x1, y1 = {
            0: (left, top, right, bottom),
            90: (top, height - right, bottom, height - left),
            180: (width - right, height - bottom, width - left, height - top),
            270: (width - bottom, left, width - top, right),
        }[self._rotation]
        low = [max(0, side // _MIXED - 1) * _MIXED for side in (x0, y0)]
        high = [min(whole, (-(-side // _MIXED) + 1) * _MIXED) for side, whole in ((x1, width), (y1, height))]
        around = cropped(picture, *low, *high)
        wider = self._converted(around, around.width, around.height, conversion_matrix(picture))
        # where the part lies in what surrounds it, turned
        x, y = {
            0: (x0 - low[0], y0 - low[1]),
            90: (high[1] - y1, x0 - low[0]),
            180: (high[0] - x1, high[1] - y1),
            270: (y0 - low[1], high[0] - x1),
        }[self._rotation]
        return wider[y : y + bottom - top, x : x + right - left]

    def _separable(self, picture: Any) -> bool:
        """Whether a part comes out as it does within the whole."""
        size, name = (picture.width, picture.height), picture.format.name
        # Chroma samples that overlap the edge are spread over the whole picture; rows of an
        # interlaced one belong to two times, and their chroma is mixed accordingly.
        return (
            plain_format(name) == name
            and self.size(*size) == size == whole_pairs(*size, name)
            and not picture.interlaced_frame
        )

    def _converted(self, picture: Any, width: int, height: int, matrix: int | None) -> ByteArray:
        with self._lock:
            converted = self._scaler.reformat(
                picture,
                width,
                height,
                "bgr24",
                src_colorspace=matrix,
                # area: a much smaller picture must not shimmer
                interpolation="BILINEAR" if 2 * width > picture.width else "AREA",
                threads=1,
            )
        array = views(converted)[0]
        array = turned_plane(array, self._rotation) if self._rotation else np.ascontiguousarray(array)
        array.flags.writeable = False
        return array.view(np.uint8)


class UndrawnPicture:
    """A decoded picture and who can draw it.  See :class:`highlight_cuts_cv.model.Undrawn`."""

    def __init__(self, picture: Any, convert: BgrConverter) -> None:
        self._picture, self._convert = picture, convert
        self.width, self.height = convert.upright_size(picture.width, picture.height)

    def whole(self) -> ByteArray:
        """(H, W, 3) uint8."""
        return self._convert(self._picture)

    def part(self, left: int, top: int, right: int, bottom: int) -> ByteArray:
        """(bottom - top, right - left, 3) uint8."""
        return self._convert.part(self._picture, left, top, right, bottom)
