"""What a video file is, and a clip of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv.errors import BadInputError


@dataclass(frozen=True, slots=True)
class ColorTags:
    """Colour description of a video stream, in FFmpeg's names; ``None`` where unspecified."""

    primaries: str | None = None
    transfer: str | None = None
    matrix: str | None = None
    full_range: bool | None = None
    chroma_location: str | None = None


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """One audio stream: its index in the file, codec name, sample rate (Hz) and channel count."""

    index: int
    codec: str
    sample_rate: int
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What a video file is, as found by probing it.

    ``width`` and ``height`` are in display orientation but in *stored* samples, so a picture with
    non-square pixels is ``width * sample_aspect_ratio`` wide on screen.  ``rotation`` is the
    clockwise turn in degrees (0, 90, 180 or 270) that brings the stored picture upright.
    ``start_pts`` is the pts of the first frame shown; ``frame_count`` is exact.  Where ``variable_rate``,
    ``rate`` is the nominal one, of which frames are missing, and ``span`` says how long the file is, in
    seconds.
    """

    path: Path
    width: int
    height: int
    rate: Fraction
    time_base: Fraction
    start_pts: int
    frame_count: int
    codec: str
    pixel_format: str
    rotation: int = 0
    sample_aspect_ratio: Fraction = Fraction(1)
    variable_rate: bool = False
    interlaced: bool = False
    color: ColorTags = ColorTags()
    audio: tuple[AudioInfo, ...] = ()
    timecode: str | None = None
    span: Fraction | None = None

    @property
    def duration(self) -> Fraction:
        """Seconds from the first frame to the end of the last."""
        return Fraction(self.frame_count) / self.rate if self.span is None else self.span


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipInfo:
    """A contiguous run of frames of one media file: what is followed and marked as one piece.

    ``first_frame`` counts the media's frames from 0; ``start_pts`` is that frame's pts in
    ``time_base``.  Frame indexes of jobs and tracks count from 0 at ``first_frame``.
    ``start_offset`` is where, in seconds into that frame (before it, where stamps jitter), a timeline begins to show
    the clip; only what is resampled to a constant rate looks at it.
    """

    clip_id: str
    media: MediaInfo
    first_frame: int
    frame_count: int
    start_pts: int
    name: str = ""
    start_offset: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if self.frame_count < 1:
            raise BadInputError(f"Clip '{self.clip_id}' has no frames; give it a range with at least one.")

    @property
    def width(self) -> int:
        return self.media.width

    @property
    def height(self) -> int:
        return self.media.height

    @property
    def rate(self) -> Fraction:
        return self.media.rate

    @property
    def time_base(self) -> Fraction:
        return self.media.time_base
