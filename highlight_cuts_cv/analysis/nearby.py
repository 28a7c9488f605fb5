"""In which frames other players are near the one who is followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import DetectionSource
from highlight_cuts_cv.model import (
    CancelledError,
    ClipInfo,
    Detections,
    FloatArray,
    Track,
    box_areas,
    box_intersections,
    box_ious,
)

_LOOKS_PER_SECOND = 4
_REACH = 1.5
"""Body heights between two players' boxes within which one may be taken for the other."""
_SAME = 0.4
"""IoU from which a detection is the followed player's own."""


def looks(clip: ClipInfo) -> range:
    """The frames in which :func:`frames_with_others` may look."""
    return range(0, clip.frame_count, max(1, round(clip.rate / _LOOKS_PER_SECOND)))


def frames_with_others(
    clip: ClipInfo,
    track: Track,
    detections: DetectionSource | Sequence[Detections],
    cancelled: Callable[[], bool],
) -> NDArray[np.bool_]:
    """(F,) bool: True where somebody else is within a body height and a half of the player.

    Looks a few times a second and takes each finding for the time until the looks before and after,
    so that the marker does not flicker.  Raises CancelledError when cancelled.
    """
    step = looks(clip).step
    near = np.zeros(len(track), bool)
    for index in looks(clip):
        if cancelled():
            raise CancelledError("Looking for other players was stopped.")
        if track.visible[index] and _others_near(track.xyxy[index], detections[index].xyxy):
            near[max(0, index - step) : index + step + 1] = True
    return near


def _others_near(box: FloatArray, others: FloatArray) -> bool:
    if not len(others):
        return False
    overlap = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared, areas = box_intersections(box, others), box_areas(others)
    gap = np.hypot(*np.maximum(-overlap, 0).T)
    close = (gap < _REACH * (box[3] - box[1])) & (box_ious(box, others) < _SAME)
    # A box in the player's own is a part of the player, not somebody else.
    inside = shared > 0.8 * areas
    return bool((close & ~inside).any())
