"""In which frames the judge will look at everybody, told while they stream by: they are not decoded twice then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hccv_follow.path import iou
from hccv_follow.tuning import setting

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ForesightSettings:
    """What announces a contact.  A wrong guess costs time and changes nothing."""

    near: float = setting(
        0.5, "the player's heights; somebody nearer than this may soon be in the player's way"
    )
    ahead: float = setting(1.5, "seconds after that, or after a loss, in which the judge may look")
    own: float = setting(0.5, "IoU above which the detection at the player is the player")


class Foresight:
    """Follows a pass as it grows; *rate* is its frames a second.

    ``box`` is where the player was seen last, xyxy, NaN after a loss.
    """

    def __init__(self, rate: float, settings: ForesightSettings | None = None) -> None:
        self._s = settings or ForesightSettings()
        self._hold = round(rate * self._s.ahead)
        self._left = 0
        self.box = np.full(4, np.nan)

    def expects(self, boxes: Sequence[Floats], everyone: NDArray[np.floating] | None) -> bool:
        """Whether the judge will want the next frame of the pass.

        *boxes* are where the followers show the player in it, xyxy, NaN where lost, none where they did not
        look; *everyone* is who was found in the whole picture, (N, 5), where anybody looked.
        """
        self._left = max(0, self._left - 1)
        for box in boxes:
            self.box = box
            if np.isnan(box[0]) or (everyone is not None and self._near(box, everyone)):
                self._left = self._hold
        return self._left > 0

    def _near(self, box: Floats, everyone: NDArray[np.floating]) -> bool:
        """Whether somebody else is near."""
        others = np.array([one[:4] for one in everyone if not iou(one[:4], box) >= self._s.own])
        if not len(others):
            return False
        apart = np.maximum(0, np.maximum(others[:, :2] - box[2:], box[:2] - others[:, 2:]))
        return bool(np.hypot(*apart.T).min() < self._s.near * (box[3] - box[1]))
