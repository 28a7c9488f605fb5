"""A marker as one picture and keyframes, for editors that move it themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from highlight_cuts_cv.model import ByteArray, JobFailedError, Placement, SpriteTrack
from highlight_cuts_cv.rendering.flat import flattened
from highlight_cuts_cv.rendering.keyframes import keyframes

_PLACE, _SIZE, _OPACITY = 0.25, 0.25, 0.02
"""How far straight lines between keyframes may be from the marker: pixels, pixels, shares."""


@dataclass(frozen=True, slots=True)
class MovedPicture:
    """``rgba`` (h, w, 4) uint8 is the marker; ``keys`` is (K, 6) float64: frame of the film, left, top, width,
    height in display pixels, opacity from 0 to 1, with straight lines between."""

    rgba: ByteArray
    keys: np.ndarray


def live_marker(sprites: SpriteTrack, frames: Sequence[int]) -> MovedPicture | None:
    """The marker of *sprites* as a picture that moves through a film, which shows the clip's *frames*.

    The picture is the one of the frame in which the marker shows best; where it changes its look, that is
    lost, but for its size.  ``None`` when nothing shows.  Raises JobFailedError for sprites that dim the picture.
    """
    if sprites.shades:
        raise JobFailedError(
            "An indicator that dims the picture cannot be moved by keyframes; choose another, or deliver films."
        )
    placed = {index: [p for p in parts if p.opacity > 0] for index, parts in sprites.by_frame().items()}
    shown = [index for index in dict.fromkeys(frames) if placed.get(index)]
    if not shown:
        return None
    best = max(
        shown, key=lambda index: (max(p.opacity for p in placed[index]), -abs(index - shown[len(shown) // 2]))
    )
    rgba, offset = _picture(placed[best])
    origin = _box(placed[best])
    rows = np.full((len(frames), 5), np.nan)
    for row, index in zip(rows, frames, strict=True):
        if parts := placed.get(index):
            x1, y1, x2, y2 = _box(parts)
            wide, high = (x2 - x1) / (origin[2] - origin[0]), (y2 - y1) / (origin[3] - origin[1])
            row[:] = (
                x1 + offset[0] * wide,
                y1 + offset[1] * high,
                rgba.shape[1] * wide,
                rgba.shape[0] * high,
                max(p.opacity for p in parts),
            )
    seen = np.flatnonzero(~np.isnan(rows[:, 4]))
    every = np.arange(len(frames))
    for column in range(4):  # where it does not show it waits between where it did and will
        rows[:, column] = np.interp(every, seen, rows[seen, column])
    rows[:, 4] = np.nan_to_num(rows[:, 4])
    kept = keyframes(rows, (_PLACE, _PLACE, _SIZE, _SIZE, _OPACITY))
    return MovedPicture(rgba, np.column_stack([kept.astype(float), rows[kept]]))


def _box(parts: Sequence[Placement]) -> tuple[float, float, float, float]:
    return (
        min(p.x for p in parts),
        min(p.y for p in parts),
        max(p.x + p.sprite.rgba.shape[1] for p in parts),
        max(p.y + p.sprite.rgba.shape[0] for p in parts),
    )


def _picture(parts: Sequence[Placement]) -> tuple[ByteArray, tuple[float, float]]:
    """The parts as one picture, at whole pixels and full opacity, and where it begins in their common box."""
    left, top, right, bottom = _box(parts)
    strongest = max(p.opacity for p in parts)
    moved = [
        Placement(0, p.sprite, round(p.x - left) + 1, round(p.y - top) + 1, p.opacity / strongest)
        for p in parts
    ]
    flat = flattened(moved, int(right - left) + 4, int(bottom - top) + 4)
    if flat is None:
        raise JobFailedError("The marker is drawn with pictures in which nothing shows.")
    return flat.rgba, (flat.x - 1.0, flat.y - 1.0)
