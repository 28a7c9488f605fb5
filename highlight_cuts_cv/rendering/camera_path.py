"""Where an upright picture looks that follows a player through a wide one: as a calm operator would.

Within each shot the picture stays where it is as long as the player is near its middle, and else moves evenly: of all
paths along which the player stays within a band around the middle, the taut string is taken, which is the shortest
(Davies and Kovac, "Local extremes, runs, strings and multiresolution", Annals of Statistics 29(1), 2001) and made of
stills and even pans, as the paths of Grundmann, Kwatra and Essa ("Auto-directed video stabilization with robust L1
optimal camera paths", CVPR 2011) are.  Its corners are then rounded by a window of two tenths of a second and more.  The
band is narrowed before by as much as that window can move the path, so the player is inside all the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import Crop, Track
from highlight_cuts_cv.model.crops import STEPS

Floats = NDArray[np.float64]
SHAPE = Fraction(9, 16)
"""Width to height of an upright picture, as it is shown."""
STILL = 0.11
"""Of the part's width: how far the player may be from its middle while it stands still."""
MARGIN = 0.08
"""Of the part's width: what stays free beside the player, where the picture goes on."""
WIDEST = 0.35
"""Of the part's width: half of what has to be inside of somebody who is wider, with arms spread or near the camera."""
WINDOWS = (0.6, 0.4, 0.25, 0.15, 0.08)
"""Half widths of the windows that round corners, in seconds: the first with which the player is inside is taken."""
PANS = 0.9
"""Seconds, at least, in which the picture moves to where a lost player is found again; it stands still before."""
FASTEST = 0.8
"""Widths of the part a second, at which such a pan goes if it would else be quicker."""


def upright_size(width: int, height: int, aspect: Fraction) -> int | None:
    """How wide the part is of pictures of *width* by *height* pixels that are *aspect* times as wide as high: an even
    number; ``None`` where the picture is as upright itself."""
    part = round(height * SHAPE / aspect / 2) * 2
    return part if 0 < part < width else None


def follow_upright(
    track: Track, size: tuple[int, int], part: int, rate: Fraction, cuts: Sequence[int]
) -> Crop:
    """The part of *part* pixels' width of pictures of *size* (width, height) that follows *track*.

    *rate* is the track's frames a second, *cuts* are its frames that begin another shot.  Where the player is lost it
    stands still; in a shot without the player it shows the middle.
    """
    lefts = np.full(len(track), (size[0] - part) / 2)
    edges = sorted({0, len(track), *(cut for cut in cuts if 0 < cut < len(track))})
    for start, stop in itertools.pairwise(edges):
        boxes = track.xyxy[start:stop].astype(np.float64)
        if np.isfinite(boxes[:, 0]).any():
            lefts[start:stop] = _shot(boxes, size[0], part, float(rate)) - part / 2
    if len(lefts) and np.ptp(lefts) < 1:  # nothing moves: no sample need be interpolated
        lefts[:] = round(lefts[0] / 2) * 2
    return Crop(np.round(lefts.clip(0, size[0] - part) * STEPS) / STEPS, part, size[1])


def _shot(boxes: Floats, width: int, part: int, rate: float) -> Floats:
    """Where the middle of the part lies in each frame; *boxes* (F, 4) has NaN rows where the player is lost."""
    low, high = _band(boxes, part, MARGIN * part, STILL * part)
    hard_low, hard_high = _band(boxes, part, 0.0, part / 2)
    edges = part / 2, width - part / 2
    low, high, hard_low, hard_high = (side.clip(*edges) for side in (low, high, hard_low, hard_high))
    seen = np.isfinite(boxes[:, 0])
    _hold(low, high, seen, part, rate)
    for seconds in WINDOWS:
        reach = max(1, round(seconds * rate))
        path = _rounded(taut_string(*_narrowed(low, high, reach)), reach).clip(*edges)
        if ((path >= hard_low - 0.5) & (path <= hard_high + 0.5))[seen].all():
            return path
    return np.asarray(np.where(seen, path.clip(hard_low, hard_high), path))


