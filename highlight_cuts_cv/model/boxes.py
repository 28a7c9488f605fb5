"""Boxes: where players are in one picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.model.arrays import FloatArray, read_only


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, half-open float pixels, display orientation."""

    x1: float
    y1: float
    x2: float
    y2: float


def confidence_of(score: np.float32) -> float:
    """A calculated score as a confidence: rounding may leave it a little outside 0 to 1."""
    return min(1.0, max(0.0, float(score)))


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A player's box, half-open float pixels, with a confidence from 0 to 1.

    ``np.asarray(box)`` is ``[x1, y1, x2, y2]``, (4,) float64.  Raises BadInputError for a number that is
    not finite, a box without a width and a height, and a confidence outside 0 to 1.

    >>> box = BoundingBox(10, 20, 30, 80)
    >>> box.center, box.top_center, box.width, box.height
    ((20.0, 50.0), (20.0, 20), 20, 60)
    >>> np.asarray([box, box]).shape
    (2, 4)
    """

    x1: float
    y1: float
    x2: float
    y2: float
    confidence: float = 1.0

    def __post_init__(self) -> None:
        told = f"{self.x1:g},{self.y1:g},{self.x2:g},{self.y2:g}"
        if not all(map(math.isfinite, self.as_xyxy())):
            raise BadInputError(f"A box needs four finite numbers, but got {told}.")
        if not (self.x2 > self.x1 and self.y2 > self.y1):
            raise BadInputError(f"A box needs x2 > x1 and y2 > y1, but got {told}.")
        if not 0 <= self.confidence <= 1:
            raise BadInputError(f"A box needs a confidence from 0 to 1, but got {self.confidence:g}.")

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[np.float64]:
        if copy is False:
            raise ValueError("A box is no array, so one cannot be had of it without a copy.")
        return np.array(self.as_xyxy(), np.float64 if dtype is None else dtype)

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

    def rounded(self) -> BoundingBox:
        """The box in whole pixels, at least one wide and high."""
        x1, y1, x2, y2 = map(round, self.as_xyxy())
        return BoundingBox(x1, y1, max(x2, x1 + 1), max(y2, y1 + 1), self.confidence)

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
            BoundingBox(float(x1), float(y1), float(x2), float(y2), confidence_of(score))
            for (x1, y1, x2, y2), score in zip(self.xyxy, self.scores, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the user says about one frame: the player is in ``box``, or (``None``) is not visible.

    ``others`` are people whom the pick may mean as well: those beside the player in a box that holds two.
    """

    frame_index: int
    box: BoundingBox | None
    others: tuple[BoundingBox, ...] = ()
