"""Which tracklets are one person's: everybody explained at once, nobody twice.

Each tracklet's end is assigned to the start of another, or to leaving, or, to its own start, which
makes it nobody; each start to an end, or to entering.  The cheapest assignment is found exactly
(Jonker and Volgenant, "A shortest augmenting path algorithm", Computing 1987).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hccv_follow.appearance import Looks
from hccv_follow.tracklets import Tracklet
from hccv_follow.tuning import setting

Floats = NDArray[np.float64]
_NEVER = 1e6


@dataclass(frozen=True)
class LinkingSettings:
    """What links, entries and being nobody cost."""

    longest: float = setting(3.0, "seconds; the longest gap between two linked tracklets")
    sigma: float = setting(0.18, "heights; standard deviation of where somebody goes on")
    sigma_speed: float = setting(1.0, "heights a second; what the gap's length adds to it")
    reach: float = setting(0.6, "heights; how far apart linked ends can be")
    reach_speed: float = setting(3.5, "heights a second; what the gap's length adds to it")
    most_distance: float = setting(8.0, "cost; the most that distance costs")
    frame: float = setting(0.35, "cost of each e-fold of the gap's frames")
    height: float = setting(10.0, "cost of each unit of log height by which the ends differ, above the usual")
    height_usual: float = setting(0.1, "log ratio; heights differ this much without cost")
    colours: float = setting(4.0, "cost of wholly different kit")
    colours_usual: float = setting(0.12, "share of different kit without cost")
    look: float = setting(1.5, "cost of each unit of the looks' log likelihood ratio")
    look_usual: float = setting(1.5, "log likelihood ratio that costs nothing")
    enter: float = setting(14.0, "cost of entering or leaving in the middle of the picture")
    edge: float = setting(0.35, "share of that at the picture's edge, or at the ends of what is looked at")
    edge_width: float = setting(0.15, "heights; how near the edge that is")
    nobody: float = setting(6.0, "cost, for each frame, of calling a tracklet with a score of 1.2 nobody")
    nobody_frames: int = setting(12, "frames; more cost nothing")
    nobody_score: float = setting(0.2, "score from which on being nobody costs that")
    nobody_least: float = setting(0.3, "cost of calling anything nobody")


@dataclass(frozen=True)
class Places:
    """Where tracklets are over the ground: *maps* (2, 3) by frame lead from the ground to the picture."""

    maps: Mapping[int, Floats]
    width: int
    height: int
    rate: float

    def ground(self, frame: int, box: Floats) -> Floats:
        """The centre (2,) of a box over the ground."""
        found = self.maps[frame]
        return np.asarray(np.linalg.solve(found[:, :2], (box[:2] + box[2:4]) / 2 - found[:, 2]))

    def scale(self, frame: int) -> float:
        """Picture pixels per unit of the ground."""
        return float(np.sqrt(abs(np.linalg.det(self.maps[frame][:, :2]))))

    def edge(self, box: Floats) -> float:
        """How far a box is from the picture's edge, in its heights."""
        left, top, right, bottom = box
        return float(min(left, self.width - right, 2 * top, 1.5 * (self.height - bottom)) / (bottom - top))


@dataclass(frozen=True)
class _Ends:
    """Tracklets' first or last moments over the ground: frames (N,), places (N, 2), speeds (N, 2), heights (N,)."""

    frame: NDArray[np.int64]
    place: Floats
    speed: Floats
    height: Floats

    def of(self, which: int | NDArray[np.int64]) -> _Ends:
        """Those of some tracklets, or of one, which then broadcasts against others."""
        return _Ends(
            *(values[np.atleast_1d(which)] for values in (self.frame, self.place, self.speed, self.height))
        )


class Chains:
    """Who goes on as whom: the next and the previous tracklet of each, -1 for none."""

    def __init__(self, following: NDArray[np.int64]) -> None:
        self.after = following
        self.before = np.full(len(following), -1)
        linked = np.flatnonzero(following >= 0)
        self.before[following[linked]] = linked

    def head(self, tracklet: int) -> int:
        """The first tracklet of the chain that one is part of."""
        while self.before[tracklet] >= 0:
            tracklet = int(self.before[tracklet])
        return tracklet

    def whole(self, tracklet: int) -> list[int]:
        """The chain that a tracklet is part of, in time's order."""
        chain = [self.head(tracklet)]
        while self.after[chain[-1]] >= 0:
            chain.append(int(self.after[chain[-1]]))
        return chain


