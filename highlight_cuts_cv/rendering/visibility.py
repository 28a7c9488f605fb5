"""When the marker is wanted at all: the first seconds, given ranges, or while others are near."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import BadInputError

_SECONDS = r"\d+(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Show:
    """The marker shows in each of ``spans`` (seconds from the clip's start, half-open) and, with
    ``near``, wherever other players are near; without any of these, always."""

    spans: tuple[tuple[float, float], ...] = ()
    near: bool = False

    @property
    def always(self) -> bool:
        return not self.spans and not self.near


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


def wanted_frames(
    show: Show, times: NDArray[np.float64], near: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    """(F,) bool: in which frames the marker is wanted.

    ``times`` (F,) are seconds from the clip's start; ``near`` (F,) is needed where *show* asks for it.
    """
    if show.always:
        return np.ones(len(times), bool)
    wanted = np.zeros(len(times), bool)
    for start, stop in show.spans:
        wanted |= (times >= start - 1e-6) & (times < stop - 1e-6)
    if show.near and near is not None:
        wanted |= near
    return wanted
