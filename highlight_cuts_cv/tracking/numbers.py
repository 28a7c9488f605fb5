"""Who can be picked in a picture, by number and by a click: whole persons, left to right."""

from __future__ import annotations

import numpy as np

from highlight_cuts_cv.model import BoundingBox, Detections, box_areas, box_intersections

INSIDE = 0.85
"""Share of a part's box that lies in the whole person's."""
WIDTH = 0.65
HEIGHT = 0.75
"""A part is nearly as wide as the person, at least WIDTH, but clearly shorter, at most HEIGHT."""
SQUAT = 1.1
"""A part's width over its height is this many times the person's; somebody farther away has the same shape."""
ALIKE = 0.6
"""Whoever is this much shorter than another is farther away."""
CHEST = 0.4
"""Of the height, from above: where people are clicked on."""
EDGE = 0.1
"""Of the person's height: a part begins at the head or ends at the feet, give or take this."""


def numbered_players(found: Detections) -> list[BoundingBox]:
    """The persons of a picture in the order of their numbers, from 1: by the boxes' centres from left
    to right, those at the same place from top to bottom.

    Not by score, for scores that are nearly the same change places from frame to frame.  A box
    that shows a part of a person whose whole body has a box too has no number.
    """
    wholes = [box for box, whole in zip(found.boxes(), _wholes(found), strict=True) if whole is None]
    return sorted(wholes, key=lambda box: (box.center[0], box.y1, box.as_xyxy()))


def player_at(point: tuple[float, float], found: Detections) -> BoundingBox | None:
    """The person whose box, or the box of a part, lies under a point (x, y); of several :func:`players_at`'s first."""
    return next(iter(players_at(point, found)), None)


def players_at(point: tuple[float, float], found: Detections) -> list[BoundingBox]:
    """The persons of similar size whose boxes, or the boxes of parts, lie under a point (x, y), likeliest first.

    The smallest counts, for who is far away is only ever reachable this way, and of those who are about as large
    the one whose chest is nearest to the point.
    """
    x, y = point
    boxes = found.boxes()
    under = {
        (box if whole is None else boxes[whole]): None
        for box, whole in zip(boxes, _wholes(found), strict=True)
        if box.x1 <= x < box.x2 and box.y1 <= y < box.y2
    }
    if not under:
        return []
    smallest = min(under, key=lambda box: box.width * box.height)

    def off(box: BoundingBox) -> float:
        return float(
            np.hypot((x - box.center[0]) / box.width, (y - box.y1 - CHEST * box.height) / box.height)
        )

    return sorted((box for box in under if ALIKE * box.height <= smallest.height), key=off)


def _wholes(found: Detections) -> list[int | None]:
    """For each box the index of the whole person's box that it shows a part of, or None."""
    if not len(found):
        return []
    boxes = found.xyxy.astype(np.float64)
    parts, wholes = boxes[:, None], boxes[None]
    sides = boxes[:, 2:] - boxes[:, :2]
    width, height = (sides[:, None] / sides[None]).transpose(2, 0, 1)
    inside = box_intersections(parts, wholes) / box_areas(parts)
    edges = np.abs(parts - wholes)[..., [1, 3]].min(axis=-1) / sides[None, :, 1]
    part = (
        (inside >= INSIDE)
        & (width >= WIDTH)
        & (height <= HEIGHT)
        & (width >= SQUAT * height)
        & (edges <= EDGE)
    )
    # The largest: a part of a part leads to the whole person too.
    best = np.where(part, box_areas(boxes), 0).argmax(axis=1)
    return [int(whole) if part[i, whole] else None for i, whole in enumerate(best)]
