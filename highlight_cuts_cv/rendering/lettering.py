"""The font that texts are set in, and what it can set."""

from __future__ import annotations

import io
import unicodedata
from importlib import resources
from typing import TYPE_CHECKING

from highlight_cuts_cv.model import BadInputError

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_FONT = "DejaVuSans-Bold.ttf"
_LONGEST = 40


class Font:
    """DejaVu Sans Bold, which ships with the package."""

    def __init__(self) -> None:
        self._file = (resources.files("highlight_cuts_cv") / "data" / _FONT).read_bytes()

    def sized(self, size: float) -> FreeTypeFont:
        """The font at *size* pixels."""
        from PIL import ImageFont, features

        # Arabic and Indic scripts need Raqm to join their letters; Pillow may come without it.
        engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
        return ImageFont.truetype(io.BytesIO(self._file), size, layout_engine=engine)

    def check(self, text: str, whose: str) -> None:
        """Raise BadInputError when *text*, named as that of *whose*, is empty, too long or cannot be set."""
        if not text:
            raise BadInputError(f"{whose} has no text; give it a name or a number.")
        if len(text) > _LONGEST:
            raise BadInputError(f"{whose}'s text is {len(text)} characters long; {_LONGEST} is the most.")
        font = self.sized(32)
        unknown = bytes(font.getmask("\U0010ffff"))
        for character in text:
            drawn = unicodedata.category(character)[0] in "LNPS"
            if drawn and bytes(font.getmask(character)) == unknown:
                raise BadInputError(f"{whose}'s font has no sign for '{character}' in '{text}'.")
