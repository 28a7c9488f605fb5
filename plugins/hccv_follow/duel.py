"""Two followers that learn differently, and who of them is right where they part.

A follower that learns a changed look at once survives blur and turning; one that waits while others
are near survives crossings.  Either fails where the other does not, and one step of learning decides
which.  So both run; where they show the same player, that is trustworthy.  Where they part, each
one's end is followed back: who took over another player there is led back to that player's past,
not to the place where the two parted (forward-backward error: Kalal, Mikolajczyk and Matas, ICPR 2010).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hccv_follow.path import AGREE_IOU, Path, run_start
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class DuelSettings:
    """When two followers have parted, and who is right."""

    doubted: float = setting(0.6, "highest score of a frame in which the two followers part")
    parted: float = setting(0.25, "seconds of showing different players after which they have parted")
    met: float = setting(0.5, "seconds of showing the same after which they have met again")
    before: float = setting(
        0.6, "seconds before the parting in which the way back is compared with the common path"
    )
    away: float = setting(
        2.5, "seconds after the parting where the way back starts: by then the players stand apart"
    )
    arrived: float = setting(0.5, "share of those frames that the way back must meet")
    better: float = setting(0.15, "score; where neither arrives, by how much one must be better on average")
    reunited: float = setting(
        3.0, "seconds; two that have shown the same for this long, and learnt the same, are one again"
    )
    together: float = setting(
        1.0, "seconds; a pass that has shown what a known one shows for this long goes on as that one did"
    )
    picked: float = setting(0.5, "IoU; a path that overlaps a pick this much in its frame was right there")


Return = Callable[[int, NDArray[np.float64], int], Path]
"""Given a frame, the box in it and an earlier frame (in the pass's direction): the path back."""


def settle(
    first: Path,
    second: Path,
    order: NDArray[np.int64],
    rate: float,
    back: Return,
    settings: DuelSettings | None = None,
) -> Path:
    """The path to believe.

    ``order`` lists the pass's frames in the order followed; ``back`` follows from a frame towards
    the pass's start.
    """
    s = settings or DuelSettings()
    overlap = first.overlap(second)
    apart = overlap[order] < AGREE_IOU
    agree = (overlap >= AGREE_IOU) | (~first.shown & ~second.shown)
    result = first.copy()
    result.met |= second.met
    fill = second.shown & ~first.shown
    result.boxes[fill], result.scores[fill] = second.boxes[fill], second.scores[fill]
    result.seen[fill] = second.seen[fill]
    result.scores[~agree] = np.minimum(result.scores[~agree], s.doubted)
    end = 0
    # Parted once both are shown apart for a while, until they show the same for a while.
    while (start := run_start(apart, end, max(2, round(rate * s.parted)))) < len(order):
        end = run_start(agree[order], start, max(2, round(rate * s.met)))
        chosen = _judge((first, second), overlap, order, start, end, rate, back, s)
        frames = order[start:end]
        if chosen is None:
            result.hide(frames)
        else:
            result.boxes[frames], result.seen[frames] = chosen.boxes[frames], chosen.seen[frames]
            result.scores[frames] = np.minimum(chosen.scores[frames], s.doubted)
    return result


def _judge(
    parted: tuple[Path, Path],
    overlap: NDArray[np.float64],
    order: NDArray[np.int64],
    start: int,
    end: int,
    rate: float,
    back: Return,
    s: DuelSettings,
) -> Path | None:
    """Which of the parted paths leads back to where both were the same."""
    # Before they part one of them may have been lost, and is no judge of the other.
    same = np.flatnonzero(overlap[order[:start]] >= AGREE_IOU)
    common = order[same[-max(2, round(s.before * rate)) :]]
    arrived = []
    for path in parted:
        places = [p for p in range(start, end) if path.shown[order[p]] and p - start <= s.away * rate]
        if not places:
            continue
        if leads_back(path, int(order[places[-1]]), path, common, back, s):
            arrived.append(path)
    if len(arrived) == 1:
        return arrived[0]
    frames = order[start:end]
    means = [float(path.scores[frames].mean()) for path in parted]
    best = int(np.argmax(means))
    if len(arrived) == 2 or abs(means[0] - means[1]) > s.better:
        return parted[best]
    return None


def leads_back(
    path: Path, frame: int, common: Path, frames: NDArray[np.int64], back: Return, settings: DuelSettings
) -> bool:
    """Whether who is shown by *path* in *frame*, followed back, is where the *common* path was in *frames*."""
    way = back(frame, path.boxes[frame], int(frames[0]))
    met = np.nan_to_num(way.overlap(common)[frames], nan=0.0)
    return float((met >= AGREE_IOU).mean()) > settings.arrived
