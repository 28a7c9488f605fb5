"""After the pass: the future is known, so gaps that both sides agree on are bridged."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hccv_follow.candidate import outside
from hccv_follow.tuning import setting
from highlight_cuts_cv.api import body_sizes

Motions = Callable[[int], np.ndarray]
"""The (2, 3) camera map from the frame before to the given one."""

SKIPPED = -1.0
"""The score of a frame that the follower did not look at."""


@dataclass(frozen=True)
class FinishSettings:
    """Which gaps are bridged, and which islands dropped."""

    longest: float = setting(1.0, "seconds; the longest gap that is bridged")
    height: float = setting(0.5, "log ratio; no gap is bridged whose ends differ more in height")
    outside: float = setting(0.5, "sizes; nor one over a place this far outside the picture")
    reach: float = setting(0.35, "sizes; nor one whose ends do not meet within this")
    # a runner covers about four body heights a second
    speed: float = setting(4.0, "sizes a second; what the gap's length adds to it")
    score: float = setting(0.5, "share of the lower end's score that a bridged frame has")
    flash: float = setting(0.25, "seconds; a shorter island with weak evidence is dropped")
    flash_score: float = setting(0.8, "average score below which the evidence is weak")


def _carry(centre: np.ndarray, motions: Motions, start: int, end: int) -> list[np.ndarray]:
    """Where a point fixed to the ground in frame `start` is in each frame up to `end`, in either direction."""
    path = [centre]
    step = 1 if end > start else -1
    for i in range(start, end, step):
        if step > 0:
            m = motions(i + 1)
            path.append(m[:, :2] @ path[-1] + m[:, 2])
        else:
            m = motions(i)
            path.append(np.linalg.solve(m[:, :2], path[-1] - m[:, 2]))
    return path


def bridge(
    boxes: np.ndarray,
    scores: np.ndarray,
    motions: Motions,
    fps: float,
    extent: np.ndarray,
    settings: FinishSettings | None = None,
) -> None:
    """Fill short gaps in place when the path before leads to the path after.

    The filled path is the mean of straight lines over the ground and in the picture; who stood
    still would not have left the picture of width and height `extent` meanwhile. `boxes` (F, 4) xyxy
    with NaN, `scores` (F,).
    """
    s = settings or FinishSettings()
    seen = np.flatnonzero(np.isfinite(boxes[:, 0]))
    for a, b in itertools.pairwise(seen.tolist()):
        gap = b - a
        if gap == 1 or gap > s.longest * fps + 1:
            continue
        size_a, size_b = boxes[a, 2:] - boxes[a, :2], boxes[b, 2:] - boxes[b, :2]
        size = body_sizes(size_a)
        if abs(np.log(size_b[1] / size_a[1])) > s.height:
            continue
        ca, cb = (boxes[a, :2] + boxes[a, 2:]) / 2, (boxes[b, :2] + boxes[b, 2:]) / 2
        carried = _carry(ca, motions, a, b)
        if any(outside(place, extent) > s.outside * size for place in carried):
            continue
        arrived = carried[-1]
        reach = size * (s.reach + s.speed * gap / fps)
        if min(np.linalg.norm(arrived - cb), np.linalg.norm(ca - cb)) > reach:
            continue
        _between(boxes, motions, a, b)
        scores[a + 1 : b] = s.score * min(scores[a], scores[b])


def _between(boxes: np.ndarray, motions: Motions, a: int, b: int) -> None:
    """Fill the frames between a and b, in place: the mean of a straight line over the ground and one in the picture."""
    centre_a, centre_b = (boxes[a, :2] + boxes[a, 2:]) / 2, (boxes[b, :2] + boxes[b, 2:]) / 2
    half_a, half_b = (boxes[a, 2:] - boxes[a, :2]) / 2, (boxes[b, 2:] - boxes[b, :2]) / 2
    ahead = _carry(centre_a, motions, a, b)
    back = _carry(centre_b, motions, b, a)[::-1]
    for k in range(1, b - a):
        t = k / (b - a)
        ground = ahead[k] * (1 - t) + back[k] * t
        centre = 0.5 * ground + 0.5 * (centre_a * (1 - t) + centre_b * t)
        half = half_a * (1 - t) + half_b * t
        boxes[a + k] = np.concatenate([centre - half, centre + half])


def fill_skipped(boxes: np.ndarray, scores: np.ndarray, motions: Motions) -> None:
    """Interpolate, in place, the frames that were not looked at (score SKIPPED) where both ends are seen."""
    looked = np.flatnonzero(scores != SKIPPED)
    for a, b in itertools.pairwise(looked.tolist()):
        if b - a > 1 and np.isfinite(boxes[[a, b], 0]).all():
            _between(boxes, motions, a, b)
            scores[a + 1 : b] = min(scores[a], scores[b])
    scores[scores == SKIPPED] = 0


def drop_flashes(
    boxes: np.ndarray, scores: np.ndarray, fps: float, settings: FinishSettings | None = None
) -> None:
    """Remove, in place, short islands with weak evidence."""
    s = settings or FinishSettings()
    seen = np.isfinite(boxes[:, 0]).astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], seen, [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if start > 0 and end - start < s.flash * fps and scores[start:end].mean() < s.flash_score:
            boxes[start:end] = np.nan
            scores[start:end] = 0
