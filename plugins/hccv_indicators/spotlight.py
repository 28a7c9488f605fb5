"""Everything but the player dims, as if a follow spot were on them."""

from __future__ import annotations

from hccv_indicators._marks import number, pixel_aspect, shown
from highlight_cuts_cv.api import DrawJob, IndicatorSpec, Option, Options, Shade, SpriteTrack

# In player heights: how far the light reaches from the player's middle, across and down.
_HALF_WIDTH = 0.62
_HALF_HEIGHT = 0.82
_SOFTNESS = 0.3


class Spotlight:
    def __init__(self, options: Options) -> None:
        self._size = number(options, "size")
        self._opacity = number(options, "opacity")

    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        shades = []
        for index, (x1, y1, x2, y2), fade in shown(job):
            height = float(job.heights[index]) * self._size
            # At least as wide as the box: a player may lie, slide or dive.
            half_width = max(_HALF_WIDTH * height / aspect, 0.75 * (x2 - x1) * self._size)
            shades.append(
                Shade(
                    frame_index=index,
                    x=(x1 + x2) / 2,
                    y=(y1 + y2) / 2,
                    half_width=half_width,
                    half_height=_HALF_HEIGHT * height,
                    strength=fade * self._opacity,
                    softness=_SOFTNESS,
                )
            )
        return SpriteTrack(shades=tuple(shades))


SPEC = IndicatorSpec(
    name="spotlight",
    create=Spotlight,
    summary="Everything but the player dims",
    shades=True,
    options=(
        Option(name="size", kind=float, default=1.0, summary="times the usual size", minimum=0.25, maximum=5),
        Option(
            name="opacity",
            kind=float,
            default=0.55,
            summary="0 to 1: how much dimmer",
            minimum=0.0,
            maximum=1.0,
        ),
    ),
)
