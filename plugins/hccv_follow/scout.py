"""Looks for a lost player among the detections of the whole picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hccv_follow.absence import Absence
from hccv_follow.candidate import size_of
from hccv_follow.others import Others
from hccv_follow.shape import Shape
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class ScoutSettings:
    """Who is tried, and how much it takes."""

    after: float = setting(0.4, "seconds without the player after which the whole picture is searched")
    certain: float = setting(0.3, "score of a detection that is tried")
    size: float = setting(0.4, "log ratio; who differs more in size is not tried")
    most: int = setting(6, "the most detections tried in one frame, nearest first")
    least: float = setting(0.75, "usual responses; the likeness that it takes")
    reach: int = setting(3, "cells; how far from a detection its response is looked for")
    apart: float = setting(0.2, "usual responses; by how much the second best must be less alike")


@dataclass(frozen=True)
class Lost:
    """Where the player was expected, and since how many seconds."""

    centre: np.ndarray
    seconds: float


def scout(
    everyone: np.ndarray,
    lost: Lost,
    shape: Shape,
    others: Others,
    absence: Absence,
    likeness: Callable[[np.ndarray, np.ndarray], float],
    settings: ScoutSettings,
) -> np.ndarray | None:
    """The centre (2,) of who stands out among *everyone* (N, 5); None where nobody does.

    Only those are tried that the player can have reached, nearest first. A look-alike
    nearly as good as the best means that the evidence does not tell them apart.
    *likeness* compares who is at a centre, with a detection, with the player.
    """
    s = settings
    reach = shape.size * absence.reach(lost.seconds)
    options = []
    for player in everyone[everyone[:, 4] > s.certain]:
        centre, wh = shape.mapped(player)
        far = float(np.linalg.norm(centre - lost.centre))
        alike = abs(np.log(size_of(wh) / shape.size)) < s.size
        if far < reach and alike and not others.own(player):
            options.append((far, centre, player))
    options.sort(key=lambda o: o[0])
    found = [(likeness(centre, player), centre) for _, centre, player in options[: s.most]]
    found.sort(key=lambda f: -f[0])
    if not found or found[0][0] < s.least or (len(found) > 1 and found[1][0] > found[0][0] - s.apart):
        return None
    return found[0][1] if absence.believes(found[0][0]) else None
