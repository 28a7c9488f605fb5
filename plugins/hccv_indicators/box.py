"""A thin frame around the player."""

from __future__ import annotations

import numpy as np

from hccv_indicators._marks import Mark, Memo, common_options, mark_sizes, pixel_aspect, shown
from hccv_indicators._shapes import coverage, grid, halo, layered, quantised, rounded_box
from highlight_cuts_cv.api import DrawJob, IndicatorSpec, Placement, Sprite, SpriteTrack


class Box(Mark):
    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        lines = np.maximum(1.5, 0.16 * mark_sizes(job))

        def make(key: tuple[float, float, float]) -> list[tuple[Sprite, float, float]]:
            return self._strips(*key, aspect)

        strips = Memo(make)
        placements = []
        for index, (x1, y1, x2, y2), fade in shown(job):
            margin = 0.04 * (y2 - y1)
            width = quantised(((x2 - x1) * aspect + 2 * margin) * self._size)
            height = quantised((y2 - y1 + 2 * margin) * self._size)
            x, y = (x1 + x2) / 2, (y1 + y2) / 2
            for sprite, left, top in strips[width, height, quantised(4 * lines[index]) / 4]:
                placements.append(Placement(index, sprite, x + left, y + top, fade * self._opacity))
        return SpriteTrack(tuple(placements))

    def _strips(
        self, width: float, height: float, line: float, aspect: float
    ) -> list[tuple[Sprite, float, float]]:
        """The frame's four sides, each with its place from the middle: the player inside is most of
        the area, and there is nothing to blend."""
        edge = max(0.9, 0.45 * line)
        radius = min(2.5 * line, width / 2, height / 2)
        x, y = grid(width / 2 + 2.5 * edge, height / 2 + 2.5 * edge, aspect)
        outer = rounded_box(x, y, width / 2, height / 2, radius)
        distance = np.maximum(outer, -outer - line)
        rgba = layered(coverage(distance), self._color, halo(distance, edge, 0.5)).rgba
        rows, columns = rgba.shape[:2]
        depth = min(int(np.ceil(line + 5 * edge)), rows // 2)
        breadth = min(int(np.ceil((line + 5 * edge) / aspect)), columns // 2)
        parts = (
            (slice(0, depth), slice(0, columns)),
            (slice(rows - depth, rows), slice(0, columns)),
            (slice(depth, rows - depth), slice(0, breadth)),
            (slice(depth, rows - depth), slice(columns - breadth, columns)),
        )
        return [
            (
                Sprite(rgba[vertical, horizontal].copy()),
                horizontal.start - columns / 2,
                vertical.start - rows / 2,
            )
            for vertical, horizontal in parts
        ]


SPEC = IndicatorSpec(
    name="box", create=Box, summary="A thin frame around the player", options=common_options()
)
