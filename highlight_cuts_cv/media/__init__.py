"""Everything that touches video files: the only package that imports PyAV, and only when used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highlight_cuts_cv.media.joining.concat import concat_files
    from highlight_cuts_cv.media.reading.frames import ClipFrames, open_frames
    from highlight_cuts_cv.media.reading.probing import probe
    from highlight_cuts_cv.media.reading.raw import raw_frames, source_frames
    from highlight_cuts_cv.media.reading.spans import (
        clip_frame_number,
        clip_of,
        frame_at_time,
        frame_number,
        frame_times,
    )
    from highlight_cuts_cv.media.writing.writer import open_writer

_HOME = {
    "ClipFrames": "reading.frames",
    "clip_frame_number": "reading.spans",
    "clip_of": "reading.spans",
    "concat_files": "joining.concat",
    "frame_at_time": "reading.spans",
    "frame_number": "reading.spans",
    "frame_times": "reading.spans",
    "open_frames": "reading.frames",
    "open_writer": "writing.writer",
    "probe": "reading.probing",
    "raw_frames": "reading.raw",
    "source_frames": "reading.raw",
}

__all__ = [
    "ClipFrames",
    "clip_frame_number",
    "clip_of",
    "concat_files",
    "frame_at_time",
    "frame_number",
    "frame_times",
    "open_frames",
    "open_writer",
    "probe",
    "raw_frames",
    "source_frames",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
