"""What somebody wears: colours above and below the waist, whatever the pose.

The filter knows the player's look as a pattern, which changes with every step; colours do not, and
tell apart people who stand close together better than anything else that is as cheap (Bhattacharyya
coefficient of colour histograms: Comaniciu, Ramesh and Meer, PAMI 2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hccv_follow.tuning import setting
from highlight_cuts_cv.api import box_areas, box_intersections

Colours = NDArray[np.float32]
"""(1024,): square roots of two histograms over L*a*b*, each of unit sum; half the dot product of two is their likeness."""

_PARTS = ((0.12, 0.5), (0.5, 0.95))
"""Shirt and legs, as shares of the box's height."""
_SIDE = 0.2
"""Share of the box's width left out on either side: mostly background."""
_BINS = 8
_RANGES = (0.0, 256.0, 64.0, 192.0, 64.0, 192.0)


@dataclass(frozen=True)
class ColourSettings:
    """How surely other colours are somebody else's."""

    spread: float = setting(
        0.07,
        "likeness that the same person may lack from one look to another; others lack two or three times that",
    )
    rate: float = setting(0.1, "share that a learnt look has in the colours of late")
    known: float = setting(6.0, "looks after which the colours are known; before, they count less")
    clear: float = setting(0.2, "share; who is covered less than this shows their own colours")


def colours_of(crop: np.ndarray, box: np.ndarray) -> Colours:
    """The colours in a box (4,), xyxy in pixels of the crop (H, W, 3) uint8 BGR."""
    height, width = crop.shape[:2]
    x0, y0, x1, y1 = (float(side) for side in box)
    left = int(np.clip(x0 + _SIDE * (x1 - x0), 0, width - 1))
    right = int(np.clip(np.ceil(x1 - _SIDE * (x1 - x0)), left + 1, width))
    found = []
    for start, end in _PARTS:
        top = int(np.clip(y0 + start * (y1 - y0), 0, height - 1))
        bottom = int(np.clip(np.ceil(y0 + end * (y1 - y0)), top + 1, height))
        lab = cv2.cvtColor(crop[top:bottom, left:right], cv2.COLOR_BGR2LAB)
        counts = cv2.calcHist([lab], [0, 1, 2], None, [_BINS] * 3, _RANGES)
        # neighbouring a* and b* bins share, lest a shade on the border between two be neither
        counts = cv2.GaussianBlur(counts.reshape(_BINS, _BINS * _BINS), (3, 3), 0).ravel()
        found.append(np.sqrt(counts / max(float(counts.sum()), 1e-9)))
    return np.concatenate(found)


class Wardrobe:
    """The colours of one person, as first seen and as of late."""

    def __init__(self, colours: Colours, settings: ColourSettings | None = None) -> None:
        self._s = settings or ColourSettings()
        self._first, self._late = colours, colours
        self._usual = 1 - self._s.spread
        self._learnt = 0

    @property
    def clear(self) -> float:
        """Who is covered less than this share shows their own colours."""
        return self._s.clear

    def likeness(self, colours: Colours) -> float:
        """0..1."""
        return float(max(self._first @ colours, self._late @ colours)) / 2

    def unlike(self, colours: Colours) -> float:
        """0 where it can be the same person, 1 where it is surely somebody else."""
        lack = max(self._usual - self.likeness(colours), 0.0)
        return float(1 - np.exp(-0.5 * (lack / self._s.spread) ** 2)) * min(
            1.0, (self._learnt + 1) / self._s.known
        )

    def learn(self, colours: Colours) -> None:
        """It was this person again."""
        self._learnt += 1
        rate = max(self._s.rate, 1 / (self._learnt + 1))
        late = (1 - rate) * self._late**2 + rate * colours**2
        self._usual += rate * (self.likeness(colours) - self._usual)
        self._late = np.sqrt(late)


def in_front(players: np.ndarray) -> NDArray[np.float32]:
    """(N,) how much of each box (N, 5) is covered by the box of somebody whose feet are lower, 0..1."""
    shared = box_intersections(players[:, None], players[None])
    shared[players[None, :, 3] <= players[:, None, 3]] = 0
    area = np.maximum(box_areas(players), 1e-6)
    return np.asarray(shared.max(1, initial=0.0) / area, np.float32)
