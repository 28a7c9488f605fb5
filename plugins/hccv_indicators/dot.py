"""A small dot above the head, with a soft dark edge so that it reads on any background."""

from __future__ import annotations

from hccv_indicators._marks import Mark, above_head, common_options, mark_sizes, pixel_aspect
from hccv_indicators._shapes import Stamp, coverage, ellipse, grid, halo, layered
from highlight_cuts_cv.api import DrawJob, IndicatorSpec, SpriteTrack


class Dot(Mark):
    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        sizes = mark_sizes(job) * self._size
        return above_head(
            job,
            sizes,
            0.45 * sizes + 0.03 * job.heights,
            lambda size: self._stamp(size, aspect),
            self._opacity,
        )

    def _stamp(self, diameter: float, aspect: float) -> Stamp:
        radius = diameter / 2
        edge = max(1.1, 0.13 * diameter)
        reach = radius + 2.5 * edge
        x, y = grid(reach, reach, aspect)
        distance = ellipse(x, y, radius, radius)
        sprite = layered(coverage(distance), self._color, halo(distance, edge, 0.75))
        rows, columns = sprite.rgba.shape[:2]
        return Stamp(sprite, columns / 2, rows / 2 + radius, radius / aspect, diameter)


SPEC = IndicatorSpec(name="dot", create=Dot, summary="A small dot above the head", options=common_options())
