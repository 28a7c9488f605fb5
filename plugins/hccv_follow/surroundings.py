"""The part of a large picture around a player that tells who is who there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.api import Region

Floats = NDArray[np.float64]

_HEIGHTS = np.array([12.0, 7.0])
"""The part's width and height in heights of the player: six to either side."""
_LEAST = 0.6
"""Share of the picture's sides that the part has at least: smaller it would only be enlarged, at the same cost."""


def surroundings(box: Floats, extent: tuple[int, int]) -> Region | None:
    """The part around *box* (4,), xyxy, of a picture of *extent* (width, height), whole pixels; ``None`` (all) around NaN."""
    if np.isnan(box[0]):
        return None
    width, height = box[2:] - box[:2]
    # who lies or stretches is as tall as that
    wanted = _HEIGHTS * max(height, 1.3 * width)
    size = _even(np.clip(wanted, _LEAST * np.array(extent), extent), extent)
    corner = _even(np.clip((box[:2] + box[2:]) / 2 - size / 2, 0, extent - size), extent - size)
    return Region(*corner.tolist(), *(corner + size).tolist())


def _even(lengths: Floats, most: Floats | tuple[int, int]) -> Floats:
    """Even numbers of pixels: such a part is shrunk without being drawn, for it has whole samples of colour."""
    even: Floats = np.minimum(2 * np.ceil(lengths / 2), most)
    return even


def surrounded(box: Floats, part: Region | None, extent: tuple[int, int]) -> bool:
    """Whether a look at *part* (``None``: the whole picture) will do for a player in *box*.

    It does while he is not in its outer half, beyond which the picture goes on.
    """
    if part is None or np.isnan(box[0]):
        return True
    low, high = np.array([part.x1, part.y1]), np.array([part.x2, part.y2])
    quarter = (high - low) / 4
    middle = (box[:2] + box[2:]) / 2
    return bool(
        ((middle >= low + quarter) | (low <= 0)).all()
        and ((middle <= high - quarter) | (high >= np.array(extent))).all()
    )
