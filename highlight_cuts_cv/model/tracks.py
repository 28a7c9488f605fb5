"""One player through a clip."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.model.arrays import ByteArray, FloatArray, read_only
from highlight_cuts_cv.model.boxes import BoundingBox, confidence_of
from highlight_cuts_cv.model.doubts import Doubt, Why, check_doubts, doubts_within


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
    ``states`` (F,) uint8 of :class:`State`.  F is the clip's frame count.  ``doubts`` are the stretches, in
    order, in which the player is lost or may be somebody else.  Raises :class:`ValueError` when shapes do
    not fit, a row is half NaN or doubts overlap.
    """

    xyxy: FloatArray
    scores: FloatArray
    states: ByteArray
    doubts: tuple[Doubt, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.scores)
        if self.xyxy.shape != (count, 4) or self.states.shape != (count,):
            raise ValueError("xyxy must be (F, 4), scores and states (F,) of the same F")
        missing = np.isnan(self.xyxy)
        if (missing.any(axis=1) != missing.all(axis=1)).any():
            raise ValueError("a row of xyxy must be all NaN (lost) or all numbers")
        if ((self.states == State.LOST) != missing.all(axis=1)).any():
            raise ValueError("states must say LOST in exactly the rows that are NaN")
        check_doubts(self.doubts, count)
        for array in (self.xyxy, self.scores, self.states):
            read_only(array)

    @classmethod
    def lost(cls, count: int) -> Track:
        """A track of *count* frames in none of which the player is seen."""
        return cls(*lost_rows(count))

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def visible(self) -> NDArray[np.bool_]:
        """(F,) bool: True where there is a box."""
        return np.asarray(self.states != State.LOST)

    @property
    def doubtful(self) -> NDArray[np.bool_]:
        """(F,) bool: True in the frames of :attr:`doubts`."""
        doubtful = np.zeros(len(self), bool)
        for doubt in self.doubts:
            doubtful[doubt.start : doubt.stop] = True
        return doubtful

    def shows(self, doubt: Doubt) -> bool:
        """Whether there is a box anywhere in *doubt*; where there is none the player is lost."""
        return bool(self.visible[doubt.start : doubt.stop].any())

    @property
    def coverage(self) -> float:
        """Share of frames with a box, 0 to 1."""
        return float(self.visible.mean()) if len(self) else 0.0

    def part(self, first: int, count: int) -> Track:
        """The *count* frames from *first* on, as a track of its own."""
        stop = first + count
        return Track(
            self.xyxy[first:stop],
            self.scores[first:stop],
            self.states[first:stop],
            doubts_within(self.doubts, first, count),
        )

    def with_part(self, first: int, part: Track) -> Track:
        """The track with another *part* from frame *first* on, as long as that is; doubts stay as they are."""
        xyxy, scores, states = self.xyxy.copy(), self.scores.copy(), self.states.copy()
        there = slice(first, first + len(part))
        xyxy[there], scores[there], states[there] = part.xyxy, part.scores, part.states
        return Track(xyxy, scores, states, self.doubts)

    def box(self, frame_index: int) -> BoundingBox | None:
        """The box in a frame, or ``None`` where the player is lost."""
        if self.states[frame_index] == State.LOST:
            return None
        x1, y1, x2, y2 = (float(value) for value in self.xyxy[frame_index])
        return BoundingBox(x1, y1, x2, y2, confidence_of(self.scores[frame_index]))


def lost_rows(count: int) -> tuple[FloatArray, FloatArray, ByteArray]:
    """``xyxy``, ``scores`` and ``states`` of a track of *count* lost frames, to be filled in."""
    return (
        np.full((count, 4), np.nan, np.float32),
        np.zeros(count, np.float32),
        np.full(count, State.LOST, np.uint8),
    )


@dataclass(frozen=True, slots=True)
class TrackingFrame:
    """One frame of a followed player, in the plain public API.

    ``frame_index`` counts the video's frames from 0; ``bbox`` is ``None`` where the player is lost.
    ``doubt`` says why the player is lost or may be somebody else (:class:`~highlight_cuts_cv.model.Why`), '' where sure.
    Raises BadInputError for a frame that is no whole number from 0, a confidence outside 0 to 1, a frame that
    is not lost and has no box, and a doubt for an unknown reason.
    """

    frame_index: int
    bbox: BoundingBox | None
    confidence: float
    lost: bool
    doubt: str = ""

    def __post_init__(self) -> None:
        try:
            whole = int(self.frame_index)
        except (TypeError, ValueError, OverflowError):
            whole = -1
        if whole != self.frame_index or whole < 0:
            raise BadInputError(f"A frame is a whole number counted from 0, but got {self.frame_index!r}.")
        object.__setattr__(self, "frame_index", whole)
        if not 0 <= self.confidence <= 1:
            raise BadInputError(f"Frame {whole} needs a confidence from 0 to 1, but got {self.confidence:g}.")
        if self.bbox is None and not self.lost:
            raise BadInputError(f"Frame {whole} is not lost, so it needs a box.")
        if self.doubt and self.doubt not in list(Why):
            raise BadInputError(
                f"Frame {whole} is in doubt for '{self.doubt}', which is none of {', '.join(Why)}."
            )
