"""Everything that touches video files: the only package that imports PyAV, and only when used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highlight_cuts_cv.media.atomic import atomic_output
    from highlight_cuts_cv.media.clips import clip_of, frame_at_time, frame_times
    from highlight_cuts_cv.media.concat import concat_files
    from highlight_cuts_cv.media.frames import ClipFrames, open_frames
    from highlight_cuts_cv.media.kit import PyAvKit
    from highlight_cuts_cv.media.probing import probe
    from highlight_cuts_cv.media.raw import raw_frames, source_frames
    from highlight_cuts_cv.media.writer import open_writer

_HOME = {
    "ClipFrames": "frames",
    "PyAvKit": "kit",
    "atomic_output": "atomic",
    "clip_of": "clips",
    "concat_files": "concat",
    "frame_at_time": "clips",
    "frame_times": "clips",
    "open_frames": "frames",
    "open_writer": "writer",
    "probe": "probing",
    "raw_frames": "raw",
    "source_frames": "raw",
}

__all__ = [
    "ClipFrames",
    "PyAvKit",
    "atomic_output",
    "clip_of",
    "concat_files",
    "frame_at_time",
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
