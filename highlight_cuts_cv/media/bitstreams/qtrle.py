"""QuickTime Animation frames that are empty but for a small picture, without looking at the emptiness.

Each row of such a frame is a row of skips, copies and repeats that knows nothing of the others, and a
frame may say that only some rows change.  So only the picture's surroundings are encoded, and their rows
are put to where they belong.
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

from highlight_cuts_cv.model import ByteArray

ENCODER = "qtrle"
PIXEL_FORMAT = "argb"
_PIXEL = 4
_END, _SKIP = b"\xff", b"\0"
_MOST_SKIPPED, _MOST_REPEATED = 254, 128
_STEP = 32
"""Encoders are opened for sizes in these steps of pixels, to open few."""

_Box = tuple[int, int, int, int]  # left, top, right, bottom


class _Encoders(threading.local):
    def __init__(self) -> None:
        self.by_size = lru_cache(maxsize=32)(_context)


class SparseQtrle:
    """Makes the frames of one overlay of the given size, a keyframe every *gop*."""

    def __init__(self, width: int, height: int, gop: int) -> None:
        self._width, self._height, self._gop = width, height, gop
        self._encoders = _Encoders()
        self._count = 0
        self._before: _Box | None = None

    def next_frame(self, picture: ByteArray | None, x: int, y: int) -> tuple[Callable[[], bytes], bool]:
        """What makes the packet of the next frame, in any thread, and whether it is a keyframe.

        The frame shows *picture*, (h, w, 4) uint8 straight RGBA, at (x, y).
        """
        now = None if picture is None else (x, y, x + picture.shape[1], y + picture.shape[0])
        key = self._count % self._gop == 0
        changed = _around(now, None if key else self._before)
        self._count, self._before = self._count + 1, now
        return partial(self._packet, picture, x, y, changed, key), key

    def _packet(self, picture: ByteArray | None, x: int, y: int, changed: _Box | None, key: bool) -> bytes:
        if changed is None:
            # A row in which nothing changes: of a packet without any, FFmpeg's decoder makes no picture.
            return self._framed(0, [self._empty_row()] * self._height if key else [b"\1" + _END])
        left, top, right, bottom = changed
        width, height = _stepped(right - left, self._width), _stepped(bottom - top, self._height)
        left, top = min(left, self._width - width), min(top, self._height - height)
        canvas = np.zeros((height, width, _PIXEL), np.uint8)
        if picture is not None:
            place = canvas[y - top : y - top + picture.shape[0], x - left : x - left + picture.shape[1]]
            place[:] = picture[..., (3, 0, 1, 2)]
        rows = self._rows(canvas)
        if not key:
            prefix = _skipping(left)
            return self._framed(top, [prefix + row + _END for row in rows])
        before, after = b"\1" + _nothing(left), _nothing(self._width - left - width) + _END
        empty = self._empty_row()
        around = [empty] * top, [empty] * (self._height - top - height)
        return self._framed(0, [*around[0], *(before + row + after for row in rows), *around[1]])

    def _framed(self, first: int, rows: list[bytes]) -> bytes:
        where = struct.pack(">HHHHH", 8, first, 0, len(rows), 0) if len(rows) < self._height else b"\0\0"
        data = where + b"".join(rows) + b"\0"
        return struct.pack(">I", 4 + len(data)) + data

    def _empty_row(self) -> bytes:
        return b"\1" + _nothing(self._width) + _END

    def _rows(self, argb: ByteArray) -> list[bytes]:
        """The copies and repeats of each row, from its first to its last pixel."""
        frame = av.VideoFrame.from_ndarray(argb, format=PIXEL_FORMAT)
        frame.pts = None
        (packet,) = self._encoders.by_size(argb.shape[1], argb.shape[0]).encode(frame)
        data = bytes(packet)
        rows, at = [], 6
        for _ in range(len(argb)):
            begin = at = at + 1  # behind the skip, which in a keyframe skips nothing
            while (code := data[at]) != 255:
                at += 1 + _PIXEL * (code if code < 128 else 1)
            rows.append(data[begin:at])
            at += 1
        return rows


def _context(width: int, height: int) -> Any:
    context: Any = av.CodecContext.create(ENCODER, "w")
    context.width, context.height, context.pix_fmt = width, height, PIXEL_FORMAT
    context.time_base, context.gop_size, context.thread_count = Fraction(1, 25), 1, 1
    return context


def _around(one: _Box | None, other: _Box | None) -> _Box | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _stepped(size: int, most: int) -> int:
    return min(most, -(-size // _STEP) * _STEP)


def _skipping(pixels: int) -> bytes:
    """How a row begins that leaves so many pixels as they are."""
    more, rest = divmod(pixels, _MOST_SKIPPED)
    return (bytes([_MOST_SKIPPED + 1]) + _SKIP) * more + bytes([rest + 1])


def _nothing(pixels: int) -> bytes:
    """So many transparent pixels."""
    more, rest = divmod(pixels, _MOST_REPEATED)
    zeros = bytes(_PIXEL)
    last = b"" if not rest else b"\1" + zeros if rest == 1 else bytes([256 - rest]) + zeros
    return (bytes([256 - _MOST_REPEATED]) + zeros) * more + last
