"""Frozen data types that the whole tool speaks in.  Only numpy is imported here.

Conventions, everywhere: pixels are in *display orientation* (after the file's rotation), the
origin is the top-left corner of the picture, boxes are half-open floats ``x1, y1, x2, y2`` (a box
covers ``x1 <= x < x2``), times are :class:`~fractions.Fraction` seconds or integer pts counted in
a stream's time base, and frame indexes count from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.errors import BadInputError, CancelledError, HighlightCutsError, JobFailedError

__all__ = [
    "Anchor",
    "AudioInfo",
    "BadInputError",
    "BoundingBox",
    "ByteArray",
    "CancelledError",
    "ClipInfo",
    "ColorTags",
    "Detections",
    "FloatArray",
    "Frame",
    "HighlightCutsError",
    "JobFailedError",
    "MediaInfo",
    "Placement",
    "Region",
    "Shade",
    "Sprite",
    "SpriteTrack",
    "State",
    "Track",
    "TrackingFrame",
    "Undrawn",
    "read_only",
]

FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.uint8]


def read_only(array: NDArray[np.generic]) -> None:
    """Make *array* refuse writes, so that frozen types are frozen all the way down."""
    array.flags.writeable = False


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
    ``start_pts`` is the pts of the first frame shown; ``frame_count`` is exact.
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

    @property
    def duration(self) -> Fraction:
        """Seconds from the first frame to the end of the last at the nominal rate."""
        return Fraction(self.frame_count) / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipInfo:
    """A contiguous run of frames of one media file: what is followed and marked as one piece.

    ``first_frame`` counts the media's frames from 0; ``start_pts`` is that frame's pts in
    ``time_base``.  Frame indexes of jobs and tracks count from 0 at ``first_frame``.
    ``start_offset`` is where, in seconds into that frame, a timeline of another rate begins to show
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


class Undrawn(Protocol):
    """A decoded picture that nobody has looked at yet, upright, pixels counted from the top left."""

    width: int
    height: int

    def whole(self) -> ByteArray:
        """(H, W, 3) uint8 BGR."""

    def part(self, left: int, top: int, right: int, bottom: int) -> ByteArray:
        """(bottom - top, right - left, 3) uint8 BGR: that part of :meth:`whole`, within the picture."""


