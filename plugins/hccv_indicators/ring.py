"""A ring on the ground around the player's feet, seen in perspective."""

from __future__ import annotations

import numpy as np

from hccv_indicators._marks import Mark, centered, common_options, mark_sizes, pixel_aspect
from hccv_indicators._shapes import coverage, ellipse, grid, halo, layered
from highlight_cuts_cv.api import DrawJob, IndicatorSpec, Sprite, SpriteTrack

_FLATTENING = 0.34
"""Height over width: how a circle on the ground looks from a stand."""


class Ring(Mark):
    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        # Half a ring's width; never so small that its line closes it.
        radii = np.maximum(0.27 * job.heights, 1.3 * mark_sizes(job)) * self._size

        def at_the_feet(index: int, box: tuple[float, float, float, float]) -> tuple[float, float]:
            x1, _, x2, y2 = box
            return (x1 + x2) / 2, y2 - 0.35 * _FLATTENING * float(radii[index])

        return centered(job, radii, lambda radius: self._sprite(radius, aspect), at_the_feet, self._opacity)

    def _sprite(self, radius: float, aspect: float) -> Sprite:
        flat = _FLATTENING * radius
        line = max(2.0, 0.11 * radius)
        edge = max(1.0, 0.4 * line)
        x, y = grid(radius + 2.5 * edge, flat + 2.5 * edge, aspect)
        outer = ellipse(x, y, radius, flat)
        # The line is foreshortened, too: thinner in front and behind than at the sides.
        inner = ellipse(x, y, radius - line, flat - 0.6 * line)
        distance = np.maximum(outer, -inner)
        # What lies behind the legs fades, so that the ring seems to go around them.
        near = np.clip((y / flat + 0.8) / 1.1, 0.0, 1.0)
        return layered(coverage(distance) * near, self._color, halo(distance, edge, 0.5) * near)


SPEC = IndicatorSpec(
    name="ring", create=Ring, summary="A ring on the ground around the feet", options=common_options()
)
