"""A part of every picture: what a film shows that has another shape than its recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model.arrays import read_only

STEPS = 32
"""Places per pixel at which a part can begin."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of each frame of a clip, as high as the picture and ``width`` display pixels wide.

    ``lefts`` (F,) float64 is where it begins in each of the clip's frames, in pixels from the left edge, in steps of
    1/:data:`STEPS`, so that what is made twice is the same.
    """

    lefts: NDArray[np.float64]
    width: int
    height: int

    def __post_init__(self) -> None:
        read_only(self.lefts)

    def left(self, frame_index: int) -> float:
        """Where it begins in a frame of the clip."""
        return float(self.lefts[frame_index])
