"""Whether a pick's box holds two people, and who they are."""

from __future__ import annotations

import itertools

import numpy as np

from highlight_cuts_cv.model import BoundingBox, Detections, box_areas, box_intersections, box_ious
from highlight_cuts_cv.tracking.numbers import numbered_players

INSIDE = 0.75
"""Share of a person's box that lies in the box of two."""
TALL = 0.6
"""Of the box's height: each of the two is at least as tall."""
APART = 0.25
"""Of the box's width: the middles of the two are at least as far from one another."""
ONE = 0.6
"""IoU from which a box is one person's, whoever else is in it."""
SAME = 0.5
"""IoU from which two boxes are the same person's."""


def two_in(box: BoundingBox, found: Detections) -> list[BoundingBox]:
    """The two people side by side whom *box* holds, from left to right; empty where it is one person's box."""
    persons = numbered_players(found)
    if not persons:
        return []
    boxes = np.array([one.as_xyxy() for one in persons])
    outer = np.array(box.as_xyxy())
    if box_ious(outer, boxes).max() >= ONE:
        return []
    inside = box_intersections(outer, boxes) / box_areas(boxes)
    held = [
        one
        for one, share in zip(persons, inside, strict=True)
        if share >= INSIDE and one.height >= TALL * box.height
    ]
    pairs = [
        (a, b)
        for a, b in itertools.combinations(held, 2)
        if b.center[0] - a.center[0] >= APART * box.width
        and box_ious(np.asarray(a), np.asarray(b)[None])[0] < SAME
    ]
    return list(max(pairs, key=lambda pair: min(one.confidence for one in pair), default=()))
