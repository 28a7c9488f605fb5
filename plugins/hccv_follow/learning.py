"""What the follower knows of the player's look, and when it learns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.candidate import Candidate
from hccv_follow.colours import Wardrobe
from hccv_follow.filter import Filter
from hccv_follow.net import GRID
from hccv_follow.sight import Sight
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class LearningSettings:
    """What is learnt from, how often and how much."""

    every: int = setting(4, "looks; a steady look is learnt this often")
    rate: float = setting(0.1, "share that a learnt look has among all")
    changed: float = setting(0.7, "usual responses; a weaker response is a changed look")
    clear: float = setting(0.65, "evidence above which a look is learnt")
    clear_alone: float = setting(0.48, "evidence above which it is learnt from a player alone")
    clear_margin: float = setting(0.2, "evidence; the margin that it takes then")
    detected: float = setting(0.6, "share of looks with a detection from which on none is learnt without one")
    same_colours: float = setting(0.4, "who wears other colours than this is no lesson beside others")
    apart: float = setting(1.0, "sizes; who has nobody nearer is alone")
    hurried_steps: int = setting(2, "steps of learning for a changed look")
    steps: int = setting(1, "steps of learning for a steady one")
    edge: float = setting(6.0, "cells; nothing is learnt so near the crop's edge")


class Learning:
    """The filter and the wardrobe.

    `eager` learns a changed look at once even with others near, its opposite waits; None is both,
    for they are the same until `torn`.
    """

    def __init__(
        self, filter: Filter, wardrobe: Wardrobe, label_width: float, settings: LearningSettings
    ) -> None:
        self._s = settings
        self.filter, self.wardrobe = filter, wardrobe
        self._label_width = label_width  # cells
        self._unlearnt = 0
        self.eager: bool | None = None
        self.torn = False  # whether eager and patient do different things in this frame

    def alone(self, near: np.ndarray, centre: np.ndarray, size: float) -> bool:
        """Near others a weak match may be one of them: only a player alone is learnt from it."""
        return not len(near) or float(np.linalg.norm(near - centre, axis=1).min()) > self._s.apart * size

    def worthwhile(
        self, chosen: Candidate, margin: float, alone: bool, crowded: bool, detected: float
    ) -> bool:
        """Whether a look is surely the player's and nobody else's; *detected* is how often the player is."""
        s = self._s
        clear = chosen.total > s.clear or (chosen.total > s.clear_alone and margin > s.clear_margin and alone)
        return clear and not crowded and (chosen.row >= 0 or detected < s.detected)

    def dress(self, sight: Sight, chosen: Candidate, alone: bool) -> None:
        """Learn the colours of a detected player whom nobody covers."""
        if chosen.row < 0 or not (alone or chosen.unlike < self._s.same_colours):
            return
        if sight.covered[chosen.row] < self.wardrobe.clear:
            self.wardrobe.learn(sight.worn(chosen.row))

    def is_changed(self, response: float, reference: float) -> bool:
        """Whether a response is that of a changed look."""
        return response < self._s.changed * reference

    def passed(self) -> None:
        """One more look at the player, learnt from or not."""
        self._unlearnt += 1
        self.torn = False

    def learn(self, sight: Sight, centre: np.ndarray, others: np.ndarray, changed: bool, alone: bool) -> None:
        """A changed look is learnt at once, a steady one only now and then."""
        s = self._s
        hurry = changed and (alone or bool(self.eager))
        if self._unlearnt < (1 if hurry else s.every):
            return
        self._unlearnt = 0
        at, near = sight.cells(centre), sight.cells(others)
        if (at > s.edge).all() and (at < GRID - 1 - s.edge).all():
            self.filter.remember(sight.spectrum, at, self._label_width, near, s.rate)
            self.filter.learn(s.hurried_steps if hurry else s.steps)
