"""What users may ask for about the marker, as they write it and as the rest of the code knows it.

Nothing heavy is imported here: the command line reads it at every start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.media.moments import Moment, parse_moment

_SECONDS = r"\d+(?:\.\d+)?"
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Show:
    """The marker shows in each of ``spans`` (seconds from the clip's start, half-open) and, with
    ``near``, wherever other players are near; without any of these, always."""

    spans: tuple[tuple[float, float], ...] = ()
    near: bool = False

    @property
    def always(self) -> bool:
        return not self.spans and not self.near


ALWAYS = Show()


@dataclass(frozen=True, slots=True)
class FreezeWish:
    """For how many seconds a picture stands still, and which: the clip's first, that of the pick, or a
    frame by its number or the time at which it is shown.  The user calls it an intro."""

    seconds: Fraction
    at: Moment | Literal["first", "pick"] = "first"


def parse_show(text: str) -> Show:
    """Read ``first:SECONDS``, ``FROM-TO`` and ``near``, several joined by commas; '' is always.

    Raises BadInputError.

    >>> parse_show("first:3,10-12.5,near")
    Show(spans=((0.0, 3.0), (10.0, 12.5)), near=True)
    """
    spans, near = [], False
    for part in text.split(",") if text else []:
        if part == "near":
            near = True
        elif match := re.fullmatch(rf"first:({_SECONDS})", part):
            spans.append((0.0, float(match[1])))
        elif (match := re.fullmatch(rf"({_SECONDS})-({_SECONDS})", part)) and float(match[1]) < float(
            match[2]
        ):
            spans.append((float(match[1]), float(match[2])))
        else:
            raise BadInputError(
                f"'{part}' does not say when the marker shows; write first:3 (the first three seconds), "
                "2.0-4.5 (from and to, in seconds of the clip) or near (while other players are near)."
            )
    return Show(tuple(spans), near)


def parse_intro(text: str) -> FreezeWish | None:
    """Read ``SECONDS``, ``SECONDS@pick``, ``SECONDS@FRAME`` or ``SECONDS@TIME``; '' is none.  Raises BadInputError.

    >>> parse_intro("1.5")
    FreezeWish(seconds=Fraction(3, 2), at='first')
    >>> parse_intro("2@120").at, parse_intro("2@pick").at, parse_intro("2@1:30").at
    (120, 'pick', Fraction(90, 1))
    """
    if not text:
        return None
    length, asked, place = text.partition("@")
    at: Moment | Literal["first", "pick"] | None
    at = "pick" if place == "pick" else parse_moment(place) if asked else "first"
    if at is None or not re.fullmatch(_SECONDS, length, re.ASCII) or not 0 < Fraction(length) <= _LONGEST:
        raise BadInputError(
            f"'{text}' is no intro; write 1.5 (the seconds for which the first picture stands still, at most "
            f"{_LONGEST}), 1.5@pick (the picture of the pick), 1.5@120 or 1.5@0:31.5 (that frame)."
        )
    return FreezeWish(Fraction(length), at)
