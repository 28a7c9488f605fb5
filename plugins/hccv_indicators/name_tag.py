"""A name and a number on a small plate above the head."""

from __future__ import annotations

import numpy as np

from hccv_indicators._marks import Mark, above_head, common_options, mark_sizes, pixel_aspect
from hccv_indicators._shapes import Array, Color, Stamp, convex, coverage, grid, halo, rounded_box, stacked
from highlight_cuts_cv.api import DrawJob, Font, IndicatorSpec, Option, Options, SpriteTrack

_TEXT_SIZE = 1.35
"""Times the size of a small mark."""
_PLATE: Color = (22, 25, 31)
_WHITE: Color = (255, 255, 255)


class NameTag(Mark):
    def __init__(self, options: Options) -> None:
        self._name = " ".join(str(options["text"]).split())
        self._number = " ".join(str(options["number"]).split())
        super().__init__(options)
        self._font = Font()
        self._font.check(self._number + self._name, "The name tag")

    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        sizes = mark_sizes(job) * _TEXT_SIZE * self._size
        gaps = 0.15 * sizes + 0.02 * job.heights
        return above_head(job, sizes, gaps, lambda size: self._stamp(size, aspect), self._opacity)

    def _stamp(self, size: float, aspect: float) -> Stamp:
        font = self._font.sized(size)
        room, point = 0.45 * size, 0.42 * size
        widths = [font.getlength(text) + 2 * room if text else 0.0 for text in (self._number, self._name)]
        half_width, half_height, edge = sum(widths) / 2, 0.72 * size, max(1.0, 0.08 * size)
        x, y = grid(half_width + 2.5 * edge, half_height + point / 2 + 2.5 * edge, aspect)
        y = y + point / 2  # the plate's middle lies above that of plate and point together
        plate = rounded_box(x, y, half_width, half_height, 0.3 * size)
        pointer = convex(
            x, y, [(-point, half_height - 1), (point, half_height - 1), (0, half_height + point)]
        )
        border = -half_width + widths[0]
        shape = coverage(np.minimum(plate, pointer))
        dark = 0.2126 * self._color[0] + 0.7152 * self._color[1] + 0.0722 * self._color[2] < 130
        sprite = stacked(
            (halo(np.minimum(plate, pointer), edge, 0.5), _PLATE),
            (shape * 0.88, _PLATE),
            (coverage(np.maximum(plate, x - border)) * bool(self._number), self._color),
            (
                self._letters(self._number, size, (-half_width + border) / 2, x, y, aspect),
                _WHITE if dark else _PLATE,
            ),
            (self._letters(self._name, size, (border + half_width) / 2, x, y, aspect), _WHITE),
        )
        rows, columns = sprite.rgba.shape[:2]
        tip = rows / 2 + half_height + point / 2
        return Stamp(sprite, columns / 2, tip, half_width / aspect, 2 * half_height + point)

    def _letters(self, text: str, size: float, middle: float, x: Array, y: Array, aspect: float) -> Array:
        """(h, w) coverage of a text whose capitals are centred at (*middle*, 0) of the grid."""
        from PIL import Image, ImageDraw

        rows, columns = y.shape[0], x.shape[1]
        image = Image.new("L", (max(1, round(columns * aspect)), rows))
        if text:
            left, top = middle - float(x[0, 0]) + aspect / 2, 0.365 * size - float(y[0, 0]) + 0.5
            ImageDraw.Draw(image).text((left, top), text, fill=255, font=self._font.sized(size), anchor="ms")
        return np.asarray(image.resize((columns, rows)), np.float32) / 255


SPEC = IndicatorSpec(
    name="name-tag",
    create=NameTag,
    summary="A name and a number on a small plate above the head",
    options=(
        Option(
            name="text", kind=str, default="Player", summary="the name; may be empty if there is a number"
        ),
        Option(name="number", kind=str, default="", summary="the number, on a field of the colour"),
        *common_options(),
    ),
)