def linked(
    pieces: Sequence[Tracklet],
    places: Places,
    looks: Looks,
    colours: Sequence[Floats | None],
    ends: Sequence[tuple[int, int]],
    settings: LinkingSettings | None = None,
) -> Chains:
    """The cheapest explanation of all *pieces*.

    *colours* are what each wears, as :func:`hccv_follow.colours.colours_of` tells, where known.
    *ends* are the stretches (first, last frame) that were looked at, each within one shot.
    """
    from lap import lapjv

    s = settings or LinkingSettings()
    count = len(pieces)
    if not count:
        return Chains(np.zeros(0, np.int64))
    cost = np.full((2 * count, 2 * count), _NEVER)
    cost[count:, count:] = 0
    shots = np.array(
        [next(place for place, (low, high) in enumerate(ends) if low <= one.first <= high) for one in pieces]
    )
    starts, stops = (_ends(pieces, places, first) for first in (True, False))
    like = s.look * (s.look_usual - looks.ratios())
    for i, one in enumerate(pieces):
        length = min(len(one.frames), s.nobody_frames)
        cost[i, i] = s.nobody * length * max(0.0, float(one.scores.mean()) - s.nobody_score) + s.nobody_least
        low, high = ends[shots[i]]
        cost[count + i, i] = _crossing(one.boxes[0], one.first - low, places, s)
        cost[i, count + i] = _crossing(one.boxes[-1], high - one.last, places, s)
        gaps = starts.frame - one.last
        later = np.flatnonzero((gaps > 0) & (gaps <= s.longest * places.rate) & (shots == shots[i]))
        moved = _moved(stops.of(i), starts.of(later), gaps[later], places.rate, s)
        kits = np.array([_kit(colours[i], colours[j], s) for j in later[np.isfinite(moved)]])
        later, moved = later[np.isfinite(moved)], moved[np.isfinite(moved)]
        cost[i, later] = moved + like[i, later] + kits
    _, after, _ = lapjv(cost)
    following = np.asarray(after[:count], np.int64)
    nobody = following == np.arange(count)
    following[(following >= count) | nobody] = -1
    return Chains(following)


def _ends(pieces: Sequence[Tracklet], places: Places, first: bool) -> _Ends:
    found = [_end(one, places, first) for one in pieces]
    frames, where, speeds, heights = zip(*found, strict=True)
    return _Ends(np.array(frames), np.stack(where), np.stack(speeds), np.array(heights))


def _end(one: Tracklet, places: Places, first: bool) -> tuple[int, Floats, Floats, float]:
    few = min(len(one.frames), 8)
    rows = list(range(few)) if first else list(range(len(one.frames) - few, len(one.frames)))
    frame = one.first if first else one.last
    start, stop = (places.ground(int(one.frames[row]), one.boxes[row]) for row in (rows[0], rows[-1]))
    heights = (one.boxes[:, 3] - one.boxes[:, 1])[rows[:5] if first else rows[-5:]]
    return (
        frame,
        start if first else stop,
        (stop - start) / max(1, few - 1),
        float(np.median(heights)) / places.scale(frame),
    )


def _moved(stop: _Ends, start: _Ends, gap: NDArray[np.int64], rate: float, s: LinkingSettings) -> Floats:
    """What it costs that who was in *stop* is in each *start* so many frames later; infinite where nobody gets there."""
    height, seconds, frames = (stop.height + start.height) / 2, gap / rate, gap[:, None]
    ahead, back = stop.place + 0.7 * frames * stop.speed, start.place - 0.7 * frames * start.speed
    half = stop.place + frames / 2 * stop.speed - (start.place - frames / 2 * start.speed)
    ways = np.linalg.norm([ahead - start.place, stop.place - back, half], axis=2)
    distance = ways.min(0) / height
    off = distance / (s.sigma + s.sigma_speed * seconds)
    grown = np.maximum(0.0, np.abs(np.log(start.height / stop.height)) - s.height_usual)
    cost = np.minimum(off**2 / 2, s.most_distance) + s.frame * np.log1p(gap) + s.height * grown
    return np.where(distance > s.reach + s.reach_speed * seconds, np.inf, cost)


def _kit(one: Floats | None, other: Floats | None, s: LinkingSettings) -> float:
    if one is None or other is None:
        return 0.0
    return s.colours * max(0.0, 1 - float(one @ other) / 2 - s.colours_usual)


def _crossing(box: Floats, frames: int, places: Places, s: LinkingSettings) -> float:
    """What it costs to enter or leave here, so many frames from where nobody looks."""
    return s.enter * (s.edge if frames < 2 or places.edge(box) < s.edge_width else 1.0)
