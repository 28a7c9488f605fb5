"""Writing what was followed and drawn: exporters, and what one is given to do so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts.cadence import Freeze
from highlight_cuts_cv.contracts.progress import Progress, never_cancelled, no_progress, no_warning
from highlight_cuts_cv.model import ByteArray, ClipInfo, ColorTags, Crop, SpriteTrack, Track


@dataclass(slots=True)
class RawFrame:
    """A decoded picture in the file's own pixel format, turned upright, writable in place.

    ``planes`` are 2-D arrays (rows, samples) for planar formats; uint8 for 8-bit, uint16 for more.
    nv12/p010 have an interleaved second plane (rows, samples, 2); packed rgb24 is (H, W, 3).
    ``pts`` counts in ``time_base``; ``index`` from 0 within the clip.  ``interlaced`` pictures are two
    fields woven together, each with chroma rows of its own.
    """

    index: int
    pts: int
    time_base: Fraction
    pixel_format: str
    color: ColorTags
    width: int
    height: int
    planes: tuple[NDArray[np.generic], ...]
    interlaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeSettings:
    """How a video is written: an FFmpeg encoder name with its options, size and rate.

    ``height`` ``None`` keeps the source's size; ``max_rate`` limits the frame rate; ``gop_seconds``
    sets the keyframe distance.  ``pixel_format`` ``None`` keeps the source's where the encoder can.
    """

    encoder: str = "libx264"
    options: Mapping[str, str] = field(default_factory=dict)
    pixel_format: str | None = None
    height: int | None = None
    max_rate: Fraction | None = None
    gop_seconds: Fraction | None = None


class VideoWriter(Protocol):
    """Takes pictures in order and writes them to a file that appears only when complete."""

    def write(self, frame: RawFrame) -> None: ...


class OverlayWriter(Protocol):
    """Takes the frames of an overlay in order: each empty but for one small picture."""

    def write(self, pts: int, picture: ByteArray | None, x: int = 0, y: int = 0) -> None:
        """Write a frame with *picture*, (h, w, 4) uint8 RGBA of straight alpha, at (x, y) from its
        top left, all inside the frame; ``None`` is an empty frame.  *pts* as of ``frame_times``.
        The picture belongs to the writer."""
        ...


class MediaKit(Protocol):
    """What an exporter may do with pictures, given to it so that it need not know how."""

    def raw_frames(
        self,
        clip: ClipInfo,
        rate: Fraction | None = None,
        frame_count: int | None = None,
        freeze: Freeze | None = None,
    ) -> Iterator[RawFrame]:
        """Decode the clip's frames in their own pixel format; with *rate*, resampled to it (CFR).

        *frame_count* asks for exactly so many frames at *rate*: the last one is repeated, or what is
        too much left out.  With *freeze* that frame comes several times, each to be drawn on, and
        what follows is later by so much; the frames added are on top of *frame_count*.
        """
        ...

    def composite(self, frame: RawFrame, sprites: SpriteTrack) -> None:
        """Blend the sprites placed at ``frame.index`` into the frame, in place."""
        ...

    def cropped(self, frame: RawFrame, crop: Crop) -> RawFrame:
        """The part of the frame at ``frame.index`` that *crop* has of it, as a frame of its own."""
        ...

    def on_engine(
        self, settings: EncodeSettings, engine: str, clip: ClipInfo
    ) -> tuple[EncodeSettings, str | None]:
        """The settings for an encoder of *engine* (``auto``, ``nvenc``, ...) that was tried and works.

        Where none works they stay as they are; a sentence says so.
        """
        ...

    def render_smart(self, job: ExportJob, output: Path, settings: EncodeSettings) -> str | None:
        """Write *output* copying what nothing is drawn into; or do nothing and say why not."""
        ...

    def open_writer(
        self,
        path: Path,
        clip: ClipInfo,
        settings: EncodeSettings,
        rate: Fraction | None = None,
        frame_count: int | None = None,
        freeze: Freeze | None = None,
    ) -> AbstractContextManager[VideoWriter]:
        """A writer for *path* with the clip's audio; the file appears on a clean exit only.

        With *rate* and *frame_count* the sound is as long as so many frames.  *freeze*, as given to
        ``raw_frames``, keeps it silent while the picture stands still.
        """
        ...

    def open_overlay(
        self,
        path: Path,
        clip: ClipInfo,
        codec: str,
        width: int,
        height: int,
        rate: Fraction | None = None,
    ) -> AbstractContextManager[OverlayWriter]:
        """A writer of pictures with alpha; the file appears on a clean exit only."""
        ...

    def frame_times(
        self, clip: ClipInfo, rate: Fraction | None = None, frame_count: int | None = None
    ) -> list[tuple[int, int]]:
        """(index of the clip's frame, pts) of each frame shown: in the media's time base, or ticks of 1/*rate*.

        *frame_count* asks for exactly so many frames at *rate*, as of ``raw_frames``.
        """
        ...

    def start_time(self, clip: ClipInfo) -> Fraction:
        """Seconds at which the media file's own clock starts."""
        ...

    def new_file(self, path: Path) -> AbstractContextManager[Path]:
        """A temporary name to write to, which becomes *path* on a clean exit."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """Everything an exporter needs.

    ``rate`` asks for a constant frame rate (the timeline's), and ``frame_count`` for exactly so many
    frames at it; ``None`` leaves it to the clip's own length.  ``freeze`` is only given to exporters
    whose spec says ``freezes``; its frames come on top of ``frame_count``.  ``crop``, only given to those whose spec
    says ``crops``, is the part of the pictures that the film shows.
    """

    clip: ClipInfo
    track: Track
    sprites: SpriteTrack
    output: Path
    media: MediaKit
    rate: Fraction | None = None
    frame_count: int | None = None
    progress: Progress = no_progress
    cancelled: Callable[[], bool] = never_cancelled
    warn: Callable[[str], None] = no_warning
    freeze: Freeze | None = None
    crop: Crop | None = None


@runtime_checkable
class Exporter(Protocol):
    """Writes what was followed and drawn: a film, an overlay, a script, data."""

    def export(self, job: ExportJob) -> Path:
        """Write ``job.output`` (or a file beside it with the right suffix) and return its path."""
        ...
