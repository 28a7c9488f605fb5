"""A soft halo around the whole player, who is left as is."""

from __future__ import annotations

import numpy as np

from hccv_indicators._marks import centered, common_options, number, parse_color, pixel_aspect
from hccv_indicators._shapes import grid, layered
from highlight_cuts_cv.api import DrawJob, IndicatorSpec, Options, Sprite, SpriteTrack

_WIDTH = 0.34
_HEIGHT = 0.60
_OUTWARD = 0.20
_INWARD = 0.16


class Glow:
    def __init__(self, options: Options) -> None:
        self._color = parse_color(options["color"])
        self._size = number(options, "size")
        self._opacity = number(options, "opacity")

    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        heights = job.heights.astype(np.float64) * self._size

        def in_the_middle(index: int, box: tuple[float, float, float, float]) -> tuple[float, float]:
            x1, y1, x2, y2 = box
            return (x1 + x2) / 2, (y1 + y2) / 2

        return centered(job, heights, lambda height: self._sprite(height, aspect), in_the_middle, self._opacity)

    def _sprite(self, height: float, aspect: float) -> Sprite:
        half_width, half_height = _WIDTH * height, _HEIGHT * height
        reach = 1 + 2.3 * _OUTWARD
        x, y = grid(reach * half_width, reach * half_height, aspect)
        away = np.hypot(x / half_width, y / half_height) - 1
        alpha = np.exp(-((away / np.where(away > 0, _OUTWARD, _INWARD)) ** 2))
        return layered(alpha, self._color, np.zeros_like(alpha))


SPEC = IndicatorSpec(
    name="glow", create=Glow, summary="A soft halo around the player", options=common_options(opacity=0.6)
)
