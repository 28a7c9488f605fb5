"""What plugins provide (specs and protocols) and what they are given (job objects).

New fields of a job always get defaults, so that plugins written for older versions keep working.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import (
    Anchor,
    BadInputError,
    ByteArray,
    ClipInfo,
    ColorTags,
    Detections,
    Frame,
    Region,
    SpriteTrack,
    Track,
)

Progress = Callable[[int, int], None]
"""Called with (frames done, frames in all)."""


def no_progress(done: int, total: int) -> None:
    """A :data:`Progress` that reports to nobody."""


def never_cancelled() -> bool:
    """A cancel check that never asks to stop."""
    return False


# --- options -------------------------------------------------------------------------------------

OptionValue = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One setting of a plugin; feeds the command line, forms and validation.

    ``kind`` is ``str``, ``int``, ``float`` or ``bool``; ``default`` is a value of that kind.
    """

    name: str
    kind: type[str] | type[int] | type[float] | type[bool]
    default: OptionValue
    summary: str
    choices: tuple[OptionValue, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def parse(self, value: object) -> OptionValue:
        """Return *value* as this option's kind.  Raises BadInputError when it does not fit."""
        parsed: OptionValue
        try:
            if self.kind is bool and isinstance(value, str):
                parsed = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[
                    value.lower()
                ]
            else:
                convert: Callable[[Any], OptionValue] = self.kind
                parsed = convert(value)
        except (KeyError, TypeError, ValueError):
            raise BadInputError(
                f"Option '{self.name}' needs a {self.kind.__name__}, not '{value}'."
            ) from None
        if self.choices and parsed not in self.choices:
            raise BadInputError(
                f"Option '{self.name}' must be one of {', '.join(map(str, self.choices))}, not '{value}'."
            )
        if isinstance(parsed, (int, float)) and not isinstance(parsed, bool):
            low = -np.inf if self.minimum is None else self.minimum
            high = np.inf if self.maximum is None else self.maximum
            if not low <= parsed <= high:
                raise BadInputError(
                    f"Option '{self.name}' must lie between {low:g} and {high:g}, not {parsed:g}."
                )
        return parsed


def resolve_options(options: Sequence[Option], given: Mapping[str, object]) -> dict[str, OptionValue]:
    """Every option's value: what was given, checked, else its default.

    Raises BadInputError for an unknown name or a value that does not fit.
    """
    known = {option.name for option in options}
    for name in given:
        if name not in known:
            raise BadInputError(
                f"There is no option '{name}'; known are: {', '.join(sorted(known)) or 'none'}."
            )
    return {option.name: option.parse(given.get(option.name, option.default)) for option in options}


# --- what plugins make ----------------------------------------------------------------------------


@runtime_checkable
class Detector(Protocol):
    """Finds players in pictures."""

    def detect(self, frames: Sequence[Frame], regions: Sequence[Region] | None = None) -> list[Detections]:
        """Return one :class:`Detections` per frame, in full-frame pixels.

        ``regions`` has one region per frame; only it is searched, at native resolution.
        """
        ...

    def close(self) -> None:
        """Free what the detector holds; it is not used afterwards."""
        ...


class FrameSource(Protocol):
    """The frames of a clip, decoded when asked for and never all held at once."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Frame:
        """One frame by its index within the clip.  Raises IndexError outside it."""
        ...

    def frames(self, start: int = 0, stop: int | None = None, *, backward: bool = False) -> Iterator[Frame]:
        """Stream frames ``start <= i < stop`` in order, or from ``stop - 1`` down to ``start``."""
        ...


class DetectionSource(Protocol):
    """Detections per frame of a clip, computed on demand by the chosen detector and remembered."""

    def __getitem__(self, index: int) -> Detections: ...


@dataclass(frozen=True, slots=True)
class SceneFrame:
    """A frame with what its clip's analysis says about it.

    ``motion`` is the (2, 3) float64 camera map of pixels of the frame before (in time) to this
    one's; ``everyone`` who was found in the whole picture, or ``None`` where nobody looked.
    """

    frame: Frame
    motion: NDArray[np.float64]
    everyone: Detections | None


class SceneSource(Protocol):
    """What a clip shows apart from the chosen player, found once, while frames stream by."""

    def motion(self, index: int) -> NDArray[np.float64]:
        """The (2, 3) map of pixels of frame ``index - 1`` to those of frame *index*; identity where unknown."""
        ...

    def cuts(self) -> list[int]:
        """Frames that begin a new shot, as far as the clip has been streamed."""
        ...

    def stream(self, start: int, stop: int, backward: bool = False) -> Iterator[SceneFrame]:
        """Stream frames ``start <= i < stop`` with their analysis, in order or from the last down."""
        ...


class TrackStore(Protocol):
    """Where a tracker may keep what it found about a clip, for the next run.

    It belongs to one clip, detector and tracker, with their options and versions.
    """

    def load(self, name: str) -> dict[str, NDArray[np.generic]] | None:
        """The arrays stored under *name*, or ``None``."""
        ...

    def save(self, name: str, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Keep *arrays* under *name*, instead of what was there; a failure to write is no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackJob:
    """Everything a tracker needs to follow one player through one clip.

    ``anchors`` are sorted by frame, at most one per frame, and at least one has a box.
    ``detections`` is ``None`` when no detector was chosen; ``scene`` has camera motion, shot changes and
    everybody's boxes.  ``store``, when there is one, lives longer than the job.  Call ``progress`` as
    frames get done and stop with :class:`~highlight_cuts_cv.model.CancelledError` soon after ``cancelled()``.
    """

    clip: ClipInfo
    frames: FrameSource
    anchors: tuple[Anchor, ...]
    detections: DetectionSource | None = None
    progress: Progress = no_progress
    cancelled: Callable[[], bool] = never_cancelled
    scene: SceneSource | None = None
    store: TrackStore | None = None


@runtime_checkable
class Tracker(Protocol):
    """Follows one player through a whole clip."""

    def track(self, job: TrackJob) -> Track:
        """Return a track with as many frames as the clip; lost where unsure."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawJob:
    """Everything an indicator needs: the (smoothed) track and how visible the marker is.

    ``opacity`` is (F,) float32 from 0 to 1: the fade-out when the player is lost and the fade-in
    when found.  ``xyxy`` is (F, 4) float32 without NaN wherever ``opacity`` > 0 (while fading out,
    the last known box); ``heights`` is (F,) float32, the player's smoothed height in pixels.
    ``motion`` is (F, 2, 3) float64 where the indicator asked for it: the camera map of pixels of the
    frame before to those of each frame, identity where unknown.
    """

    clip: ClipInfo
    track: Track
    xyxy: NDArray[np.float32]
    heights: NDArray[np.float32]
    opacity: NDArray[np.float32]
    motion: NDArray[np.float64] | None = None
    progress: Progress = no_progress
    cancelled: Callable[[], bool] = never_cancelled


@runtime_checkable
class Indicator(Protocol):
    """Draws a marker as small sprites; never paints on frames."""

    def draw(self, job: DrawJob) -> SpriteTrack:
        """Return the sprites and where they go, for every frame with opacity > 0."""
        ...


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


@dataclass(frozen=True, slots=True)
class Freeze:
    """A picture that stands still: frame ``frame_index`` of the clip, for ``duration`` seconds before it
    plays on.  The film is longer by that, in whole frames, at least one."""

    frame_index: int
    duration: Fraction

    def frames(self, rate: Fraction) -> int:
        """How many frames it adds at *rate*."""
        return max(1, round(self.duration * rate))


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

    def frame_times(self, clip: ClipInfo, rate: Fraction | None = None) -> list[tuple[int, int]]:
        """(index of the clip's frame, pts) of each frame shown: in the media's time base, or ticks of 1/*rate*."""
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
    whose spec says ``freezes``; its frames come on top of ``frame_count``.
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
    warn: Callable[[str], None] = lambda sentence: None
    freeze: Freeze | None = None


@runtime_checkable
class Exporter(Protocol):
    """Writes what was followed and drawn: a film, an overlay, a script, data."""

    def export(self, job: ExportJob) -> Path:
        """Write ``job.output`` (or a file beside it with the right suffix) and return its path."""
        ...


# --- specs ----------------------------------------------------------------------------------------

_NAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
Options = Mapping[str, OptionValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spec:
    """A named thing and how to make it; ``create`` is given every option's value.

    Keep heavy imports inside ``create``.  Raises ValueError for a name that is not lower case
    letters and digits joined by ``.``, ``_`` or ``-``, or a repeated option.
    """

    name: str
    summary: str = ""
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError(
                f"the name {self.name!r} must be lower case letters and digits joined by '.', '_' or '-'"
            )
        names = [option.name for option in self.options]
        if len(set(names)) != len(names):
            raise ValueError(f"'{self.name}' declares an option twice")
        if not callable(getattr(self, "create", None)):
            raise ValueError(f"'{self.name}' has no callable 'create'")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSpec(_Spec):
    """Names a detector and makes it."""

    create: Callable[[Options], Detector]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSpec(_Spec):
    """Names a tracker and makes it.  ``needs_detections`` False skips the detector altogether."""

    create: Callable[[Options], Tracker]
    needs_detections: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorSpec(_Spec):
    """Names an indicator and makes it.  ``needs_motion`` True has the camera's motion worked out for it,
    which means decoding the clip."""

    create: Callable[[Options], Indicator]
    needs_motion: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterSpec(_Spec):
    """Names an exporter and makes it.

    ``suffix`` is that of its output, with the dot.  ``film`` False says that the output cannot stand
    in for the clip in a timeline: data, a script, an overlay.  ``freezes`` True says that it lets a
    picture stand still where the job asks for it.
    """

    create: Callable[[Options], Exporter]
    suffix: str = ".mp4"
    film: bool = True
    freezes: bool = False
