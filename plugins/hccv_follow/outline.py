"""The box that is shown: head and feet are where they are seen, however the pick was drawn.

What the follower finds the player by, :mod:`hccv_follow.shape`, keeps to the pick's proportions, lest two people
in one box take over.  A marker wants the head: who crouches, falls, jumps or comes nearer has another height, and a
head that the pick cut off, or a hand's breadth above it, is to be given way.  The width stays the shape's, for
sideways is where others stand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.mapping import Mapping
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class OutlineSettings:
    """How fast head and feet follow what is seen."""

    settled: float = setting(1.0, "seconds until the detector's height counts, and the pick's no more")
    rate: float = setting(0.6, "share; how fast they follow a certain detection")
    certain: float = setting(0.5, "score of a detection that is followed at that rate, a weaker one slower")
    spread: float = setting(
        0.6, "log ratio; a detection as much taller or shorter is followed at a rate of e^-0.5"
    )
    step: float = setting(0.25, "share of the height; the farthest that they move in one look")


class Outline:
    """Where head and feet lie, picture pixels below (above: negative) the player's place."""

    def __init__(
        self, height: float, mapped: Mapping, size: float, fps: float, settings: OutlineSettings
    ) -> None:
        self._s, self._fps, self._mapped = settings, fps, mapped
        self._ends = np.array([-height / 2, height / 2])
        self._size = size
        self._frames = 0

    def box(self, box: np.ndarray) -> np.ndarray:
        """The *box* (4,), xyxy, around the player's place, from head to feet."""
        ends = (box[1] + box[3]) / 2 + self._ends
        return np.array([box[0], ends[0], box[2], ends[1]])

    def take(self, player: np.ndarray | None, y: float, size: float, frames: int) -> None:
        """The player's place is at *y*, *frames* after the last look, of a *size*; *player* (5,) is who is detected there."""
        s = self._s
        self._frames += frames
        self._ends = self._ends * (size / self._size)
        self._size = size
        if player is None:
            return
        centre, wh = self._mapped(player)
        picked = centre[1] + np.array([-wh[1], wh[1]]) / 2
        given = max(0.0, 1 - self._frames / (s.settled * self._fps))
        wanted = given * picked + (1 - given) * player[[1, 3]] - y
        height = self._ends[1] - self._ends[0]
        ratio = np.log((wanted[1] - wanted[0]) / height)
        trust = s.rate * min(1.0, float(player[4]) / s.certain) * np.exp(-0.5 * (ratio / s.spread) ** 2)
        self._ends = self._ends + np.clip(trust * (wanted - self._ends), -s.step * height, s.step * height)
