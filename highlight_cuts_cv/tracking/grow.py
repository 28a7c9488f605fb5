"""A box grown around a point from the picture alone, for a player whom the detector does not see.

Colours inside and around the point are told apart by GrabCut (Rother et al., SIGGRAPH 2004).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import BoundingBox, ByteArray, Detections

_SIDE = 56
"""Pixels of a body height in the picture that is segmented; more costs time and finds shirts' stripes."""
_REACH = 1.6
"""Half of the side of that picture, in body heights."""
_ROUNDS = 3
_FRACTIONS = (1 / 24, 1 / 14, 1 / 8, 1 / 4)
"""Body heights tried, in picture heights, where nobody's size is known."""
_LEAST_CONTRAST = 14.0
"""Distance in CIELAB between what grew and its surroundings below which it is ground."""


def grow_box(bgr: ByteArray, point: tuple[float, float], found: Detections) -> BoundingBox | None:
    """The box of what stands out at *point* of a (H, W, 3) picture, or ``None`` where nothing of a
    person's size does.

    A person is as tall as those who were *found* at a similar height of the picture, within a factor
    of two; where nobody was found, between a thirtieth and a half of the picture.
    """
    expected = expected_height(found, point[1], bgr.shape[0])
    heights = [expected] if expected else [share * bgr.shape[0] for share in _FRACTIONS]
    grown = [one for height in heights if (one := _grown(bgr, point, height))]
    if not grown:
        return None
    _, box = max(grown, key=lambda one: one[0])
    return box


def expected_height(found: Detections, y: float, picture: int) -> float | None:
    """Pixels: how tall people are whose middle is near row *y*, ``None`` where nobody was found.

    The median, weighted by nearness: whoever stands farther up in a picture is farther away.
    """
    if not len(found):
        return None
    heights = found.xyxy[:, 3] - found.xyxy[:, 1]
    middles = (found.xyxy[:, 1] + found.xyxy[:, 3]) / 2
    weights = found.scores * np.exp(-np.abs(middles - y) / (0.1 * picture))
    order = np.argsort(heights)
    share = np.cumsum(weights[order])
    return float(heights[order][np.searchsorted(share, share[-1] / 2)])


def _grown(bgr: ByteArray, point: tuple[float, float], height: float) -> tuple[float, BoundingBox] | None:
    """(contrast, box) of what stands out at the point if a person there is *height* pixels tall."""
    scale = _SIDE / height
    side = 2 * round(_REACH * _SIDE)
    x, y = point
    shift = np.array([[scale, 0, side / 2 - scale * x], [0, scale, side / 2 - scale * y]])
    blurred = cv2.GaussianBlur(bgr, (0, 0), 0.5 / scale) if scale < 0.7 else bgr
    part = np.asarray(cv2.warpAffine(blurred, shift, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    mask = _segmented(part)
    if mask is None:
        return None
    ys, xs = np.nonzero(mask)
    left, right, top, bottom = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
    tall, wide = bottom - top, right - left
    filled = len(xs) / (tall * wide)
    # A person is taller than wide, unless lying or jumping, and fills a box well.
    if not (0.45 * _SIDE <= tall <= 2 * _SIDE and 0.15 <= wide / tall <= 1.8 and filled > 0.3):
        return None
    contrast = _contrast(part, mask)
    if contrast < _LEAST_CONTRAST:
        return None
    corners = np.array([[left, top], [right, bottom]]) / scale + [x - side / 2 / scale, y - side / 2 / scale]
    limits = np.array([bgr.shape[1], bgr.shape[0]])
    (x1, y1), (x2, y2) = np.clip(corners, 0, limits)
    if x2 - x1 < 3 or y2 - y1 < 3:
        return None
    return contrast, BoundingBox(float(x1), float(y1), float(x2), float(y2))


def _segmented(part: ByteArray) -> NDArray[np.bool_] | None:
    """(S, S) bool: the piece under the middle of *part* that stands out from its border."""
    side = len(part)
    middle = side // 2
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    marks = np.full((side, side), cv2.GC_BGD, np.uint8)
    # The point may be on the head or the feet: up to a body height above and below may belong.
    marks[(columns / (0.65 * _SIDE)) ** 2 + (rows / (1.05 * _SIDE)) ** 2 < 1] = cv2.GC_PR_BGD
    marks[(columns / (0.22 * _SIDE)) ** 2 + (rows / (0.4 * _SIDE)) ** 2 < 1] = cv2.GC_PR_FGD
    marks[(columns / (0.05 * _SIDE)) ** 2 + (rows / (0.08 * _SIDE)) ** 2 < 1] = cv2.GC_FGD
    cv2.setRNGSeed(1)  # its first guess is random, but one click means one box
    cv2.grabCut(part, marks, None, np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    front = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
    _, labels = cv2.connectedComponents(front)
    piece = (labels == labels[middle, middle]).astype(np.uint8)
    # Thin bridges lead to lines and shadows.
    opened = cv2.morphologyEx(piece, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(opened)
    label = labels[middle, middle]
    if not label:
        return None
    mask: NDArray[np.bool_] = labels == label
    return mask


def _contrast(part: ByteArray, mask: NDArray[np.bool_]) -> float:
    """How far, in CIELAB, the median pixel of the mask is from the nearest of the usual colours around it."""
    lab = cv2.cvtColor(part.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((15, 15), np.uint8)).astype(bool)
    near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    around = lab[wide & ~near]
    if len(around) < 50:
        return 0.0
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    _, _, colours = cv2.kmeans(around[::3], 4, None, stop, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    inside = lab[mask]
    distances = np.linalg.norm(inside[:, None] - colours[None], axis=2).min(axis=1)
    return float(np.median(distances))
