"""A name or number above the head."""

from __future__ import annotations

import io
import unicodedata
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from hccv_indicators._marks import above_head, common_options, mark_sizes, number, parse_color, pixel_aspect
from hccv_indicators._shapes import Stamp, layered
from highlight_cuts_cv.api import BadInputError, DrawJob, IndicatorSpec, Option, Options, SpriteTrack

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_FONT = "DejaVuSans-Bold.ttf"
_LONGEST = 40
_TEXT_SIZE = 1.6
"""Times the size of a small mark."""


class Label:
    def __init__(self, options: Options) -> None:
        self._text = " ".join(str(options["text"]).split())
        self._color = parse_color(options["color"])
        self._size = number(options, "size")
        self._opacity = number(options, "opacity")
        self._font = (resources.files("hccv_indicators") / "fonts" / _FONT).read_bytes()
        self._check_text()

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

    def _check_text(self) -> None:
        if not self._text:
            raise BadInputError("The label has no text; give it a name or a number.")
        if len(self._text) > _LONGEST:
            raise BadInputError(
                f"The label's text is {len(self._text)} characters long; {_LONGEST} is the most."
            )
        font = self._sized(32)
        unknown = bytes(font.getmask("\U0010ffff"))
        for character in self._text:
            drawn = unicodedata.category(character)[0] in "LNPS"
            if drawn and bytes(font.getmask(character)) == unknown:
                raise BadInputError(f"The label's font has no sign for '{character}' in '{self._text}'.")

    def _sized(self, size: float) -> FreeTypeFont:
        from PIL import ImageFont, features

        # Arabic and Indic scripts need Raqm to join their letters; Pillow may come without it.
        engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
        return ImageFont.truetype(io.BytesIO(self._font), size, layout_engine=engine)

    def _stamp(self, size: float, aspect: float) -> Stamp:
        from PIL import Image, ImageDraw, ImageFilter

        font = self._sized(size)
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
