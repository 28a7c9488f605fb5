"""A soft halo around the whole player, who is left as is."""

from __future__ import annotations

import numpy as np

from hccv_indicators._marks import Mark, centered, common_options, pixel_aspect
from hccv_indicators._shapes import grid, layered, rounded_box
from highlight_cuts_cv.api import DrawJob, IndicatorSpec, Sprite, SpriteTrack

# In player heights: the half sizes of the capsule around the body where the light is strongest, and
# how far it reaches from there.
_HALF_WIDTH = 0.23
_HALF_HEIGHT = 0.54
_OUTWARD = 0.10
_INWARD = 0.075


class Glow(Mark):
    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        heights = job.heights.astype(np.float64) * self._size

        def in_the_middle(index: int, box: tuple[float, float, float, float]) -> tuple[float, float]:
            x1, y1, x2, y2 = box
            return (x1 + x2) / 2, (y1 + y2) / 2

        return centered(
            job, heights, lambda height: self._sprite(height, aspect), in_the_middle, self._opacity
        )

    def _sprite(self, height: float, aspect: float) -> Sprite:
        half_width, half_height = _HALF_WIDTH * height, _HALF_HEIGHT * height
        reach = 2.3 * _OUTWARD * height
        x, y = grid(half_width + reach, half_height + reach, aspect)
        distance = rounded_box(x, y, half_width, half_height, half_width)
        alpha = np.exp(-((distance / np.where(distance > 0, _OUTWARD * height, _INWARD * height)) ** 2))
        return layered(alpha, self._color, np.zeros_like(alpha))


SPEC = IndicatorSpec(
    name="glow",
    create=Glow,
    summary="A soft halo around the player",
    options=common_options(color="#fff3b0", opacity=0.55),
)
