"""Shot changes: a frame that no camera motion explains and whose colours are suddenly new.

Two independent facts are asked for, because each alone is fooled: a fast, blurred pan breaks the
alignment but keeps the colours of the place; a flash or a player who fills the picture changes the
colours but keeps the alignment of the rest.  The change of colours is also held against its own
neighbourhood in time: a pan changes them over many frames, a cut in one (twin comparison: Zhang,
Kankanhalli and Smoliar, "Automatic partitioning of full-motion video", 1993).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import ByteArray, FloatArray

UNEXPLAINED = 0.2
"""Camera motion of a lower quality explains nothing."""
SUDDEN = 0.2
"""Least change of colours, 0 to 1, of a cut."""
AROUND = 6
"""Frames on each side whose changes count as usual."""
_SIDE = 96


def colour_signature(bgr: ByteArray) -> FloatArray:
    """(H, W, 3) -> (4, 288) float32: a hue, saturation and value histogram of each quarter, each of sum 1."""
    # Every n-th pixel, not an average: a histogram needs no anti-aliasing.
    step_y, step_x = max(1, bgr.shape[0] // _SIDE), max(1, bgr.shape[1] // _SIDE)
    small = cv2.resize(bgr[::step_y, ::step_x], (_SIDE, _SIDE), interpolation=cv2.INTER_NEAREST)
    hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV)
    half = _SIDE // 2
    quarters = []
    for top in (0, half):
        for left in (0, half):
            part = hsv[top : top + half, left : left + half]
            counts = cv2.calcHist([part], [0, 1, 2], None, [12, 4, 6], [0, 180, 0, 256, 0, 256])
            quarters.append(counts.ravel() / counts.sum())
    return np.array(quarters, np.float32)


def colour_change(before: FloatArray, after: FloatArray) -> float:
    """0 (the same colours) to 1 (none in common), of the whole picture and of its quarters in equal parts."""
    whole = 1 - np.minimum(before.mean(0), after.mean(0)).sum()
    quarters = 1 - np.minimum(before, after).sum(1).mean()
    return float(0.5 * whole + 0.5 * quarters)


def find_cuts(changes: NDArray[np.float64], qualities: NDArray[np.float64]) -> list[int]:
    """Indexes of frames that begin a new shot (never 0).

    ``changes`` (F,) is :func:`colour_change` from the frame before, ``qualities`` (F,) how well camera
    motion explains the frame, 0 to 1; both are NaN where unknown.
    """
    cuts = []
    for index in np.flatnonzero(changes[1:] > SUDDEN) + 1:
        around = np.concatenate(
            [changes[max(1, index - AROUND) : index], changes[index + 1 : index + 1 + AROUND]]
        )
        around = around[np.isfinite(around)]
        usual = float(np.median(around)) if len(around) else 0.0
        sudden = changes[index] > 3 * usual + 0.05
        if sudden and qualities[index] < UNEXPLAINED:
            cuts.append(int(index))
    return cuts
