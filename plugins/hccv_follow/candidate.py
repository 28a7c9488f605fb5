"""Small shared pieces: a candidate place, box size, chained camera maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from highlight_cuts_cv.api import body_sizes


def size_of(wh: np.ndarray) -> float:
    """Characteristic length of a box, pixels."""
    return float(body_sizes(wh))


def box_of(centre: np.ndarray, wh: np.ndarray) -> np.ndarray:
    """The box (4,), xyxy, of a centre and a size."""
    return np.concatenate([centre - wh / 2, centre + wh / 2])


def chain(first: np.ndarray, then: np.ndarray) -> np.ndarray:
    """The (2, 3) map that applies `first` and `then`."""
    return np.column_stack([then[:, :2] @ first[:, :2], then[:, :2] @ first[:, 2] + then[:, 2]])


def outside(point: np.ndarray, extent: np.ndarray) -> float:
    """How far a point lies outside a picture of the given width and height, pixels; 0 inside."""
    return float(max(0.0, *(-point), *(point - extent)))


class Terms(NamedTuple):
    """What speaks for a candidate, and, in `colours` and `missing`, against it; weighted, about 0..1 in all."""

    response: float = 0.0
    motion: float = 0.0
    detector: float = 0.0
    scale: float = 0.0
    colours: float = 0.0
    missing: float = 0.0

    def total(self) -> float:
        """The evidence."""
        return self.response + self.motion + self.detector + self.scale - self.colours - self.missing


UNWEIGHED = Terms()


@dataclass
class Candidate:
    """One explanation of where the player is, in picture pixels.

    `motion` is 1 where predicted, 0 at two standard deviations, at worst -3; `scale` and `shape`
    (0..1) compare the box with the player's; `total` is the sum of the evidence, `terms`, about 0..1.
    """

    centre: np.ndarray
    wh: np.ndarray
    row: int  # detection row, -1 for a bare peak of the filter
    response: float
    detector: float
    motion: float = 0.0
    scale: float = 1.0
    shape: float = 1.0
    unlike: float = 0.0  # 1 where the colours are surely somebody else's
    rival: float = 0.0  # the strongest response elsewhere
    terms: Terms = UNWEIGHED
    total: float = 0.0
