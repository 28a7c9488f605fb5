"""Anti-aliased shapes as sprites: signed distances in, straight alpha out.

Distances are in square pixels, negative inside.  Where pixels are not square, grids are squeezed
accordingly, so that a circle is one on screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.api import Sprite

Array = NDArray[Any]
Color = tuple[int, int, int]

_STEP = 1.02
_DARK = (16, 18, 22)


class Stamp(NamedTuple):
    """A sprite with the point of it, in pixels from its top-left corner, that is put on the player,
    and how far its solid part reaches from there: ``side`` to the left and right, ``up`` upwards."""

    sprite: Sprite
    x: float
    y: float
    side: float
    up: float


def quantised(size: float) -> float:
    """The nearest of the sizes that sprites are drawn in, each 2 % above the one below."""
    return float(_STEP ** round(np.log(max(size, 1.0)) / np.log(_STEP)))


def grid(half_width: float, half_height: float, aspect: float) -> tuple[Array, Array]:
    """Coordinates of pixel centres, x (1, w) and y (h, 1), from the middle of a sprite that holds
    at least the half sizes; *aspect* is the width of a pixel in heights of one."""
    columns, rows = 2 * int(np.ceil(half_width / aspect)), 2 * int(np.ceil(half_height))
    x = (np.arange(columns, dtype=np.float32) - columns / 2 + 0.5) * aspect
    y = np.arange(rows, dtype=np.float32) - rows / 2 + 0.5
    return x[None, :].astype(np.float32), y[:, None].astype(np.float32)


def coverage(distance: Array) -> Array:
    """How much of each pixel lies inside, 0 to 1."""
    return np.clip(0.5 - distance, 0, 1)


def ellipse(x: Array, y: Array, half_width: float, half_height: float) -> Array:
    """Distance to an ellipse around the middle; exact for a circle, close to the outline otherwise."""
    reach = np.hypot(x / half_width, y / half_height)
    slope = np.hypot(x / half_width**2, y / half_height**2)
    return np.asarray(reach * (reach - 1) / np.maximum(slope, 1e-6))


def rounded_box(x: Array, y: Array, half_width: float, half_height: float, radius: float) -> Array:
    """Distance to a rectangle around the middle with round corners."""
    across, down = np.abs(x) - half_width + radius, np.abs(y) - half_height + radius
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    return np.asarray(outside + np.minimum(np.maximum(across, down), 0) - radius)


def convex(x: Array, y: Array, corners: Sequence[tuple[float, float]]) -> Array:
    """Distance to a convex polygon, its corners given clockwise on screen."""
    inside = np.full(np.broadcast_shapes(x.shape, y.shape), -np.inf, np.float32)
    outline = np.full_like(inside, np.inf)
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        edge_x, edge_y = x2 - x1, y2 - y1
        length = float(np.hypot(edge_x, edge_y))
        along = np.clip(((x - x1) * edge_x + (y - y1) * edge_y) / length**2, 0, 1)
        outline = np.minimum(outline, np.hypot(x - x1 - along * edge_x, y - y1 - along * edge_y))
        inside = np.maximum(inside, ((x - x1) * edge_y - (y - y1) * edge_x) / length)
    return np.where(inside < 0, -outline, outline)


def halo(distance: Array, width: float, strength: float) -> Array:
    """Alpha of a soft edge around a shape, falling off over about *width* pixels."""
    return np.asarray(strength * np.exp(-((np.maximum(distance, 0) / width) ** 2)))


def layered(fill: Array, color: Color, behind: Array, behind_color: Color = _DARK) -> Sprite:
    """A sprite of a filled shape over a soft one, both given as alphas from 0 to 1."""
    fill, behind = np.broadcast_arrays(fill, behind)
    below = behind * (1 - fill)
    alpha = fill + below
    share = (fill / np.maximum(alpha, 1e-6))[..., None]
    rgb = share * np.array(color, np.float32) + (1 - share) * np.array(behind_color, np.float32)
    return Sprite(np.rint(np.dstack((rgb, alpha * 255))).astype(np.uint8))


def stacked(*layers: tuple[Array, Color]) -> Sprite:
    """A sprite of shapes over each other, the lowest first, each an alpha from 0 to 1 and a colour."""
    shape = np.broadcast_shapes(*(alpha.shape for alpha, _ in layers))
    rgb, alpha = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
    for over, color in layers:
        rgb = rgb * (1 - over[..., None]) + over[..., None] * np.array(color, np.float32)
        alpha = alpha * (1 - over) + over
    rgb /= np.maximum(alpha, 1e-6)[..., None]
    return Sprite(np.rint(np.dstack((rgb, alpha * 255))).astype(np.uint8))
