"""Where the path goes on with somebody who was seen beside the player before: nobody is two people.

The player's own chain may break off in a contact, and then nothing parts from the path, wherever it goes.  But whom it
goes on with has a past of their own, and if that was lived beside the player, either a link is wrong or the path is.
The looks can say that it is the player all the same; unless they do, it stays in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hccv_follow.crowd import Crowd
from hccv_follow.path import AGREE_IOU, Path

Places = NDArray[np.int64]


def strangers(
    path: Path, order: NDArray[np.int64], crowd: Crowd, enough: int, least: float, sure: float
) -> Iterator[NDArray[np.int64]]:
    """The frames in which the *path* is with strangers, from where it was last with the player to where it is again.

    ``order`` lists the pass's frames in the order followed.  A path has been with somebody, and somebody beside it, after
    *enough* frames; *least* is the IoU of a box and a detection that are one person's, and *sure* the log likelihood
    ratio by which the looks must say that it is the player.
    """
    owners = crowd.owners(path, order, least)[order]
    heads = np.array([crowd.chains.head(number) if number >= 0 else -1 for number in owners.tolist()])
    known: list[int] = []
    for head in _in_turn(heads, enough):
        player, chain = np.flatnonzero(np.isin(heads, known)), crowd.chains.whole(head)
        for visit in _visits(np.flatnonzero(heads == head), player) if known else []:
            start = int(visit[0])
            if len(visit) < enough or _beside(path, order[:start], crowd, chain) < enough:
                continue
            if _said(crowd, order, start, owners, chain, player) > -sure:
                since, until = np.searchsorted(player, [start, visit[-1]])
                begin = int(player[since - 1]) + 1 if since else start
                yield order[begin : int(player[until]) if until < len(player) else None]
        known.append(head)


def _in_turn(heads: Places, enough: int) -> list[int]:
    """The chains that the path is on for *enough* frames, in the order in which it comes to them."""
    found, counts = np.unique(heads[heads >= 0], return_counts=True)
    return sorted(found[counts >= enough].tolist(), key=lambda head: int(np.argmax(heads == head)))


def _visits(places: Places, player: Places) -> list[Places]:
    """The *places* at which the path is with somebody, parted where it is with the *player* between."""
    return np.split(places, np.flatnonzero(np.diff(np.searchsorted(player, places))) + 1)


def _beside(path: Path, frames: NDArray[np.int64], crowd: Crowd, chain: list[int]) -> int:
    """In how many of *frames* the *chain*'s person is somewhere else than the path."""
    other = crowd.shown(chain, len(path.scores))
    return int((path.overlap(other)[frames] < AGREE_IOU).sum())


def _said(
    crowd: Crowd, order: NDArray[np.int64], start: int, owners: Places, chain: list[int], player: Places
) -> float:
    """How much the looks say that who is on the *chain* from place *start* on was on it before, and is not the player."""
    before, after = sorted(order[[0, start - 1]].tolist()), sorted(order[[start, -1]].tolist())
    there = set(owners[start:].tolist()) & set(chain)
    was = [part for number in chain for part in crowd.samples(number, *before)]
    own = set(owners[player].tolist())
    past = [part for number in own for part in crowd.samples(number, *before)]
    now = [part for number in there for part in crowd.samples(number, *after)]
    return crowd.looks.preferred(now, was, past)
