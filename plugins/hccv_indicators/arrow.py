"""A small arrowhead above the head, pointing down at the player."""

from __future__ import annotations

from hccv_indicators._marks import Mark, above_head, common_options, mark_sizes, pixel_aspect
from hccv_indicators._shapes import Stamp, convex, coverage, grid, halo, layered
from highlight_cuts_cv.api import DrawJob, IndicatorSpec, SpriteTrack

_WIDTH = 1.45
_HEIGHT = 1.05
_ROUNDING = 0.16


class Arrow(Mark):
    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        sizes = mark_sizes(job) * self._size
        return above_head(
            job,
            sizes,
            0.25 * sizes + 0.02 * job.heights,
            lambda size: self._stamp(size, aspect),
            self._opacity,
        )

    def _stamp(self, size: float, aspect: float) -> Stamp:
        half_width, half_height, rounding = _WIDTH * size / 2, _HEIGHT * size / 2, _ROUNDING * size
        edge = max(1.1, 0.13 * size)
        x, y = grid(half_width + 2.5 * edge, half_height + 2.5 * edge, aspect)
        right, bottom = half_width - rounding, half_height - rounding
        distance = convex(x, y, [(-right, -bottom), (right, -bottom), (0, bottom)]) - rounding
        sprite = layered(coverage(distance), self._color, halo(distance, edge, 0.75))
        rows, columns = sprite.rgba.shape[:2]
        return Stamp(sprite, columns / 2, rows / 2 + half_height, half_width / aspect, 2 * half_height)


SPEC = IndicatorSpec(
    name="arrow", create=Arrow, summary="An arrowhead above the head, pointing down", options=common_options()
)
