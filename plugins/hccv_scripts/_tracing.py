"""Sprites as filled outlines: flat colours in levels of alpha, for renderers that know no pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.api import Sprite

_FINER = 4
"""Outline points per pixel, across and down."""
_LEVELS = 10
_COLORS = 3
_SAME = 0.985
_SIMPLER = 0.6
"""How far, in outline points, a simplified outline may stray."""

Outline = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One colour (R, G, B) inside *outlines*, whose points count in quarters of a pixel from the
    sprite's top-left corner; holes run the other way round than what they are in.

    ``reached`` is the alpha, 0 to 1, that shapes of this colour have amounted to where this one
    begins, and ``total`` what they amount to together with it.
    """

    color: tuple[int, int, int]
    reached: float
    total: float
    outlines: tuple[Outline, ...]

    def alpha(self, opacity: float) -> float:
        """The alpha to draw this shape with when the whole sprite has *opacity*."""
        before = min(self.reached * opacity, 0.999)
        return 1 - (1 - self.total * opacity) / (1 - before)


def traced(sprite: Sprite) -> list[Shape]:
    """The shapes that, drawn over each other in order, look like the sprite.

    Each of at most three colours has nested shapes, one per level of alpha: where the first k
    overlap, they amount to the k-th level.
    """
    alpha = _enlarged(sprite.rgba[..., 3])
    colors, nearest = _few_colors(sprite.rgba)
    shapes: list[Shape] = []
    for number, color in enumerate(colors):
        # A colour also fills what lies under the ones drawn over it, so that no seam shows.
        below = _enlarged(np.where(nearest >= number, 255, 0).astype(np.uint8)) > 127
        held = np.where(below, alpha, 0)
        peak = float(sprite.rgba[..., 3][nearest == number].max())
        count = min(_LEVELS, max(1, round(peak / 12)))
        masks = [held >= peak * (level + 0.5) / count for level in range(count)]
        reached = 0.0
        for level, mask in enumerate(masks):
            # Levels that end at the same edge would harden it: each adds its share of the pixels cut.
            if level + 1 < count and masks[level + 1].sum() > _SAME * mask.sum():
                continue
            # A shape ends where the alpha passes half-way from one level to the next.
            total = peak * (level + 1) / count / 255
            outlines = _outlines(mask)
            if outlines:
                shapes.append(Shape(color, reached, total, outlines))
            reached = total
    return shapes


def _enlarged(plane: NDArray[np.uint8]) -> NDArray[Any]:
    import cv2

    padded = cv2.copyMakeBorder(plane, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    size = padded.shape[1] * _FINER, padded.shape[0] * _FINER
    return np.asarray(cv2.resize(padded.astype(np.float32), size, interpolation=cv2.INTER_LINEAR))


def _few_colors(rgba: NDArray[np.uint8]) -> tuple[list[tuple[int, int, int]], NDArray[np.int64]]:
    """Colours from the softest to the most solid, and which each pixel (h, w) has; -1 where empty."""
    import cv2

    shown = rgba[..., 3] > 0
    colors = rgba[..., :3][shown].astype(np.float32)
    # Weighted by alpha: what hardly shows must not choose the colours.
    heavy = np.repeat(colors, rgba[..., 3][shown] // 64, axis=0) if (rgba[..., 3] >= 64).any() else colors
    count = min(_COLORS, len(np.unique(heavy, axis=0)))
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    cv2.setRNGSeed(1)
    _, _, centers = cv2.kmeans(heavy, count, np.empty(0, np.int32), criteria, 2, cv2.KMEANS_PP_CENTERS)
    centers = _distinct(centers)
    labels = np.linalg.norm(colors[:, None] - centers[None], axis=2).argmin(axis=1)
    alphas = rgba[..., 3][shown]
    used = [n for n in range(len(centers)) if (labels == n).any()]
    order = sorted(used, key=lambda n: float(alphas[labels == n].mean()))
    nearest = np.full(rgba.shape[:2], -1, np.int64)
    nearest[shown] = np.array([order.index(n) if n in order else -1 for n in range(len(centers))])[labels]
    chosen = []
    for n in order:
        # Pixels at an edge are mixtures with the colour beyond; the most solid ones are not.
        solid = alphas * (labels == n)
        red, green, blue = np.median(colors[solid >= 0.9 * solid.max()], axis=0)
        chosen.append((round(float(red)), round(float(green)), round(float(blue))))
    return chosen, nearest


def _distinct(centers: NDArray[Any]) -> NDArray[Any]:
    """Colours that differ to the eye."""
    kept: list[Any] = []
    for center in centers:
        if all(np.linalg.norm(center - other) > 24 for other in kept):
            kept.append(center)
    return np.array(kept, np.float32)


def _outlines(inside: NDArray[np.bool_]) -> tuple[Outline, ...]:
    import cv2

    # Contours run through the outermost cells' upper left corners; one cell more to the right and
    # down, they run along the cells' true edges, those of holes too.
    grown = cv2.dilate(inside.astype(np.uint8), np.ones((2, 2), np.uint8), anchor=(1, 1))
    found, _ = cv2.findContours(grown, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    result = []
    for contour in found:
        points = cv2.approxPolyDP(contour, _SIMPLER, True)[:, 0]
        if len(points) >= 3:
            result.append(tuple((int(x) - _FINER, int(y) - _FINER) for x, y in points))
    return tuple(result)
