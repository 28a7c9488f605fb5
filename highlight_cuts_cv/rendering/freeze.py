"""Which picture stands still, with the marker in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import ClipInfo, FloatArray
from highlight_cuts_cv.rendering.prepare import FADE_SECONDS


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
