"""Finding players and following one of them: detectors, trackers, and what a tracker is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts.progress import Progress, never_cancelled, no_progress
from highlight_cuts_cv.model import Anchor, ClipInfo, Detections, Frame, Region, Track


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

    def of(self, frame: Frame, part: Region | None = None) -> Detections:
        """Those of a frame that the caller has at hand, by its ``index``: nothing is decoded for them.

        With *part*, whole pixels within the picture, only who is in that part, which is looked at as a picture of
        its own and much faster than the whole of a large one; who is cut off by its edges is left out.
        """
        ...


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
    everybody's boxes.  ``store``, when there is one, lives longer than the job.  In ``company`` other players of
    the clip are followed, too: what was seen of whole pictures serves all of them.  Call ``progress`` as
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
    company: bool = False


@runtime_checkable
class Tracker(Protocol):
    """Follows one player through a whole clip."""

    def track(self, job: TrackJob) -> Track:
        """Return a track with as many frames as the clip, not smoothed; lost where unsure."""
        ...
