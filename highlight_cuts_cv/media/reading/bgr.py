"""Decoded pictures as upright BGR arrays, whole or in part."""

from __future__ import annotations

from threading import Lock
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from highlight_cuts_cv.media.color_tags import conversion_matrix
from highlight_cuts_cv.media.planes import (
    chroma_sample,
    cropped,
    plain_format,
    shown_part,
    turned_plane,
    views,
    whole_pairs,
)
from highlight_cuts_cv.model import ByteArray

_MIXED = 8
"""Pixels around a part that its own are mixed with; a multiple of every chroma sample's sides."""

_LARGE = 500_000
"""Pixels of a part whose samples take longer to copy than a filter that shows them takes to set up."""


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
        size = self.size(picture.width, picture.height)
        whole = self._upright(self._converted(picture, *size, conversion_matrix(picture)))
        return whole if whole.flags.c_contiguous else _read_only(np.ascontiguousarray(whole))

    def part(self, picture: Any, left: int, top: int, right: int, bottom: int) -> ByteArray:
        """That part (of the upright result) alone, of a :meth:`separable` picture; (H, W, 3) uint8, read-only."""
        width, height = picture.width, picture.height
        x0, y0, x1, y1 = self._stored(picture, left, top, right, bottom)
        low_x, low_y = (max(0, side // _MIXED - 1) * _MIXED for side in (x0, y0))
        high_x, high_y = (
            min(whole, (-(-side // _MIXED) + 1) * _MIXED) for side, whole in ((x1, width), (y1, height))
        )
        if (high_x - low_x) * (high_y - low_y) < _LARGE:
            around = cropped(picture, low_x, low_y, high_x, high_y)
        else:
            with self._lock:  # a conversion in another thread writes into the picture's tags for a moment
                around = shown_part(picture, low_x, low_y, high_x, high_y)
        converted = self._converted(around, around.width, around.height, conversion_matrix(picture))
        return self._upright(converted[y0 - low_y : y1 - low_y, x0 - low_x : x1 - low_x])

    def shrunk(
        self, picture: Any, left: int, top: int, right: int, bottom: int, width: int, height: int
    ) -> ByteArray | None:
        """That part at another size, of a :meth:`separable` picture, scaled before it is converted; (height, width, 3) uint8.

        ``None`` where the part is not one of whole chroma samples.
        """
        part = self._stored(picture, left, top, right, bottom)
        if self._rotation in (90, 270):
            width, height = height, width
        matrix = conversion_matrix(picture)
        if part != (0, 0, picture.width, picture.height):
            across, down = chroma_sample(picture.format.name)
            if any(side % across for side in part[::2]) or any(side % down for side in part[1::2]):
                return None
            with self._lock:  # a conversion in another thread writes into the picture's tags for a moment
                picture = shown_part(picture, *part)
        # without that flag two columns of the small picture would share a colour
        how = Interpolation.AREA | Interpolation.FULL_CHR_H_INT
        return self._upright(self._converted(picture, width, height, matrix, how))

    def _stored(
        self, picture: Any, left: int, top: int, right: int, bottom: int
    ) -> tuple[int, int, int, int]:
        """Where a part of the upright picture lies in the stored one, (left, top, right, bottom)."""
        width, height = picture.width, picture.height
        return {
            0: (left, top, right, bottom),
            90: (top, height - right, bottom, height - left),
            180: (width - right, height - bottom, width - left, height - top),
            270: (width - bottom, left, width - top, right),
        }[self._rotation]

    def separable(self, picture: Any) -> bool:
        """Whether a part comes out as it does within the whole."""
        size, name = (picture.width, picture.height), picture.format.name
        # Chroma samples that overlap the edge are spread over the whole picture; rows of an
        # interlaced one belong to two times, and their chroma is mixed accordingly.
        return (
            plain_format(name) == name
            and self.size(*size) == size == whole_pairs(*size, name)
            and not picture.interlaced_frame
        )

    def _converted(
        self, picture: Any, width: int, height: int, matrix: int | None, how: Interpolation | None = None
    ) -> NDArray[np.generic]:
        if how is None:
            # area: a much smaller picture must not shimmer
            how = Interpolation.BILINEAR if 2 * width > picture.width else Interpolation.AREA
        with self._lock:
            converted = self._scaler.reformat(
                picture, width, height, "bgr24", src_colorspace=matrix, interpolation=how, threads=1
            )
        return views(converted)[0]

    def _upright(self, array: NDArray[np.generic]) -> ByteArray:
        return _read_only(turned_plane(array, self._rotation) if self._rotation else array)


def _read_only(array: NDArray[np.generic]) -> ByteArray:
    shown = array.view(np.uint8)
    shown.flags.writeable = False
    return shown


class UndrawnPicture:
    """A decoded picture and who can draw it.  See :class:`highlight_cuts_cv.model.Undrawn`."""

    def __init__(self, picture: Any, convert: BgrConverter) -> None:
        self._picture, self._convert = picture, convert
        self._whole: ByteArray | None = None
        self.width, self.height = convert.upright_size(picture.width, picture.height)

    def whole(self) -> ByteArray:
        """(H, W, 3) uint8."""
        if self._whole is None:
            self._whole = self._convert(self._picture)
        return self._whole

    def part(self, left: int, top: int, right: int, bottom: int) -> ByteArray:
        """(bottom - top, right - left, 3) uint8."""
        if not self._convert.separable(self._picture):
            return self.whole()[top:bottom, left:right]
        return self._convert.part(self._picture, left, top, right, bottom)

    def shrunk(
        self, left: int, top: int, right: int, bottom: int, width: int, height: int
    ) -> ByteArray | None:
        """(height, width, 3) uint8, where the picture has parts."""
        if not self._convert.separable(self._picture):
            return None
        return self._convert.shrunk(self._picture, left, top, right, bottom, width, height)
