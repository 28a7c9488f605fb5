"""ProRes 4444 frames that are empty but for a small picture, without encoding the emptiness.

A ProRes frame is a row after row of slices, each 128 pixels wide and 16 high where there is room,
that know nothing of each other (SMPTE RDD 36).  So an empty row is encoded once, the picture's
surroundings on the grid of slices are encoded alone, and the frame is put together from both.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import av
import numpy as np

from highlight_cuts_cv.media.color_tags import SWS_BT709, apply_tags
from highlight_cuts_cv.model import ByteArray, ColorTags

ENCODER = "prores_ks"
PIXEL_FORMAT = "yuva444p10le"
TAGS = ColorTags("bt709", "bt709", "bt709", False)
_ROW = 16
_COLUMN = 128
# A fixed quantiser instead of a bit rate: the encoder's search for one costs ten times the encoding.
_OPTIONS = {"profile": "4444", "vendor": "apl0", "global_quality": str(118 * 2)}


class _Tools(threading.local):
    """What each thread needs for itself."""

    def __init__(self) -> None:
        self.scaler = av.video.reformatter.VideoReformatter()
        self.contexts = lru_cache(maxsize=16)(_context)


class SparseProRes:
    """Makes the frames of one overlay of the given size, both numbers even, in any thread."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._tools = _Tools()
        self._rows = -(-height // _ROW)
        # Whole blocks: libswscale spoils the alpha of rows that end elsewhere.
        blocks = -(-width // _ROW) * _ROW
        self._header, empty = self._encode(np.zeros((_ROW, blocks, 4), np.uint8))
        self._empty = empty[0]
        self._whole = width // _COLUMN

    def next_frame(self, picture: ByteArray | None, x: int, y: int) -> tuple[Callable[[], bytes], bool]:
        """What makes the packet of the next frame, in any thread, and that it is a keyframe."""
        return partial(self.frame, picture, x, y), True

    def frame(self, picture: ByteArray | None, x: int, y: int) -> bytes:
        """One frame's packet with *picture*, (h, w, 4) uint8 straight RGBA, at (x, y)."""
        grid: dict[int, list[bytes]] = {}
        if picture is not None:
            top, left = y // _ROW, x // _COLUMN
            right = -(-(x + picture.shape[1]) // _COLUMN)
            bottom = -(-(y + picture.shape[0]) // _ROW)
            for first, last in ((left, min(right, self._whole)), (max(left, self._whole), right)):
                if first >= last:
                    continue
                # Right of the last whole column, slices get ever narrower down to the frame's edge.
                end = last * _COLUMN if last <= self._whole else -(-self._width // _ROW) * _ROW
                canvas = np.zeros(((bottom - top) * _ROW, end - first * _COLUMN, 4), np.uint8)
                _paint(canvas, picture, x - first * _COLUMN, y - top * _ROW)
                for row, slices in enumerate(self._encode(canvas)[1], start=top):
                    grid.setdefault(row, list(self._empty))[first : first + len(slices)] = slices
        slices = [part for row in range(self._rows) for part in grid.get(row, self._empty)]
        return self._joined(slices)

    def _joined(self, slices: list[bytes]) -> bytes:
        sizes = struct.pack(f">{len(slices)}H", *map(len, slices))
        data = sizes + b"".join(slices)
        picture_header = struct.pack(">BIHB", 8 << 3, 8 + len(data), len(slices), 3 << 4)
        header = bytearray(self._header)
        struct.pack_into(">HH", header, 16, self._width, self._height)
        struct.pack_into(">I", header, 0, len(header) + len(picture_header) + len(data))
        return bytes(header) + picture_header + data

    def _encode(self, rgba: ByteArray) -> tuple[bytes, list[list[bytes]]]:
        """The frame header and, row by row, the slices of a picture whose height is whole rows."""
        frame = av.VideoFrame.from_ndarray(rgba, format="rgba")
        frame = self._tools.scaler.reformat(
            frame, format=PIXEL_FORMAT, dst_colorspace=SWS_BT709, dst_color_range="MPEG"
        )
        apply_tags(frame, TAGS)
        frame.pts = None
        (packet,) = self._tools.contexts(rgba.shape[1], rgba.shape[0]).encode(frame)
        data = bytes(packet)
        start = 8 + struct.unpack_from(">H", data, 8)[0]
        (count,) = struct.unpack_from(">H", data, start + 5)
        sizes = struct.unpack_from(f">{count}H", data, start + 8)
        slices, at = [], start + 8 + 2 * count
        for size in sizes:
            slices.append(data[at : at + size])
            at += size
        across = count // (rgba.shape[0] // _ROW)
        return data[:start], [slices[i : i + across] for i in range(0, count, across)]


def _context(width: int, height: int) -> Any:
    context: Any = av.CodecContext.create(ENCODER, "w")
    context.width, context.height, context.pix_fmt = width, height, PIXEL_FORMAT
    context.time_base, context.options = Fraction(1, 25), _OPTIONS
    context.thread_count = 1  # small pictures; and each must come out before the next goes in
    apply_tags(context, TAGS)
    return context


def _paint(canvas: ByteArray, picture: ByteArray, x: int, y: int) -> None:
    """Put *picture* at (x, y), which may lie outside, onto *canvas*."""
    left, top = max(0, -x), max(0, -y)
    width = min(picture.shape[1], canvas.shape[1] - x) - left
    height = min(picture.shape[0], canvas.shape[0] - y) - top
    if width > 0 and height > 0:
        canvas[y + top : y + top + height, x + left : x + left + width] = picture[
            top : top + height, left : left + width
        ]
