"""Where a followed path is in doubt, why, and which pick would settle it.

A tracker may name its doubts itself; what it does not name is found here: frames in which the player is lost,
and frames whose score is below what the tracker's spec calls sure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import (
    Anchor,
    BoundingBox,
    ClipInfo,
    Detections,
    Doubt,
    State,
    Track,
    Why,
    box_ious,
)
from highlight_cuts_cv.tracking.numbers import numbered_players
from highlight_cuts_cv.tracking.picks import Pick

SURE, SHOWN, LOST, TOLD = range(4)
"""What a frame of a track is: sure, shown but in doubt, lost, or spoken of by the user or the tracker itself."""

_TOGETHER = Fraction(1, 4)
"""Seconds: two doubts with less between them are one."""
_GLIMPSE = Fraction(1, 4)
"""Seconds: a shorter loss within a doubt is part of it."""
_AROUND = Fraction(1, 2)
"""Seconds on either side of a doubt's beginning in which its cause is looked for."""
_LATER = Fraction(2, 5)
"""Seconds after a doubt's beginning when those who crossed mostly stand apart."""
_BESIDE = 0.15
"""Body heights between two boxes within which one person may be taken for the other."""
_EDGE = 0.05
"""Body heights from the picture's edge within which whoever is lost has left."""
_SAME = 0.4
"""IoU from which a person is the one that the marker is on."""
_REACH, _RATIO, _MOST = 4.0, 0.6, 3
"""Candidates: at most so many body heights away, of so different a height (log ratio), and so many of them."""
_LOOKS = 4
"""Frames in which nobody looked for people yet that are looked at to name candidates."""


class Seen(Protocol):
    """Who is in a clip's frames: those found so far, and the means to look.

    :class:`highlight_cuts_cv.analysis.detections.LazyDetections` is one.
    """

    @property
    def found(self) -> Mapping[int, Detections]:
        """Who was found, by frame."""
        ...

    def __getitem__(self, index: int) -> Detections:
        """Who is in a frame, whether somebody looked or not."""
        ...


def with_doubts(
    track: Track, clip: ClipInfo, sure: float, cuts: Sequence[int], anchors: Sequence[Anchor], people: Seen
) -> Track:
    """The clip's track with its doubts: the tracker's own, and in the other frames those found here.

    *sure* is the score below which a frame is in doubt, *cuts* are the frames that begin a shot.  What the user
    said is in no doubt, unless a pick may mean one of several people; that the player is not visible in a frame
    explains the whole loss around it.
    """
    view = _View(track, clip, sorted(cuts), people)
    for anchor in anchors:
        track = _with_two(track, anchor, view.frames(_AROUND))
    absent = [anchor.frame_index for anchor in anchors if anchor.box is None]
    found: list[Doubt] = []
    for start, stop, kind in _stretches(_kinds(track, sure), view.frames(_TOGETHER), view.frames(_GLIMPSE)):
        if kind == LOST and any(start <= frame < stop for frame in absent):
            continue
        before = found[-1].why if found and found[-1].stop == start else None
        found.append(view.doubt(start, stop, kind, before))
    return replace(track, doubts=tuple(sorted((*track.doubts, *found), key=lambda doubt: doubt.start)))


def _with_two(track: Track, anchor: Anchor, around: int) -> Track:
    """The track with the doubt about a pick that may mean one of several people, in so many frames *around* it."""
    frame, doubtful = anchor.frame_index, track.doubtful
    if anchor.box is None or not anchor.others or doubtful[frame]:
        return track
    start, stop = frame, frame + 1
    while start > max(0, frame - around) and not doubtful[start - 1]:
        start -= 1
    while stop < min(len(track), frame + around) and not doubtful[stop]:
        stop += 1
    doubt = Doubt(start, stop, Why.TWO, frame, (anchor.box, *anchor.others))
    return replace(track, doubts=tuple(sorted((*track.doubts, doubt), key=lambda one: one.start)))


def settling_picks(doubt: Doubt, first_frame: int) -> list[Pick]:
    """The picks one of which settles a doubt, the likeliest first, in whole pixels.

    Frames are counted from *first_frame*, the number of the track's first.
    """
    if doubt.ask is None:
        return []
    return [Pick(doubt.ask + first_frame, box=box.rounded()) for box in doubt.candidates]


def _kinds(track: Track, sure: float) -> NDArray[np.int64]:
    """(F,) what each frame is."""
    kinds = np.where(track.scores < sure, SHOWN, SURE)
    kinds[track.states == State.LOST] = LOST
    kinds[track.doubtful | (track.states == State.ANCHOR)] = TOLD
    return kinds


def _stretches(kinds: NDArray[np.int64], together: int, glimpse: int) -> Iterator[tuple[int, int, int]]:
    """Half-open ranges of frames in doubt with their kinds, in order; short interruptions are smoothed over."""
    for start, stop, kind in _runs(kinds):
        doubted = start > 0 and stop < len(kinds) and {*kinds[[start - 1, stop]].tolist()} <= {SHOWN, LOST}
        if kind == SURE and stop - start < together and doubted:
            kinds[start:stop] = SHOWN
    for start, stop, kind in _runs(kinds):
        beside = {*kinds[max(0, start - 1) : start].tolist(), *kinds[stop : stop + 1].tolist()}
        if kind == LOST and stop - start < glimpse and SHOWN in beside:
            kinds[start:stop] = SHOWN
    yield from (run for run in _runs(kinds) if run[2] in (SHOWN, LOST))


