"""From a track to what an indicator draws by: a box, a steady height and a fade."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import DrawJob
from highlight_cuts_cv.model import ClipInfo, FloatArray, Track, read_only
from highlight_cuts_cv.tracking.smoothing import gaussian

FADE_SECONDS = Fraction(1, 5)
DOUBTED = 0.4
"""How much of the marker shows on a player who may be somebody else."""
_HEIGHT_SIGMA = 0.4
"""Seconds.  A player's size on screen changes with the camera, not with each stride."""
_JUMP = 1.0
"""Body heights that a box may move from one frame to the next before it counts as a jump (a cut, or
a correction by the user), which is kept as it is."""


def prepare_draw(clip: ClipInfo, track: Track, wanted: NDArray[np.bool_] | None = None) -> DrawJob:
    """Give a clip's track a steady height and work out how visible the marker is in each frame.

    Boxes are drawn where they are: what shivers is smoothed after following, where the camera is
    known.  Heights are smoothed within each run of frames without a loss or a jump.  When the player
    is lost the marker fades out over a fifth of a second, drifting on ever slower; when found again it
    fades in.  A loss too short to fade out in is bridged.  The first and last frames of a clip do not
    fade: clips are played joined.  Where the track is in doubt only :data:`DOUBTED` of the marker shows, and it
    fades so that none of that is seen in full.  With *wanted*, (F,) bool, the marker fades in and out likewise with
    it.
    """
    visible = track.visible
    fade = max(1, round(FADE_SECONDS * clip.rate))
    opacity = _fade(visible, fade)
    xyxy = track.xyxy.astype(np.float32)
    heights = np.zeros(len(track), np.float32)
    runs = _runs(track)
    for start, stop in runs:
        tall = (xyxy[start:stop, 3:] - xyxy[start:stop, 1:2]).astype(np.float64)
        heights[start:stop] = gaussian(tall, _HEIGHT_SIGMA * float(clip.rate))[:, 0]
    # A point mirrored past the end of a run that shrinks fast could come out below nothing.
    heights[visible] = np.maximum(heights[visible], 1.0)
    for number, (start, stop) in enumerate(runs):
        following = runs[number + 1][0] if number + 1 < len(runs) else len(track)
        _fill_gap(xyxy, heights, opacity, start, stop, following)
    opacity = opacity * _strength(track, fade)
    if wanted is not None:
        opacity = opacity * _fade(wanted, fade)
    for array in (xyxy, heights, opacity):
        read_only(array)
    return DrawJob(clip=clip, track=track, xyxy=xyxy, heights=heights, opacity=opacity)


def _fade(visible: NDArray[np.bool_], frames: int) -> FloatArray:
    """(F,) float32: follows *visible* by at most a *frames*-th per frame, starting from it."""
    level = frames if len(visible) and visible[0] else 0
    levels = np.zeros(len(visible), np.float32)
    for index, seen in enumerate(visible):
        level = min(level + 1, frames) if seen else max(level - 1, 0)
        levels[index] = level
    return levels / np.float32(frames)


def _strength(track: Track, frames: int) -> FloatArray:
    """(F,) float32: DOUBTED where the player may be somebody else, and in the *frames* beside that up to 1."""
    strength = np.ones(len(track), np.float32)
    every = np.arange(len(track))
    for doubt in filter(track.shows, track.doubts):
        away = np.maximum(doubt.start - every, every - (doubt.stop - 1))
        strength = np.minimum(strength, DOUBTED + (1 - DOUBTED) * np.clip(away / frames, 0, 1))
    return strength.astype(np.float32)


def _runs(track: Track) -> list[tuple[int, int]]:
    """Half-open ranges of frames in which the box moves without a loss or a jump."""
    visible = track.visible
    centers = (track.xyxy[:, :2] + track.xyxy[:, 2:]) / 2
    heights = track.xyxy[:, 3] - track.xyxy[:, 1]
    runs: list[tuple[int, int]] = []
    for index in np.flatnonzero(visible):
        moved = np.hypot(*(centers[index] - centers[index - 1])) if index else np.nan
        joins = runs and runs[-1][1] == index and moved <= _JUMP * max(heights[index], heights[index - 1])
        if joins:
            runs[-1] = (runs[-1][0], int(index) + 1)
        else:
            runs.append((int(index), int(index) + 1))
    return runs


def _fill_gap(
    xyxy: FloatArray, heights: FloatArray, opacity: FloatArray, start: int, stop: int, following: int
) -> None:
    """Give boxes to the frames from *stop* to *following* in which the marker still shows."""
    shown = stop
    while shown < following and opacity[shown] > 0:
        shown += 1
    if shown == stop:
        return
    count = shown - stop
    heights[stop:shown] = heights[stop - 1]
    if shown == following and following < len(xyxy):
        move = xyxy[following] - xyxy[stop - 1]
        if np.abs(move).max() <= _JUMP * heights[stop - 1] * (count + 1):
            share = (np.arange(1, count + 1) / (count + 1))[:, None]
            xyxy[stop:shown] = xyxy[stop - 1] + share * move
            heights[stop:shown] += share[:, 0] * (heights[following] - heights[stop - 1])
            return
    velocity = np.zeros(4)
    if stop - start >= 2:
        back = min(3, stop - start - 1)
        steps = (xyxy[stop - 1] - xyxy[stop - 1 - back]) / back
        velocity[[0, 2]], velocity[[1, 3]] = (steps[0] + steps[2]) / 2, (steps[1] + steps[3]) / 2
    xyxy[stop:shown] = xyxy[stop - 1] + np.cumsum(opacity[stop:shown])[:, None] * velocity