def _band(boxes: Floats, part: int, margin: float, still: float) -> tuple[Floats, Floats]:
    """Between which places the part's middle has the player within *still* of it, and *margin* free beside."""
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    half = np.minimum((boxes[:, 2] - boxes[:, 0]) / 2, WIDEST * part)
    free = np.minimum(part / 2 - half - margin, still)
    return middle - free, middle + free


def _hold(low: Floats, high: Floats, seen: NDArray[np.bool_], part: int, rate: float) -> None:
    """Fill the band where the player is lost: standing where it stood, then free to move to where it goes on."""
    shown = np.flatnonzero(seen)
    for place in range(shown[0]):
        low[place], high[place] = low[shown[0]], high[shown[0]]
    for before, after in itertools.pairwise([*shown.tolist(), len(low)]):
        if after == before + 1:
            continue
        at = (low[before] + high[before]) / 2
        low[before + 1 : after] = high[before + 1 : after] = at
        if after == len(low):
            continue
        far = abs((low[after] + high[after]) / 2 - at)
        count = round(max(PANS, far / (FASTEST * part)) * rate)
        free = slice(max(before + 1, after - count), after)
        low[free], high[free] = -np.inf, np.inf


def _narrowed(low: Floats, high: Floats, reach: int) -> tuple[Floats, Floats]:
    """The band in which a path lies in the given one also after averaging over *reach* frames to both sides."""
    wide = 2 * reach + 1
    lowest = np.pad(low, reach, constant_values=-np.inf)
    highest = np.pad(high, reach, constant_values=np.inf)
    inner_low = np.lib.stride_tricks.sliding_window_view(lowest, wide).max(axis=1)
    inner_high = np.lib.stride_tricks.sliding_window_view(highest, wide).min(axis=1)
    crossed = inner_low > inner_high
    middle = (inner_low[crossed] + inner_high[crossed]) / 2
    inner_low[crossed] = inner_high[crossed] = middle
    return inner_low, inner_high


def _rounded(path: Floats, reach: int) -> Floats:
    """The path averaged over a bell of *reach* frames to both sides; it stands still beyond its ends."""
    bell = np.cos(np.linspace(-np.pi / 2, np.pi / 2, 2 * reach + 3)[1:-1]) ** 2
    return np.convolve(np.pad(path, reach, mode="edge"), bell / bell.sum(), mode="valid")


def taut_string(low: Floats, high: Floats) -> Floats:
    """The shortest path with ``low <= path <= high``, one value a frame, whose ends are free.

    ``low`` and ``high`` (F,) may be infinite, but not everywhere.  Where nothing pulls, it stands still.
    """
    count = len(low)
    path = np.empty(count)
    at, height = 0, _begin(low, high)
    while at < count - 1:
        steepest, flattest = np.inf, -np.inf
        top = bottom = at
        for place in range(at + 1, count):
            up, down = (high[place] - height) / (place - at), (low[place] - height) / (place - at)
            if down > steepest:  # over the lowest edge so far, and on from there
                end, slope = top, steepest
                break
            if up < flattest:
                end, slope = bottom, flattest
                break
            if up <= steepest:
                steepest, top = up, place
            if down >= flattest:
                flattest, bottom = down, place
        else:
            end, slope = count - 1, min(max(0.0, flattest), steepest)
            if slope:  # no further than it must
                end = top if slope == steepest else bottom
        path[at : end + 1] = height + slope * np.arange(end - at + 1)
        at, height = end, float(path[end])
    path[at] = height
    return path


def _begin(low: Floats, high: Floats) -> float:
    """Where the path begins: at the height that it can keep for the longest time."""
    top, bottom = np.minimum.accumulate(high), np.maximum.accumulate(low)
    crossed = np.flatnonzero(bottom > top)
    if not len(crossed):
        ends = top[-1], bottom[-1]
        finite = [float(end) for end in ends if np.isfinite(end)]
        return sum(finite) / len(finite)
    first = int(crossed[0])
    return float(top[first - 1] if low[first] > top[first - 1] else bottom[first - 1])
