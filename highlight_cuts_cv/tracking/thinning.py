"""Fewer frames to follow in: a player does not move enough in a hundredth of a second to be worth a look.

A tracker is given about thirty frames a second of whatever was recorded; between them the path is
drawn straight.  A frame with a pick is always among them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import ClipInfo, Doubt, State, Track

ENOUGH = 30
"""Frames a second that a tracker needs."""


def thinning_step(rate: Fraction) -> int:
    """Of how many frames one is followed in.

    >>> [thinning_step(Fraction(rate)) for rate in (25, 30, 50, 60, 120)]
    [1, 1, 2, 2, 4]
    """
    return max(1, int(rate / ENOUGH + Fraction(1, 2)))


def kept_frames(clip: ClipInfo, picked: Sequence[int]) -> tuple[NDArray[np.int64], Fraction]:
    """The frames to follow in, and how many of them there are a second.

    Every n-th frame, the last one, and the *picked* ones in the place of their nearest: a place is
    the same frame, give or take half a step, whatever is picked.  Picked frames nearer to one
    another than a step ask for all frames; those outside the clip ask for nothing.
    """
    step, last = thinning_step(clip.rate), clip.frame_count - 1
    picked = sorted(frame for frame in picked if frame <= last)
    if step == 1 or any(b - a < step for a, b in itertools.pairwise(picked)):
        return np.arange(clip.frame_count), clip.rate
    kept = np.arange(0, last + 1, step)
    if kept[-1] != last:
        kept = np.append(kept, last)
    for frame in picked:
        kept[len(kept) - 1 if frame == last else (2 * frame + step) // (2 * step)] = frame
    return kept, clip.rate / step


def spread(track: Track, kept: NDArray[np.int64], count: int, cuts: Sequence[int]) -> Track:
    """The track over all *count* frames, given that over the *kept* ones; *cuts* are places among those.

    Between two kept frames that show the player, both in one shot, the box moves straight on.
    """
    if len(kept) == count:
        return track
    frames = np.arange(count)
    before = np.clip(np.searchsorted(kept, frames, side="right") - 1, 0, len(kept) - 1)
    after = np.minimum(before + (frames > kept[before]), len(kept) - 1)
    gap = np.maximum(kept[after] - kept[before], 1)
    part = ((frames - kept[before]) / gap)[:, None]
    # Behind the last kept frame nothing is known but that.
    part[after == before] = 0
    boxes = track.xyxy[before] * (1 - part) + track.xyxy[after] * part
    scores = np.minimum(track.scores[before], track.scores[after])
    states = np.full(count, State.INTERPOLATED, np.uint8)
    exact = frames == kept[before]
    boxes[exact], states[exact] = track.xyxy[before[exact]], track.states[before[exact]]
    hidden = ~np.isfinite(boxes[:, 0]) | (np.isin(after, cuts) & ~exact)
    boxes[hidden], scores[hidden], states[hidden] = np.nan, 0, State.LOST
    doubts = tuple(_spread(doubt, kept, count) for doubt in track.doubts)
    return Track(boxes.astype(np.float32), scores.astype(np.float32), states, doubts)


def _spread(doubt: Doubt, kept: NDArray[np.int64], count: int) -> Doubt:
    """The doubt over all frames: it lasts until the frame in which it is over."""
    stop = int(kept[doubt.stop]) if doubt.stop < len(kept) else count
    ask = None if doubt.ask is None else int(kept[doubt.ask])
    return replace(doubt, start=int(kept[doubt.start]), stop=stop, ask=ask)
