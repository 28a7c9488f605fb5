"""What following gives: a box and a score for every frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.api import box_ious

AGREE_IOU = 0.3
"""Two boxes that overlap this much show the same player."""


@dataclass(slots=True)
class Path:
    """Boxes (F, 4) float64 xyxy, NaN where lost, and their scores (F,), 0 to 1.

    ``met`` (F,) bool tells where somebody else stood in the way, or covered part of the player; ``seen`` (F, 4) who
    was detected in the box, NaN where nobody was.
    """

    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    met: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    seen: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))

    def __post_init__(self) -> None:
        if len(self.met) != len(self.scores):
            self.met = np.zeros(len(self.scores), bool)
        if len(self.seen) != len(self.scores):
            self.seen = np.full((len(self.scores), 4), np.nan)

    @classmethod
    def lost(cls, count: int) -> Path:
        """A path of *count* frames that shows nothing."""
        return cls(np.full((count, 4), np.nan), np.zeros(count))

    @property
    def shown(self) -> NDArray[np.bool_]:
        """(F,) bool: where there is a box."""
        return np.asarray(np.isfinite(self.boxes[:, 0]))

    def copy(self) -> Path:
        """One that can be changed alone."""
        return Path(self.boxes.copy(), self.scores.copy(), self.met.copy(), self.seen.copy())

    def part(self, frames: NDArray[np.int64]) -> Path:
        """The same path in *frames*, lost elsewhere."""
        part = Path.lost(len(self.scores))
        part.put(self, frames)
        return part

    def put(self, other: Path, frames: slice | NDArray[np.int64] | NDArray[np.bool_]) -> None:
        """Go the *other* path's way in *frames*."""
        self.boxes[frames], self.scores[frames] = other.boxes[frames], other.scores[frames]
        self.met[frames], self.seen[frames] = other.met[frames], other.seen[frames]

    def hide(self, frames: slice | NDArray[np.int64]) -> None:
        """Say lost in *frames*."""
        self.boxes[frames], self.scores[frames] = np.nan, 0

    def overlap(self, other: Path) -> NDArray[np.float64]:
        """(F,) IoU with another path's boxes, NaN where either is lost."""
        return box_ious(self.boxes, other.boxes)


def iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Of two boxes (4,) xyxy; 0 where one is lost (NaN)."""
    return float(np.nan_to_num(box_ious(a, b)))


def run_start(flags: NDArray[np.bool_], at: int, need: int) -> int:
    """Where, from place *at* on, the first run of *need* set flags begins; their number if there is none."""
    run = 0
    for place in range(at, len(flags)):
        run = run + 1 if flags[place] else 0
        if run >= need:
            return place - run + 1
    return len(flags)
