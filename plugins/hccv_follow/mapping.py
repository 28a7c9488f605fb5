"""From the detector's box of the player to the user's, which may hold a stick or leave out the feet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mapping:
    """Offset of the centres and ratio of the sides, (2,) each, in units of the detection's width and height."""

    offset: np.ndarray
    ratio: np.ndarray

    @classmethod
    def same(cls) -> Mapping:
        """The user's box is the detector's."""
        return cls(np.zeros(2), np.ones(2))

    @classmethod
    def between(cls, player: np.ndarray, centre: np.ndarray, wh: np.ndarray) -> Mapping:
        """What leads from a detection (at least 4,), xyxy, to the box of a centre and a size; within reason."""
        found, seen = player[2:4] - player[:2], (player[:2] + player[2:4]) / 2
        return cls(np.clip((centre - seen) / found, -0.5, 0.5), np.clip(wh / found, 0.5, 2.0))

    def __call__(self, player: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Centre and size of the user's box, given a detection."""
        wh = player[2:4] - player[:2]
        return (player[:2] + player[2:4]) / 2 + self.offset * wh, wh * self.ratio