def _runs(kinds: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(kinds)]
    return [(start, stop, int(kinds[start])) for start, stop in itertools.pairwise(edges) if start < stop]


class _View:
    """A track in its clip, and who else is there."""

    def __init__(self, track: Track, clip: ClipInfo, cuts: Sequence[int], people: Seen) -> None:
        self._track, self._clip, self._cuts, self._people = track, clip, cuts, people
        self._shown = np.flatnonzero(track.visible)
        self._looks = _LOOKS

    def frames(self, seconds: Fraction) -> int:
        """A time in whole frames, at least one."""
        return max(1, round(seconds * self._clip.rate))

    def doubt(self, start: int, stop: int, kind: int, before: Why | None) -> Doubt:
        """The doubt about ``start .. stop``; *before* is why there is one that ends where it begins."""
        why = before or self._why(start, stop, kind)
        ask, candidates = self._question(start, stop, kind)
        return Doubt(start, stop, why, ask, candidates)

    def _why(self, start: int, stop: int, kind: int) -> Why:
        if any(min(abs(cut - start), abs(cut - stop)) <= 2 for cut in self._cuts):
            return Why.CUT
        if kind == LOST and self._left(start, stop):
            return Why.LEFT
        around = self.frames(_AROUND)
        near = [frame for frame in self._people.found if abs(frame - start) <= around]
        return Why.CROSSING if any(self._company(frame) for frame in near) else Why.HARDLY_SEEN

    def _left(self, start: int, stop: int) -> bool:
        """Whether the player was at the picture's side when last seen before *start*, else when next seen."""
        before, after = self._shown[self._shown < start], self._shown[self._shown >= stop]
        if not len(before) and not len(after):
            return False
        box = self._track.xyxy[before[-1] if len(before) else after[0]]
        margin = _EDGE * (box[3] - box[1])
        return bool(box[0] < margin or box[2] > self._clip.width - margin)

    def _company(self, frame: int) -> bool:
        """Whether somebody else is beside the player, or where the player was seen last."""
        nearest = self._nearest(frame)
        if nearest is None:
            return False
        margin = _BESIDE * (nearest[3] - nearest[1])
        wide = nearest + margin * np.array([-1, -1, 1, 1])
        return any(
            _overlap(wide, other) for other in self._persons(frame) if not _iou(nearest, other) >= _SAME
        )

    def _persons(self, frame: int) -> list[BoundingBox]:
        return numbered_players(self._people[frame])

    def _nearest(self, frame: int) -> NDArray[np.float64] | None:
        """The box (4,) expected in a frame: between those shown before and after it, or the nearer end."""
        if not len(self._shown):
            return None
        box = [np.interp(frame, self._shown, self._track.xyxy[self._shown, side]) for side in range(4)]
        return np.array(box, np.float64)

    def _question(self, start: int, stop: int, kind: int) -> tuple[int | None, tuple[BoundingBox, ...]]:
        """In which frame to ask, and about whom: where those who can be meant stand apart, soon."""
        looked = [frame for frame in self._people.found if start <= frame < stop]
        if not looked and stop - start >= self.frames(_GLIMPSE) and self._looks:
            self._looks -= 1
            looked = [start + min(self.frames(_LATER), (stop - start) // 2)]
        asked = [
            (self._cost(frame, start, found), frame, found)
            for frame in looked
            if (found := self._meant(frame, kind))
        ]
        if not asked:
            return None, ()
        _, frame, found = min(asked, key=lambda one: one[:2])
        return frame, tuple(found)

    def _cost(self, frame: int, start: int, found: Sequence[BoundingBox]) -> float:
        """How bad a frame is to ask in: people over one another count, nobody likely, and seconds of waiting a little."""
        crowd = max(
            (_iou(np.asarray(found[0]), other) for other in self._persons(frame) if other != found[0]),
            default=0.0,
        )
        place = self._nearest(frame)
        far = 0.0 if place is None else _unlike(found[0], place)
        return 2 * crowd + 0.3 * far + 0.1 * abs(frame - start - self.frames(_LATER)) / float(self._clip.rate)

    def _meant(self, frame: int, kind: int) -> list[BoundingBox]:
        """Who may be the player in a frame, likeliest first; the first is who the marker is on, if it shows."""
        place = self._nearest(frame)
        if place is None:
            return []
        marked = self._track.box(frame) if kind == SHOWN else None
        height = place[3] - place[1]
        near = [
            other
            for other in sorted(self._persons(frame), key=lambda other: _unlike(other, place))
            if abs(np.log(other.height / height)) < _RATIO and _unlike(other, place) < _REACH
        ]
        if marked is not None and not (near and _iou(np.asarray(marked), near[0]) >= _SAME):
            near = [marked, *(other for other in near if _iou(np.asarray(marked), other) < _SAME)]
        return near[:_MOST]


def _unlike(other: BoundingBox, place: NDArray[np.float64]) -> float:
    """Body heights from the *place* (4,) where the player is expected, and how different in height (log ratio)."""
    height = place[3] - place[1]
    off = np.hypot(*(np.array(other.center) - (place[:2] + place[2:]) / 2)) / height
    return float(off) + abs(float(np.log(other.height / height)))


def _overlap(box: NDArray[np.float64], other: BoundingBox) -> bool:
    return bool(box[0] < other.x2 and other.x1 < box[2] and box[1] < other.y2 and other.y1 < box[3])


def _iou(box: NDArray[np.float64], other: BoundingBox) -> float:
    return float(box_ious(box, np.asarray(other)[None])[0])
