"""In which frames the marker is wanted at all: the first seconds, given ranges, or while others are near."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.rendering.wishes import Show


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
