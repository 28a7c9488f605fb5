"""One look at a part of a picture: the network's answer there, as the follower needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from hccv_follow.colours import Colours, Wardrobe, colours_of, in_front
from hccv_follow.filter import to_spectrum
from hccv_follow.look import Look
from hccv_follow.net import CELL, CROP, CropNet, cut, thin
from hccv_follow.tuning import setting
from highlight_cuts_cv.api import Frame


@dataclass(frozen=True)
class SightSettings:
    """How a picture is looked at."""

    player: float = setting(72.0, "pixels; the player's size in the crop of 192")
    weakest: float = setting(0.08, "score of the weakest detection considered")
    doubled: float = setting(0.55, "IoU above which two detections are one")
    same: float = setting(0.05, "sizes, and log ratio; looks nearer than this are one")


@dataclass
class Sight:
    """What a crop around `centre` shows; `players` (N, 5) are in picture pixels, `corner` is the crop's there."""

    centre: np.ndarray
    size: float
    crop: np.ndarray
    fine: np.ndarray
    coarse: np.ndarray
    players: np.ndarray
    corner: np.ndarray
    scale: float
    look: Look | None = None
    _worn: dict[int, Colours] = field(default_factory=dict)

    @cached_property
    def spectrum(self) -> np.ndarray:
        """The appearance model's input, transformed."""
        assert self.look is not None
        return to_spectrum(self.look(self.crop, self.fine, self.coarse))

    def colours(self, box: np.ndarray) -> Colours:
        """What is worn in a box (4,) of the picture."""
        return colours_of(self.crop, (box[:4] - np.tile(self.corner, 2)) * self.scale)

    def worn(self, row: int) -> Colours:
        """What the player of a row wears."""
        if row not in self._worn:
            self._worn[row] = self.colours(self.players[row])
        return self._worn[row]

    def unlike_row(self, row: int, wardrobe: Wardrobe) -> float:
        """Whether the player of a row wears other colours than the wardrobe's owner, as far as they can be seen, 0..1."""
        return wardrobe.unlike(self.worn(row)) * (1 - float(self.covered[row]))

    @cached_property
    def covered(self) -> np.ndarray:
        """(N,) how much of each player somebody in front covers, 0..1."""
        return in_front(self.players)

    def cells(self, point: np.ndarray) -> np.ndarray:
        """A point of the picture in the crop's grid."""
        return np.asarray((point - self.corner) * self.scale / CELL - 0.5)


class Eye:
    """Looks at a picture so that a player of the given size fills as many pixels of the crop as the settings say.

    Followers that were one share it: where both look at the same place of a picture, the second
    is told what the first one saw.
    """

    def __init__(self, net: CropNet, settings: SightSettings) -> None:
        self._net, self._s = net, settings
        self._frame: Frame | None = None
        self._sights: list[Sight] = []
        self.look: Look | None = None

    def __call__(self, frame: Frame, centre: np.ndarray, size: float) -> Sight:
        if frame is not self._frame:
            self._frame, self._sights = frame, []
        for sight in self._sights:
            near = float(np.linalg.norm(sight.centre - centre)) < self._s.same * size
            if near and abs(np.log(sight.size / size)) < self._s.same:
                return sight
        sight = self.at(*cut(frame, centre, CROP * size / self._s.player), centre, size)
        self._sights.append(sight)
        return sight

    def at(
        self, crop: np.ndarray, corner: np.ndarray, scale: float, centre: np.ndarray, size: float
    ) -> Sight:
        """Look at a crop that is already there."""
        players, fine, coarse = self._net(crop)
        players = thin(players, self._s.weakest, self._s.doubled)
        players[:, :4] = players[:, :4] / scale + np.tile(corner, 2)
        return Sight(centre, size, crop, fine, coarse, players, corner, scale, self.look)
