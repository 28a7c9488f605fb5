"""Writing clips with alpha: each frame is empty but for one small picture."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import av
import numpy as np

from highlight_cuts_cv.contracts import OverlayWriter
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.media.background import WriteBehind
from highlight_cuts_cv.media.bitstreams.prores import ENCODER as PRORES
from highlight_cuts_cv.media.bitstreams.prores import PIXEL_FORMAT as PRORES_FORMAT
from highlight_cuts_cv.media.bitstreams.prores import TAGS, SparseProRes
from highlight_cuts_cv.media.bitstreams.qtrle import ENCODER as QTRLE
from highlight_cuts_cv.media.bitstreams.qtrle import SparseQtrle
from highlight_cuts_cv.media.color_tags import SWS_BT709, apply_tags
from highlight_cuts_cv.media.failures import writing
from highlight_cuts_cv.media.writing.encoders import encoder_for, open_output
from highlight_cuts_cv.model import BadInputError, ByteArray, ClipInfo, ColorTags, JobFailedError

_BEHIND = 8


class _Codec(NamedTuple):
    encoder: str
    pixel_format: str
    order: tuple[int, int, int, int]  # of R, G, B and A in the packed canvas
    packed: str  # the canvas's pixel format
    options: dict[str, str]


CODECS = {
    "prores": _Codec(PRORES, PRORES_FORMAT, (0, 1, 2, 3), "rgba", {"profile": "4444", "vendor": "apl0"}),
    "qtrle": _Codec(QTRLE, "argb", (3, 0, 1, 2), "argb", {}),
    "ffv1": _Codec("ffv1", "bgra", (2, 1, 0, 3), "bgra", {"level": "3", "slices": "4", "coder": "0"}),
    "vp9": _Codec(
        "libvpx-vp9",
        "yuva420p",
        (0, 1, 2, 3),
        "rgba",
        {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": "24", "b": "0", "auto-alt-ref": "0"},
    ),
}

_Coded = tuple["Future[bytes]", bool]  # a packet, and whether it is a keyframe
_Item = tuple[int, ByteArray | None, int, int, _Coded | None]


class _Sparse(Protocol):
    """Makes packets of frames that are empty but for a picture; to be asked in the frames' order."""

    def next_frame(self, picture: ByteArray | None, x: int, y: int) -> tuple[Callable[[], bytes], bool]: ...


@contextmanager
def open_overlay(
    path: Path, clip: ClipInfo, codec: str, width: int, height: int, rate: Fraction | None = None
) -> Iterator[OverlayWriter]:
    """Write an overlay for *clip* to *path*; the file appears on a clean exit only.

    Alpha is straight, colours are BT.709.  Without *rate*, a clip of constant rate is written at
    its own and one of variable rate keeps its times.  Raises BadInputError for an unknown codec or
    an unsuitable suffix, JobFailedError when encoding or writing fails.
    """
    if codec not in CODECS:
        raise BadInputError(f"There is no overlay codec '{codec}'; choose one of {', '.join(CODECS)}.")
    with writing(path), atomic_output(path) as temporary:
        job = _Overlay(path, temporary, clip, CODECS[codec], (width, height), rate)
        try:
            with (
                WriteBehind(job.encode, _BEHIND) as behind,
                ThreadPoolExecutor(os.cpu_count(), "encode") as pool,
            ):
                yield _Writer(behind, pool, job.sparse)
            job.finish()
        finally:
            job.close()


class _Writer:
    def __init__(self, behind: WriteBehind[_Item], pool: ThreadPoolExecutor, sparse: _Sparse | None) -> None:
        self._behind, self._pool, self._sparse = behind, pool, sparse

    def write(self, pts: int, picture: ByteArray | None, x: int = 0, y: int = 0) -> None:
        coded: _Coded | None = None
        if self._sparse is not None:
            make, key = self._sparse.next_frame(picture, x, y)
            coded = self._pool.submit(make), key
        self._behind.put((pts, picture, x, y, coded))


