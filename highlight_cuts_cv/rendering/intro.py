"""The intro of recruiting reels: a picture with the marker stands still, then the clip plays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import BadInputError, ClipInfo, FloatArray
from highlight_cuts_cv.rendering.prepare import FADE_SECONDS

_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Intro:
    """For how many seconds a picture stands still, and which: the clip's first, that of the pick, or a
    frame by its number."""

    seconds: Fraction
    at: int | Literal["first", "pick"] = "first"


def parse_intro(text: str) -> Intro | None:
    """Read ``SECONDS``, ``SECONDS@pick`` or ``SECONDS@FRAME``; '' is none.  Raises BadInputError.

    >>> parse_intro("1.5")
    Intro(seconds=Fraction(3, 2), at='first')
    >>> parse_intro("2@120").at, parse_intro("2@pick").at
    (120, 'pick')
    """
    if not text:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:@(pick|\d+))?", text, re.ASCII)
    if not match or not 0 < Fraction(match[1]) <= _LONGEST:
        raise BadInputError(
            f"'{text}' is no intro; write 1.5 (the seconds for which the first picture stands still, at most "
            f"{_LONGEST}), 1.5@pick (the picture of the pick) or 1.5@120 (that frame)."
        )
    at = match[2] or "first"
    return Intro(Fraction(match[1]), "first" if at == "first" else "pick" if at == "pick" else int(at))


def frame_to_freeze(asked: int, opacity: FloatArray, allowed: NDArray[np.bool_] | None = None) -> int | None:
    """The frame nearest to *asked* in which the marker shows in full; ``None`` when it shows nowhere.

    ``opacity`` (F,) float32 as of a draw job, ``allowed`` (F,) bool where not every frame will do.
    """
    level = opacity if allowed is None else np.where(allowed, opacity, np.float32(0))
    if not level.any():
        return None
    best = np.flatnonzero(level >= level.max() - np.float32(1e-3))
    return int(best[np.argmin(np.abs(best - asked))])


def wanted_for_freeze(wanted: NDArray[np.bool_], frame: int, clip: ClipInfo) -> NDArray[np.bool_]:
    """*wanted*, (F,) bool, with the marker faded in by the time that *frame* stands still."""
    fade = max(1, round(FADE_SECONDS * clip.rate))
    result = wanted.copy()
    result[max(0, frame - fade + 1) : frame + 1] = True
    return result
