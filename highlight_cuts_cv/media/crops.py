"""Cutting a part out of pictures, also between two pixels."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import RawFrame
from highlight_cuts_cv.media.planes import from_planes, tagged_like
from highlight_cuts_cv.media.reading.raw import DecodedFrame
from highlight_cuts_cv.model import Crop


def cropped_frame(frame: RawFrame, crop: Crop) -> RawFrame:
    """The part of *frame* that *crop* has of it, a picture of its own.

    Where it begins between two samples they are interpolated (Lanczos): a picture that could move by whole samples
    only would shake as it pans.
    """
    layout = av.VideoFormat(frame.pixel_format, 64, 64)
    left = min(max(crop.left(frame.index), 0.0), frame.width - crop.width)
    planes = []
    for plane in frame.planes:
        across = max(1, round(frame.width / plane.shape[1]))
        planes.append(_part(plane, left / across, -(-crop.width // across)))
    made = from_planes(tuple(planes), crop.width, frame.height, layout.name)
    if isinstance(frame, DecodedFrame):
        tagged_like(frame.picture, made)
    return DecodedFrame(frame.index, frame.pts, frame.time_base, frame.color, made, frame.interlaced)


def _part(plane: NDArray[np.generic], left: float, width: int) -> NDArray[np.generic]:
    first = int(left)
    if left == first:
        return plane[:, first : first + width]
    import cv2

    move = np.array([[1, 0, left], [0, 1, 0]], np.float64)
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(
        np.ascontiguousarray(plane),
        move,
        (width, plane.shape[0]),
        flags=flags,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved).reshape(plane.shape[0], width, *plane.shape[2:])
