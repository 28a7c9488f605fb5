"""One follower as long as that is enough, two where it matters how a changed look is learnt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hccv_follow.duel import DuelSettings
from hccv_follow.finish import SKIPPED
from hccv_follow.follower import Follower
from hccv_follow.path import AGREE_IOU, Path, iou
from highlight_cuts_cv.api import Frame


class Pair:
    """An eager and a patient follower from one frame on, and the paths that they found.

    They start as one, the follower given, part where they would learn differently, and meet again.
    One that is eager or patient already stays alone, and both paths are its.
    """

    def __init__(
        self,
        follower: Follower,
        index: int,
        box: NDArray[np.float64],
        rate: float,
        count: int,
        settings: DuelSettings,
    ) -> None:
        self._followers = [follower]
        self._together = 0
        self._enough = round(settings.reunited * rate)
        self.paths = (Path.lost(count), Path.lost(count))
        for path in self.paths:
            path.boxes[index], path.scores[index] = box, 1.0

    def step(
        self, frame: Frame, motion: np.ndarray, everyone: np.ndarray | None, last: bool
    ) -> list[NDArray[np.float64]]:
        """On to *frame*; the boxes of those that looked at it, NaN where lost.

        The *last* frame of a stretch is always looked at: behind it there is nothing to draw towards.
        """
        index = frame.index
        boxes = []
        for number, follower in enumerate(self._followers):
            paths = self.paths if len(self._followers) == 1 else self.paths[number : number + 1]
            if not last and follower.skip(motion):
                for path in paths:
                    path.scores[index] = SKIPPED
                continue
            box, score = follower.step(frame, motion, everyone)
            boxes.append(box)
            for path in paths:
                path.boxes[index], path.scores[index], path.met[index] = box, score, follower.met
        if len(self._followers) == 2:
            self._reunite(index)
        elif (patient := self._followers[0].patient) is not None:
            self._followers.append(patient)
            self._together = 0
        return boxes

    def _reunite(self, index: int) -> None:
        eager, patient = self._followers
        self._together += 1
        boxes = [path.boxes[index] for path in self.paths if path.scores[index] != SKIPPED]
        apart = len(boxes) == 2 and not iou(*boxes) >= AGREE_IOU
        if apart or eager.torn or patient.torn:
            self._together = 0
        elif self._together >= self._enough:
            eager.rejoin()
            self._followers.pop()
