"""The player's recent path on the ground, as marks that stay where the feet were while the camera moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hccv_indicators._marks import Mark, Memo, common_options, mark_sizes, number, pixel_aspect, shown
from hccv_indicators._shapes import coverage, ellipse, grid, halo, layered, quantised
from highlight_cuts_cv.api import DrawJob, IndicatorSpec, Option, Options, Placement, Sprite, SpriteTrack

_FLATTENING = 0.42
_PER_SECOND = 14
"""Marks left behind per second."""


class Trail(Mark):
    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._seconds = number(options, "seconds")

    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect, rate = pixel_aspect(job), float(job.clip.rate)
        sizes = 0.55 * mark_sizes(job) * self._size

        def make(size: float) -> Sprite:
            return self._sprite(size, aspect)

        sprites = Memo(make)
        every, kept = max(1, round(rate / _PER_SECOND)), max(1.0, self._seconds * rate)
        marks: list[tuple[int, NDArray[np.float64], float]] = []  # frame, point in this frame, size
        placements = []
        last = -2
        for index, (x1, _, x2, y2), fade in shown(job):
            if index != last + 1 or _jumped(job, index):
                marks = []  # no line is drawn across a loss, a cut or a correction
            elif job.motion is not None:
                a = job.motion[index]
                marks = [(born, a[:, :2] @ point + a[:, 2], size) for born, point, size in marks]
            last = index
            marks = [mark for mark in marks if index - mark[0] < kept]
            if index % every == 0 or not marks:
                marks.append((index, np.array([(x1 + x2) / 2, y2]), float(sizes[index])))
            for born, (x, y), size in marks:
                strength = 1 - (index - born) / kept
                sprite = sprites[quantised(size * (0.55 + 0.45 * strength))]
                rows, columns = sprite.rgba.shape[:2]
                opacity = fade * self._opacity * strength
                placements.append(
                    Placement(index, sprite, float(x) - columns / 2, float(y) - rows / 2, opacity)
                )
        return SpriteTrack(tuple(placements))

    def _sprite(self, radius: float, aspect: float) -> Sprite:
        flat = max(1.2, _FLATTENING * radius)
        edge = max(0.9, 0.2 * radius)
        x, y = grid(radius + 2.5 * edge, flat + 2.5 * edge, aspect)
        distance = ellipse(x, y, radius, flat)
        return layered(coverage(distance), self._color, halo(distance, edge, 0.45))


def _jumped(job: DrawJob, index: int) -> bool:
    moved = np.abs(job.xyxy[index] - job.xyxy[index - 1]).max()
    return bool(moved > float(job.heights[index]))


SPEC = IndicatorSpec(
    name="trail",
    create=Trail,
    summary="The player's recent path on the ground",
    options=(
        *common_options(opacity=0.9),
        Option(
            name="seconds", kind=float, default=1.5, summary="how long the path is", minimum=0.1, maximum=10
        ),
    ),
    needs_motion=True,
)
