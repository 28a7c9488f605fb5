"""What a video file is."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from highlight_cuts_cv.media.color_tags import HdrTags, hdr_of, tags_of
from highlight_cuts_cv.media.failures import reading
from highlight_cuts_cv.media.reading.index import FrameIndex, build_index
from highlight_cuts_cv.model import AudioInfo, BadInputError, MediaInfo

_log = logging.getLogger(__name__)

STANDARD_RATES = tuple(
    Fraction(*pair)
    for pair in (
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1),
        (100, 1), (120000, 1001), (120, 1), (240000, 1001), (240, 1), (15, 1), (12, 1), (10, 1),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoadedMedia:
    """A probed file with what only the reader and the writer need."""

    info: MediaInfo
    index: FrameIndex
    stream_index: int
    hdr: HdrTags
    field_order: int  # as FFmpeg's AVFieldOrder


def probe(path: Path | str) -> MediaInfo:
    """Describe a video file; only its first picture is decoded.

    MP4 and MOV are described from their header; other containers are read through once, without
    decoding.  The result is kept until the file changes.  Raises BadInputError when the file is
    missing, is no video or has no picture that can be read.
    """
    return load(path).info


def load(path: Path | str) -> LoadedMedia:
    """As :func:`probe`, with the frame index."""
    path = Path(os.path.abspath(path))
    with reading(path):
        status = path.stat()
        if path.is_dir():
            raise BadInputError(f"'{path}' is a folder, not a video file.")
        if status.st_size == 0:
            raise BadInputError(f"'{path}' is empty.")
        return _load(path, status.st_mtime_ns, status.st_size)


def open_video(path: Path) -> tuple[Any, Any]:
    """Open a file and find its main video stream (cover pictures do not count)."""
    container = av.open(str(path), metadata_errors="replace")
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic and stream.codec_context is not None:
            return container, stream
    container.close()
    raise BadInputError(f"'{path}' has no video that can be decoded.")


@lru_cache(maxsize=64)
def _load(path: Path, modified: int, size: int) -> LoadedMedia:
    container, stream = open_video(path)
    with container:
        index = build_index(container, stream, path)
    container, stream = open_video(path)
    with container:
        picture = _first_picture(container, stream, path)
        return LoadedMedia(
            _info(path, container, stream, picture, index),
            index,
            stream.index,
            hdr_of(picture),
            int(stream.codec_context.field_order),
        )


def _first_picture(container: Any, stream: Any, path: Path) -> Any:
    for packet in container.demux(stream):
        try:
            for picture in packet.decode():
                return picture
        except av.error.InvalidDataError:
            continue
    raise BadInputError(f"No picture of '{path}' can be decoded; the file may be damaged or cut off.")


def _info(path: Path, container: Any, stream: Any, picture: Any, index: FrameIndex) -> MediaInfo:
    rate, variable = frame_rate(index, stream)
    quarter = round(picture.rotation / 90)
    if abs(picture.rotation - 90 * quarter) > 1:
        _log.warning("'%s' is turned by %d degrees, which is ignored.", path, picture.rotation)
        quarter = 0
    rotation = -90 * quarter % 360  # FFmpeg counts counter-clockwise
    width, height = picture.width, picture.height
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    if rotation in (90, 270):
        width, height, aspect = height, width, 1 / aspect
    return MediaInfo(
        path=path,
        width=width,
        height=height,
        rate=rate,
        time_base=stream.time_base,
        start_pts=int(index.pts[0]),
        frame_count=len(index),
        codec=stream.codec_context.codec.canonical_name,
        pixel_format=picture.format.name,
        rotation=rotation,
        sample_aspect_ratio=aspect,
        variable_rate=variable,
        interlaced=picture.interlaced_frame or stream.codec_context.field_order > 1,
        color=tags_of(picture),
        audio=tuple(_audio(container)),
        timecode=_timecode(container),
    )


def frame_rate(index: FrameIndex, stream: Any) -> tuple[Fraction, bool]:
    """The nominal rate, and whether frames stray from it.

    Containers round times to ticks and store averages, so the rate is the first of the declared and
    the standard ones that puts every frame within a tick of where the file has it.
    """
    time_base = Fraction(stream.time_base)
    declared = [Fraction(r) for r in (stream.guessed_rate, stream.average_rate, stream.base_rate) if r]
    count, span = len(index), index.end_pts - int(index.pts[0])
    average = count / (span * time_base)
    if count == 1:
        return (declared[0] if declared else average), False
    near = sorted(STANDARD_RATES, key=lambda rate: abs(rate - average))[:2]
    relative = (index.pts - index.pts[0]).astype(np.float64)
    steps = np.arange(count)
    # Standard rates come before declared ones that are close to them: a declared rate may be an average.
    close = [rate for rate in near if any(rate == d for d in declared)] or near[:1]
    for rate in (*close, *declared, *near):
        if np.abs(relative - steps * float(1 / (rate * time_base))).max() <= 1.01:
            return rate, False
    nominal = near[0] if abs(near[0] - average) <= average / 50 else average.limit_denominator(1001)
    return nominal, True


def _audio(container: Any) -> list[AudioInfo]:
    return [
        AudioInfo(
            stream.index, stream.codec_context.codec.canonical_name, stream.sample_rate, stream.channels
        )
        for stream in container.streams.audio
        if stream.codec_context is not None
    ]


def _timecode(container: Any) -> str | None:
    """The start timecode, which may sit on the file, the picture or a ``tmcd`` track."""
    for holder in (*container.streams.video, *container.streams.data, container):
        if timecode := holder.metadata.get("timecode"):
            return str(timecode)
    return None


def start_time(info: MediaInfo) -> Fraction:
    """Seconds at which the file's own clock starts.  Raises BadInputError for an unreadable file."""
    with reading(info.path), av.open(str(info.path), metadata_errors="replace") as container:
        start = container.start_time
    return info.start_pts * info.time_base if start is None else Fraction(start, av.time_base)
