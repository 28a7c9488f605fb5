"""Smoothing of a whole track over the ground: a marker shakes with a shaking picture and not in it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.model import State, Track, body_sizes
from highlight_cuts_cv.tracking.smoothing import adaptive

Floats = NDArray[np.float64]
NOISE = 0.016
"""Standard deviation of a box's edges, in player's sizes: a pixel of a player seen 60 pixels tall."""
LOOKS_HZ = 10.0
"""Boxes a second that err on their own; a tracker may interpolate the others."""
WINDOWS = (0.0, 0.04, 0.08, 0.16, 0.32)
"""Standard deviations of the Gaussian windows, seconds."""
SETTLED = 0.3
"""Seconds on either side of a pick in which the path moves onto it: nobody clicks to the pixel."""
_ELSEWHERE = 0.25
"""Player's sizes off the path from where on a pick says that the path is wrong, and does not bend it."""


def steadied(track: Track, scene: Scene, rate: float) -> Track:
    """The track with its boxes smoothed within each shot and each run of frames that show the player.

    *rate* is frames a second.  Where the *scene* does not know the camera's motion only little is
    smoothed, for its shake would be lost.  The user's boxes stay as they are, and what lies beyond
    one changes nothing on this side of it.
    """
    boxes = track.xyxy.astype(np.float64)
    shown = np.isfinite(boxes[:, 0])
    edges = np.flatnonzero(np.diff(shown.astype(int))) + 1
    limits = sorted({0, len(track), *(int(edge) for edge in edges), *scene.cuts()})
    anchored = track.states == State.ANCHOR
    for start, stop in itertools.pairwise(limits):
        if not shown[start]:
            continue
        ends = sorted({start, *(start + np.flatnonzero(anchored[start:stop])).tolist(), stop - 1})
        for first, last in itertools.pairwise(ends):
            part = slice(first, last + 1)
            # what the scene does not know it calls no motion
            windows = WINDOWS if scene.analysed(first + 1, last + 1) else WINDOWS[:2]
            maps = _from_first([scene.motion(index) for index in range(first + 1, last + 1)])
            boxes[part] = _steady_part(boxes[part], maps, anchored[[first, last]], rate, windows)
    boxes[anchored] = track.xyxy[anchored]
    return replace(track, xyxy=boxes.astype(np.float32))


def _from_first(motions: Sequence[Floats]) -> Floats:
    """(F, 2, 3) maps from the first frame's pixels to each frame's."""
    whole = (np.vstack([motion, [0, 0, 1]]) for motion in motions)
    return np.stack(list(itertools.accumulate(whole, lambda to, on: on @ to, initial=np.eye(3))))[:, :2]


def _steady_part(
    boxes: Floats, maps: Floats, picked: NDArray[np.bool_], rate: float, windows: Sequence[float]
) -> Floats:
    """Boxes (F, 4) smoothed; *picked* says of the first and the last whether it is the user's."""
    # the middle of the upper edge, for that is where most markers are
    heads = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1]])
    zoom: Floats = np.sqrt(np.abs(np.linalg.det(maps[:, :, :2])))[:, None]
    off = (heads - maps[:, :, 2])[:, :, None]
    place = np.linalg.solve(maps[:, :, :2], off)[:, :, 0]
    sides = (boxes[:, 2:] - boxes[:, :2]) / zoom
    size: Floats = body_sizes(sides)[:, None]
    path = np.hstack([place, sides]).astype(np.float64)
    onto = _onto_picks(path, size, picked, rate)
    sigmas, looks = [window * rate for window in windows], rate / LOOKS_HZ
    path = onto + np.hstack(
        [
            adaptive(path[:, :2], NOISE * size, sigmas, looks),
            adaptive(path[:, 2:], NOISE * size, sigmas, looks),
        ]
    )
    middle, top = (np.einsum("fij,fj->fi", maps[:, :, :2], path[:, :2]) + maps[:, :, 2]).T
    # a pick much smaller than the path must not turn it inside out
    width, height = (np.maximum(path[:, 2:], sides / 2) * zoom).T
    return np.column_stack([middle - width / 2, top, middle + width / 2, top + height])


def _onto_picks(path: Floats, size: Floats, picked: NDArray[np.bool_], rate: float) -> Floats:
    """What to add to the path (F, 4) so that it leads onto the picks at its ends, which are taken out of it."""
    onto = np.zeros_like(path)
    if len(path) < 6:
        return onto
    for backward in np.flatnonzero(picked):
        way = slice(None, None, -1) if backward else slice(None)
        along, shift = path[way], onto[way]
        pick = along[0].copy()
        along[0] = along[1] + (along[1] - along[4]) / 3
        if np.linalg.norm(pick[:2] - along[0, :2]) < _ELSEWHERE * size[way][0]:
            fading = np.clip(1 - np.arange(len(path)) / (SETTLED * rate), 0, 1)[:, None]
            shift += fading**2 * (3 - 2 * fading) * (pick - along[0])
    return onto