class _Overlay:
    """The encoder's side of the queue.  All but the constructor runs in one other thread."""

    def __init__(
        self,
        path: Path,
        temporary: Path,
        clip: ClipInfo,
        codec: _Codec,
        size: tuple[int, int],
        rate: Fraction | None,
    ) -> None:
        self._path, self._codec = path, codec
        self._origin = clip.start_pts if rate is None else 0
        ticks = 1 / rate if rate is not None else clip.time_base
        keeps_times = rate is None and clip.media.variable_rate
        self._rate = rate or clip.rate
        self._time_base = clip.time_base if keeps_times else 1 / self._rate
        self._per_tick = ticks / self._time_base
        self._output: Any = open_output(path, temporary)
        stream: Any = self._output.add_stream(
            encoder_for(codec.encoder).name, rate=self._rate, options=codec.options, time_base=self._time_base
        )
        stream.width, stream.height, stream.pix_fmt = *size, codec.pixel_format
        stream.codec_context.sample_aspect_ratio = clip.media.sample_aspect_ratio
        stream.codec_context.thread_count = 0
        is_yuv = codec.pixel_format.startswith("yuv")
        apply_tags(stream.codec_context, TAGS if is_yuv else ColorTags("bt709", "bt709", None, None))
        if codec.encoder == "libvpx-vp9":
            stream.metadata["alpha_mode"] = "1"
        self._stream = stream
        self.sparse: _Sparse | None = None
        if codec.encoder == PRORES:
            self.sparse = SparseProRes(*size)
        elif codec.encoder == QTRLE:
            self.sparse = SparseQtrle(*size, max(1, round(self._rate)))
        self._size = size
        # Libswscale spoils the alpha of rows that do not end with a block of 16.
        padding = 0 if codec.packed == codec.pixel_format else -size[0] % 16
        self._canvas = np.zeros((size[1], size[0] + padding, 4), np.uint8)
        self._scaler = av.video.reformatter.VideoReformatter()
        self._output.start_encoding()
        self._written = 0

    def encode(self, item: _Item) -> None:
        ticks, picture, x, y, coded = item
        pts = round((ticks - self._origin) * self._per_tick)
        self._written += 1
        if coded is not None:
            packet: Any = av.Packet(coded[0].result())
            packet.stream, packet.time_base, packet.is_keyframe = self._stream, self._time_base, coded[1]
            packet.pts = packet.dts = pts
            packet.duration = max(1, round(1 / self._rate / self._time_base))
            self._output.mux_one(packet)
            return
        place = np.s_[0:0] if picture is None else np.s_[y : y + picture.shape[0], x : x + picture.shape[1]]
        if picture is not None:
            self._canvas[place] = picture[..., self._codec.order]
        frame = av.VideoFrame.from_ndarray(self._canvas, format=self._codec.packed)
        self._canvas[place] = 0
        if self._codec.packed != self._codec.pixel_format:
            frame = self._scaler.reformat(
                frame, format=self._codec.pixel_format, dst_colorspace=SWS_BT709, dst_color_range="MPEG"
            )
            frame = _cut(frame, *self._size)
        frame.pts, frame.time_base = pts, self._time_base
        self._mux(frame)

    def finish(self) -> None:
        if not self._written:
            raise JobFailedError(f"No frame was written to '{self._path}'.")
        if self.sparse is None:
            self._mux(None)
        self._output.close()

    def close(self) -> None:
        self._output.close()

    def _mux(self, frame: Any | None) -> None:
        for packet in self._stream.encode(frame):
            self._output.mux_one(packet)


def _cut(frame: Any, width: int, height: int) -> Any:
    """The left part of an 8-bit planar picture, *width* wide."""
    if frame.width == width:
        return frame
    result = av.VideoFrame(width, height, frame.format.name)
    for source, target in zip(frame.planes, result.planes, strict=True):
        rows = np.frombuffer(source, np.uint8).reshape(-1, source.line_size)[: target.height, : target.width]
        view = np.frombuffer(memoryview(target), np.uint8).reshape(-1, target.line_size)
        view[: target.height, : target.width] = rows
    apply_tags(result, TAGS)
    return result