class Frame:
    """A decoded picture: ``bgr`` is (H, W, 3) uint8, display orientation.

    ``index`` counts from 0 within the clip, ``pts`` in ``time_base``.  ``small`` is the same picture
    scaled down, (h, w, 3) uint8, where the source was asked for one: it costs a fraction while decoding.
    Given an :class:`Undrawn` picture, ``bgr`` is made when first asked for: most frames of a calm clip
    are decoded for their motion alone, and who follows one player needs a :meth:`part` of the others.
    """

    __slots__ = ("_bgr", "_lock", "_undrawn", "height", "index", "pts", "small", "time_base", "width")

    def __init__(
        self,
        index: int,
        pts: int,
        time_base: Fraction,
        picture: ByteArray | Undrawn,
        small: ByteArray | None = None,
    ) -> None:
        self.index, self.pts, self.time_base, self.small = index, pts, time_base, small
        self._lock = Lock()
        self._bgr: ByteArray | None = None
        self._undrawn: Undrawn | None = None
        self.width: int
        self.height: int
        if isinstance(picture, np.ndarray):
            self._bgr = picture
            self.height, self.width = picture.shape[:2]
        else:
            self._undrawn = picture
            self.height, self.width = picture.height, picture.width

    @property
    def bgr(self) -> ByteArray:
        """(H, W, 3) uint8; the same array every time."""
        with self._lock:
            if self._bgr is None:
                assert self._undrawn is not None
                self._bgr, self._undrawn = self._undrawn.whole(), None
            return self._bgr

    def part(self, left: int, top: int, right: int, bottom: int) -> ByteArray:
        """(bottom - top, right - left, 3) uint8: ``bgr[top:bottom, left:right]`` at the cost of that part.

        Raises ValueError for a part that is empty or not within the picture.
        """
        if not (0 <= left < right <= self.width and 0 <= top < bottom <= self.height):
            raise ValueError(
                f"{left}:{right}, {top}:{bottom} is no part of a {self.width}x{self.height} picture"
            )
        with self._lock:
            undrawn, bgr = self._undrawn, self._bgr
        if bgr is not None:
            return bgr[top:bottom, left:right]
        assert undrawn is not None
        return undrawn.part(left, top, right, bottom)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, half-open float pixels, display orientation."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A player's box, half-open float pixels, with a confidence from 0 to 1.

    >>> box = BoundingBox(10, 20, 30, 80)
    >>> box.center, box.top_center, box.width, box.height
    ((20.0, 50.0), (20.0, 20), 20, 60)
    """

    x1: float
    y1: float
    x2: float
    y2: float
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if not (self.x2 > self.x1 and self.y2 > self.y1):
            raise BadInputError(
                f"A box needs x2 > x1 and y2 > y1, but got {self.x1:g},{self.y1:g},{self.x2:g},{self.y2:g}."
            )

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def center(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    @property
    def top_center(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, self.y1

    def as_xyxy(self) -> tuple[float, float, float, float]:
        return self.x1, self.y1, self.x2, self.y2


@dataclass(frozen=True, slots=True)
class Detections:
    """Players found in one frame: ``xyxy`` (N, 4) float32 full-frame pixels, ``scores`` (N,) float32.

    Sorted by falling score.  Raises :class:`ValueError` when the shapes do not fit.
    """

    xyxy: FloatArray
    scores: FloatArray

    def __post_init__(self) -> None:
        if self.xyxy.ndim != 2 or self.xyxy.shape[1] != 4 or self.scores.shape != (len(self.xyxy),):
            raise ValueError(
                f"xyxy must be (N, 4) and scores (N,), got {self.xyxy.shape} and {self.scores.shape}"
            )
        read_only(self.xyxy)
        read_only(self.scores)

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def none(cls) -> Detections:
        """An empty result."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))

    def boxes(self) -> list[BoundingBox]:
        return [
            BoundingBox(float(x1), float(y1), float(x2), float(y2), float(score))
            for (x1, y1, x2, y2), score in zip(self.xyxy, self.scores, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the user says about one frame: the player is in ``box``, or (``None``) is not visible."""

    frame_index: int
    box: BoundingBox | None


class State(IntEnum):
    """How a frame of a :class:`Track` came about."""

    LOST = 0
    INTERPOLATED = 1
    OBSERVED = 2
    ANCHOR = 3


@dataclass(frozen=True, slots=True)
class Track:
    """One player through one clip.

    ``xyxy`` (F, 4) float32, NaN rows where lost; ``scores`` (F,) float32 from 0 to 1, 0 where lost;
    ``states`` (F,) uint8 of :class:`State`.  F is the clip's frame count.  Raises
    :class:`ValueError` when shapes do not fit or a row is half NaN.
    """

    xyxy: FloatArray
    scores: FloatArray
    states: ByteArray

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.xyxy.shape != (count, 4) or self.states.shape != (count,):
            raise ValueError("xyxy must be (F, 4), scores and states (F,) of the same F")
        missing = np.isnan(self.xyxy)
        if (missing.any(axis=1) != missing.all(axis=1)).any():
            raise ValueError("a row of xyxy must be all NaN (lost) or all numbers")
        if ((self.states == State.LOST) != missing.all(axis=1)).any():
            raise ValueError("states must say LOST in exactly the rows that are NaN")
        for array in (self.xyxy, self.scores, self.states):
            read_only(array)

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def visible(self) -> NDArray[np.bool_]:
        """(F,) bool: True where there is a box."""
        return np.asarray(self.states != State.LOST)

    @property
    def coverage(self) -> float:
        """Share of frames with a box, 0 to 1."""
        return float(self.visible.mean()) if len(self) else 0.0

    def box(self, frame_index: int) -> BoundingBox | None:
        """The box in a frame, or ``None`` where the player is lost."""
        if self.states[frame_index] == State.LOST:
            return None
        x1, y1, x2, y2 = (float(value) for value in self.xyxy[frame_index])
        return BoundingBox(x1, y1, x2, y2, float(self.scores[frame_index]))


@dataclass(frozen=True, slots=True)
class TrackingFrame:
    """One frame of a followed player, in the plain public API."""

    frame_index: int
    bbox: BoundingBox | None
    confidence: float
    lost: bool


@dataclass(frozen=True, slots=True)
class Sprite:
    """A small picture to blend: ``rgba`` (h, w, 4) uint8, straight alpha, display orientation."""

    rgba: ByteArray

    def __post_init__(self) -> None:
        if self.rgba.ndim != 3 or self.rgba.shape[2] != 4 or self.rgba.dtype != np.uint8:
            raise ValueError(f"rgba must be (h, w, 4) uint8, got {self.rgba.shape} {self.rgba.dtype}")
        read_only(self.rgba)


@dataclass(frozen=True, slots=True)
class Placement:
    """A sprite in a frame: ``x``, ``y`` is where its top-left corner goes, in sub-pixel display
    pixels; ``opacity`` from 0 to 1 multiplies its alpha."""

    frame_index: int
    sprite: Sprite
    x: float
    y: float
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Shade:
    """A frame dimmed outside an ellipse: cheap however large the picture is.

    ``x``, ``y`` is the middle and ``half_width``, ``half_height`` the half axes in display pixels
    of the ellipse, half-way down its soft edge, which is ``softness`` (0 to 1) of the half axes wide
    to either side.  Outside, ``strength`` (0 to 1) of the light is gone.
    """

    frame_index: int
    x: float
    y: float
    half_width: float
    half_height: float
    strength: float = 0.5
    softness: float = 0.25


@dataclass(frozen=True, slots=True)
class SpriteTrack:
    """All placements of a clip, sorted by frame; a frame may have none or several (drawn in order).

    ``shades`` has at most one per frame, under the sprites.
    """

    placements: Sequence[Placement] = field(default_factory=tuple)
    shades: Sequence[Shade] = field(default_factory=tuple)

    def by_frame(self) -> dict[int, list[Placement]]:
        frames: dict[int, list[Placement]] = {}
        for placement in self.placements:
            frames.setdefault(placement.frame_index, []).append(placement)
        return frames
