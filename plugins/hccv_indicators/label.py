"""A name or number above the head."""

from __future__ import annotations

import numpy as np

from hccv_indicators._marks import Mark, above_head, common_options, mark_sizes, pixel_aspect
from hccv_indicators._shapes import Stamp, layered
from highlight_cuts_cv.api import DrawJob, Font, IndicatorSpec, Option, Options, SpriteTrack

_TEXT_SIZE = 1.6
"""Times the size of a small mark."""


class Label(Mark):
    def __init__(self, options: Options) -> None:
        self._text = " ".join(str(options["text"]).split())
        super().__init__(options)
        self._font = Font()
        self._font.check(self._text, "The label")

    def draw(self, job: DrawJob) -> SpriteTrack:
        aspect = pixel_aspect(job)
        sizes = mark_sizes(job) * _TEXT_SIZE * self._size
        return above_head(
            job,
            sizes,
            0.25 * sizes + 0.02 * job.heights,
            lambda size: self._stamp(size, aspect),
            self._opacity,
        )

    def _stamp(self, size: float, aspect: float) -> Stamp:
        from PIL import Image, ImageDraw, ImageFilter

        font = self._font.sized(size)
        outline = max(1.0, 0.07 * size)
        margin = int(np.ceil(5 * outline))
        left, top, right, bottom = font.getbbox(self._text, anchor="ls")
        # From the capitals' height to the line, whatever the text, so that names sit alike.
        top, bottom = min(top, -0.73 * size), max(bottom, 0.0)
        canvas = int(np.ceil(right - left)) + 2 * margin, int(np.ceil(bottom - top)) + 2 * margin

        def drawn(stroke: float) -> Image.Image:
            image = Image.new("L", canvas)
            ImageDraw.Draw(image).text(
                (margin - left, margin - top),
                self._text,
                fill=255,
                font=font,
                anchor="ls",
                stroke_width=stroke,
            )
            return image

        letters, soft = drawn(0), drawn(outline).filter(ImageFilter.GaussianBlur(outline))
        if aspect != 1:
            squeezed = max(1, round(canvas[0] / aspect)), canvas[1]
            letters, soft = letters.resize(squeezed), soft.resize(squeezed)
        fill = np.asarray(letters, np.float32) / 255
        behind = np.minimum(np.asarray(soft, np.float32) / 255 * 1.3, 0.85)
        sprite = layered(fill, self._color, behind)
        rows, columns = fill.shape
        return Stamp(sprite, columns / 2, rows - margin, columns / 2 - margin / aspect, rows - 2 * margin)


SPEC = IndicatorSpec(
    name="label",
    create=Label,
    summary="A name or number above the head",
    options=(
        Option(name="text", kind=str, default="Player", summary="the name or number"),
        *common_options(color="#ffffff"),
    ),
)
