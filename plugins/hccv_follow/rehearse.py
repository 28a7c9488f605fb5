"""Training views of the anchor: the player cut out and pasted onto other parts of the scene.

A box always holds background too, and a filter that learns it stays with the background when
the player leaves. Cutting the player out (GrabCut, Rother et al., SIGGRAPH 2004) and showing
it elsewhere, with its old place as a counter-example, leaves only the player to be learnt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from hccv_follow.net import CROP, cut
from highlight_cuts_cv.api import Frame


@dataclass
class View:
    """A crop, its top-left corner in the picture and its scale (crop pixels per picture pixel)."""

    crop: np.ndarray
    corner: np.ndarray
    scale: float


def silhouette(crop: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Soft mask (CROP, CROP) 0..1 of the player in `box` (xyxy, crop pixels); an ellipse where GrabCut fails."""
    half = CROP // 2
    small = cv2.resize(crop, (half, half), interpolation=cv2.INTER_AREA)
    x0, y0, x1, y1 = (round(v / 2) for v in box)
    x0, y0, x1, y1 = max(x0, 1), max(y0, 1), min(x1, half - 1), min(y1, half - 1)
    ellipse = np.zeros((half, half), np.uint8)
    centre = ((x0 + x1) // 2, (y0 + y1) // 2)
    cv2.ellipse(ellipse, centre, (max(1, (x1 - x0) // 2), max(1, (y1 - y0) // 2)), 0, 0, 360, 1, -1)
    labels = np.full((half, half), cv2.GC_BGD, np.uint8)
    labels[y0:y1, x0:x1] = cv2.GC_PR_FGD
    labels[(labels == cv2.GC_PR_FGD) & (ellipse == 0)] = cv2.GC_PR_BGD
    try:
        cv2.setRNGSeed(1)
        cv2.grabCut(
            small, labels, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK
        )
        mask = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    except cv2.error:
        mask = ellipse
    share = mask[y0:y1, x0:x1].mean() if x1 > x0 and y1 > y0 else 0
    if not 0.15 < share < 0.95:
        mask = ellipse
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return cv2.GaussianBlur(cv2.resize(mask.astype(np.float32), (CROP, CROP)), (5, 5), 0)


def rehearsals(
    frame: Frame, centre: np.ndarray, wh: np.ndarray, size: float, player: float, places: int = 6
) -> Iterator[tuple[View, np.ndarray, bool]]:
    """Yield (view, target centre in the picture, is it the untouched scene).

    The first views show the scene as it is (shifted, zoomed), the others the player moved to
    spots around, its old place filled in or left as a double.
    """
    for dx, dy, zoom in ((0, 0, 1.0), (0.3, 0.1, 1.1), (-0.25, -0.1, 0.91)):
        view = View(*cut(frame, centre + np.array([dx, dy]) * size, CROP * size * zoom / player))
        yield view, centre, True
    view = View(*cut(frame, centre, CROP * size / player))
    at = (centre - view.corner) * view.scale
    half = wh * view.scale / 2
    mask = silhouette(view.crop, np.concatenate([at - half, at + half]))[..., None]
    hole = (mask[..., 0] > 0.02).astype(np.uint8)
    empty = cv2.inpaint(view.crop, cv2.dilate(hole, np.ones((5, 5), np.uint8)), 3, cv2.INPAINT_TELEA)
    rng = np.random.default_rng(0)
    angles = np.arange(places) * 2 * np.pi / places + 0.4
    for i, angle in enumerate(angles):
        reach = rng.uniform(0.55, 0.95) * player
        shift = np.round(reach * np.array([np.cos(angle) * 1.1, np.sin(angle) * 0.8]))
        move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
        moved = cv2.warpAffine(view.crop, move, (CROP, CROP)).astype(np.float32)
        alpha = cv2.warpAffine(mask[..., 0], move, (CROP, CROP))[..., None]
        crop: np.ndarray = (empty * (1 - alpha) + moved * alpha).astype(np.uint8)
        if i % 3 == 2:
            crop = cv2.blur(crop, (7, 3))
        yield View(crop, view.corner, view.scale), centre + shift / view.scale, False
