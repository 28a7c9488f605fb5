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

from highlight_cuts_cv.media.color_tags import HdrTags, hdr_of, tags_of
from highlight_cuts_cv.media.failures import reading
from highlight_cuts_cv.media.reading.index import FrameIndex, build_index
from highlight_cuts_cv.media.reading.rates import frame_rate
from highlight_cuts_cv.model import AudioInfo, BadInputError, MediaInfo

_log = logging.getLogger(__name__)
_PICTURE_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff"})


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
    decoding, but for those that do not say when their pictures are shown.  The result is kept until the file changes.  Raises BadInputError when the file is
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
    """Open a file and find the stream that is the film.

    Of several it is the one that the file says is to be shown, then the largest, then the first.
    Cover pictures and thumbnails never are; streams of pictures count where there is nothing else.
    """
    container = av.open(str(path), metadata_errors="replace")
    streams = [s for s in container.streams.video if s.codec_context is not None and not _is_picture(s)]
    if not streams:
        container.close()
        raise BadInputError(f"'{path}' has no video that can be decoded.")
    return container, max(streams, key=_likely_film)


def _is_picture(stream: Any) -> bool:
    kinds = av.stream.Disposition
    return bool(stream.disposition & (kinds.attached_pic | kinds.timed_thumbnails | kinds.still_image))


def _likely_film(stream: Any) -> tuple[bool, bool, int]:
    still = stream.frames == 1 or stream.codec_context.codec.canonical_name in _PICTURE_CODECS
    shown = bool(stream.disposition & av.stream.Disposition.default)
    return not still, shown, stream.width * stream.height


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
    declared = [Fraction(r) for r in (stream.guessed_rate, stream.average_rate, stream.base_rate) if r]
    rate, variable = frame_rate(index.pts, index.end_pts, Fraction(stream.time_base), declared)
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
        span=(index.end_pts - int(index.pts[0])) * Fraction(stream.time_base) if variable else None,
        interlaced=picture.interlaced_frame or stream.codec_context.field_order > 1,
        color=tags_of(picture),
        audio=tuple(_audio(container)),
        timecode=_timecode(container),
    )


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
