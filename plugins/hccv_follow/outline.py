"""The box that is shown: head and feet are where they are seen, however the pick was drawn.

What the follower finds the player by, :mod:`hccv_follow.shape`, keeps to the pick's proportions, lest two people
in one box take over.  A marker wants the head: who crouches, falls, jumps or comes nearer has another height, and a
head that the pick cut off, or a hand's breadth above it, is to be given way.  The width stays the shape's, for
sideways is where others stand.

Whoever is large is seen in more detail in the whole picture than in the follower's crop, but seldom: how far head and
feet lie from where the crop shows them is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.mapping import Mapping
from hccv_follow.tuning import setting
from highlight_cuts_cv.api import box_ious


@dataclass(frozen=True)
class OutlineSettings:
    """How fast head and feet follow what is seen."""

    settled: float = setting(1.0, "seconds until the detector's height counts, and the pick's no more")
    rate: float = setting(0.6, "share; how fast they follow a certain detection")
    certain: float = setting(0.5, "score of a detection that is followed at that rate, a weaker one slower")
    spread: float = setting(
        0.6, "log ratio; a detection as much taller or shorter is followed at a rate of e^-0.5"
    )
    whole: float = setting(640.0, "pixels; what a whole picture's long side has where detectors look at it")
    detail: float = setting(
        2.0, "times; in how much more detail a whole picture must show the player than the crop"
    )
    same: float = setting(
        0.5, "IoU of a detection in the crop and one in the whole picture that are one person"
    )
    learn: float = setting(0.6, "share; how fast what the whole picture tells of the crop's boxes is learnt")
    most: float = setting(0.3, "share of the height; detections whose ends differ by more are not compared")
    step: float = setting(0.25, "share of the height; the farthest that they move in one look")
    around: float = setting(
        0.08, "seconds before and after whose detections say where the player's box is off"
    )
    give: float = setting(0.7, "share of what they say by which the box gives way")


class Outline:
    """Where head and feet lie, picture pixels below (above: negative) the player's place."""

    def __init__(
        self, height: float, mapped: Mapping, size: float, fps: float, settings: OutlineSettings
    ) -> None:
        self._s, self._fps, self._mapped = settings, fps, mapped
        self._ends = np.array([-height / 2, height / 2])
        self._size = size
        self._frames = 0
        self._off = np.zeros(2)  # of the crop's boxes, in heights

    def compare(self, player: np.ndarray, everyone: np.ndarray, scale: float, extent: np.ndarray) -> None:
        """Tell who else the *player* (5,) of a crop is among *everyone* (N, 5) in the whole picture of an *extent* (2,).

        *scale* is the crop's, in its pixels per picture pixel.
        """
        s = self._s
        ious = np.atleast_1d(box_ious(player[:4], everyone[:, :4]))
        if not len(ious) or ious.max() < s.same or s.whole < s.detail * scale * float(extent.max()):
            return
        off = (everyone[int(ious.argmax())][[1, 3]] - player[[1, 3]]) / (player[3] - player[1])
        if np.abs(off).max() < s.most:
            self._off = self._off + s.learn * (off - self._off)

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
        seen = player[[1, 3]] + self._off * (player[3] - player[1])
        wanted = given * picked + (1 - given) * seen - y
        height = self._ends[1] - self._ends[0]
        ratio = np.log((wanted[1] - wanted[0]) / height)
        trust = s.rate * min(1.0, float(player[4]) / s.certain) * np.exp(-0.5 * (ratio / s.spread) ** 2)
        self._ends = self._ends + np.clip(trust * (wanted - self._ends), -s.step * height, s.step * height)


def outlined(
    boxes: np.ndarray, seen: np.ndarray, rate: float, settings: OutlineSettings | None = None
) -> np.ndarray:
    """The *boxes* (F, 4) of a shot, xyxy, NaN where lost, with head and feet moved to where those *seen* (F, 4) in them have theirs.

    The future is known by now: by how much the detections before and after differ from their boxes, in heights, the
    median of that counts, so that one odd detection moves nothing, and the player is met without delay.
    """
    s = settings or OutlineSettings()
    heights = (boxes[:, 3] - boxes[:, 1])[:, None]
    off, moved = ((seen - boxes) / heights)[:, [1, 3]], boxes.copy()
    told = np.isfinite(off[:, 0])
    around = max(1, round(s.around * rate))
    for index in np.flatnonzero(np.isfinite(boxes[:, 0])):
        near = slice(max(0, index - around), index + around + 1)
        if told[near].any():
            moved[index, [1, 3]] += s.give * heights[index] * np.median(off[near][told[near]], axis=0)
    return moved
