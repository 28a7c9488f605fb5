"""Joins two passes that run towards each other between two anchors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hccv_follow.path import AGREE_IOU, Path
from hccv_follow.tuning import setting

FORWARD, BACKWARD, HIDDEN = range(3)


@dataclass(frozen=True)
class JoinSettings:
    """Costs; a box costs 1 less its score in every frame."""

    lost: float = setting(0.45, "of being lost for a frame, as much as a box with a score of 0.55")
    jump: float = setting(
        6.0, "of changing from one pass to the other where they disagree; at most a short loss is cheaper"
    )
    hide: float = setting(1.0, "of becoming lost or found, so that the path does not flicker")


def join(
    forward: Path, backward: Path, cuts: Sequence[int] = (), settings: JoinSettings | None = None
) -> Path:
    """The cheapest way through both passes (Viterbi, 1967), with a lost state between them.

    Both are paths over the whole clip; outside the stretch that they share they are lost.
    At a frame of *cuts* a new shot begins, where changing over costs nothing.
    """
    settings = settings or JoinSettings()
    count = len(forward.scores)
    agree = np.nan_to_num(forward.overlap(backward), nan=0.0) >= AGREE_IOU
    costs = np.full((count, 3), settings.lost)
    for state, path in ((FORWARD, forward), (BACKWARD, backward)):
        costs[:, state] = np.where(path.shown, 1 - path.scores, 1e3)
    total = costs[0].copy()
    came = np.zeros((count, 3), np.int64)
    for index in range(1, count):
        step = np.full((3, 3), settings.hide)
        np.fill_diagonal(step, 0)
        change = 0.0 if agree[index] else settings.jump
        step[FORWARD, BACKWARD] = step[BACKWARD, FORWARD] = change
        if index in cuts:
            step[:] = 0
        sums = total[:, None] + step
        came[index] = sums.argmin(axis=0)
        total = sums.min(axis=0) + costs[index]
    states: NDArray[np.int64] = np.zeros(count, np.int64)
    states[-1] = total.argmin()
    for index in range(count - 1, 0, -1):
        states[index - 1] = came[index, states[index]]
    boxes = np.where((states == FORWARD)[:, None], forward.boxes, backward.boxes)
    scores = np.where(states == FORWARD, forward.scores, backward.scores)
    # Where both passes show the same place, each vouches for the other.
    both = agree & (states != HIDDEN)
    boxes[both] = (forward.boxes[both] + backward.boxes[both]) / 2
    scores[both] = np.maximum(forward.scores[both], backward.scores[both])
    boxes[states == HIDDEN], scores[states == HIDDEN] = np.nan, 0
    seen = np.where((states == FORWARD)[:, None], forward.seen, backward.seen)
    return Path(boxes, scores, seen=seen)
