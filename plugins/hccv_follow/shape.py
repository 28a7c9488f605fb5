"""How large the player's box is, and how a detection's box is judged and followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.candidate import Candidate, box_of, size_of
from hccv_follow.mapping import Mapping
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class ShapeSettings:
    """How much a box may differ, and how fast it is followed.  Ratios are natural logarithms."""

    spread: float = setting(0.35, "log ratio; a box whose sides differ this much has a shape of e^-0.5")
    size_spread: float = setting(0.25, "log ratio; a box this much larger or smaller has a scale of e^-0.5")
    odd: float = setting(0.45, "log ratio; a detection that differs more in size is not the player")
    odd_per_lost: float = setting(0.02, "log ratio; what every look without the player adds to it")
    odd_lost_most: int = setting(20, "looks; more of them add nothing")
    rate: float = setting(0.4, "share; how fast the box follows a detection of its shape and scale")
    least_shape: float = setting(0.15, "a detection of worse shape is followed as one of this shape")
    step: float = setting(0.3, "log ratio; the largest difference of a side that counts in one look")
    aspect: float = setting(0.06, "share; how fast the proportions go back to the pick's")
    aspect_odd: float = setting(0.1, "share; what a detection of another shape adds to it")
    size_step: float = setting(0.1, "log ratio; the most that the size changes in one look")
    rescale_certain: float = setting(0.35, "score of a detection that may correct the size")
    rescale_near: float = setting(0.25, "sizes; how near its centre must be")
    rescale: float = setting(0.1, "share; how fast the size follows it")
    rescale_step: float = setting(1.0, "log ratio; the largest difference that counts")
    rescale_scale: float = setting(0.5, "scale of a followed detection below which the size is corrected")


class Shape:
    """The box's width and height and the player's size, picture pixels; `mapped` leads from detections to the user's box."""

    def __init__(self, wh: np.ndarray, mapped: Mapping, settings: ShapeSettings) -> None:
        self._s = settings
        self.wh = wh
        self._base = wh.copy()
        self.size = size_of(wh)
        self.mapped = mapped

    def box(self, centre: np.ndarray) -> np.ndarray:
        """The box (4,) around *centre*, xyxy."""
        return box_of(centre, self.wh)

    def usual(self) -> np.ndarray:
        """Half-way between the box of late and the user's proportions, lest a pair of people slowly take over."""
        anchor = self._base * np.sqrt(self.wh.prod() / self._base.prod())
        return np.asarray(np.sqrt(self.wh * anchor))

    def alike(self, wh: np.ndarray, usual: np.ndarray) -> float:
        """How like the *usual* one a box's shape is, 0..1."""
        return float(np.exp(-0.5 * (np.log(wh / usual) ** 2).sum() / self._s.spread**2))

    def scale(self, wh: np.ndarray) -> float:
        """How like the player's a box's size is, 0..1."""
        return float(np.exp(-0.5 * (np.log(size_of(wh) / self.size) / self._s.size_spread) ** 2))

    def odd(self, wh: np.ndarray, lost: int) -> bool:
        """Whether a box is too large or too small for the player, *lost* looks after the last one."""
        s = self._s
        return bool(
            abs(np.log(size_of(wh) / self.size)) > s.odd + s.odd_per_lost * min(lost, s.odd_lost_most)
        )

    def take(self, chosen: Candidate) -> None:
        """Follow the box of a detection; a bare peak has none."""
        if chosen.row < 0:
            return
        s = self._s
        ratio = np.log(chosen.wh / self.wh)
        trust = s.rate * chosen.scale * max(chosen.shape, s.least_shape)
        self.wh = self.wh * np.exp(np.clip(ratio, -s.step, s.step) * trust)
        # detections of two people or half a person must not reshape the user's box for good
        aspect = np.log(self.wh[0] / self.wh[1]) - np.log(self._base[0] / self._base[1])
        self.wh[0] *= np.exp(-aspect * (s.aspect + s.aspect_odd * (1 - chosen.shape)))
        self.size *= float(np.exp(np.clip(np.log(size_of(self.wh) / self.size), -s.size_step, s.size_step)))

    def correct(self, chosen: Candidate, centre: np.ndarray, players: np.ndarray) -> None:
        """Drift towards the size of a good detection at the place of a bare peak or of an odd box.

        One frame alone changes little.
        """
        s = self._s
        if chosen.row >= 0 and chosen.scale >= s.rescale_scale:
            return
        for player in players[players[:, 4] > s.rescale_certain]:
            at, wh = self.mapped(player)
            if np.linalg.norm(at - centre) < s.rescale_near * self.size:
                ratio = np.log(size_of(wh) / size_of(self.wh))
                factor = float(np.exp(s.rescale * np.clip(ratio, -s.rescale_step, s.rescale_step)))
                self.wh = self.wh * factor
                self.size *= factor
                return
