"""Everybody's paths against the player's: where they part, who is right, and where to follow again.

The follower looks at one player and takes the others for obstacles; the chains explain everybody at
once.  They fail on different players.  Where both show the same nothing is changed.  Where they part
it is two people's question: if the chain is right, the one whom the follower left with was somebody
else before.  So both exchanges are compared, by looks: the player before with either one after, and
that somebody before with the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hccv_follow.appearance import Part
from hccv_follow.crowd import Crowd, Span
from hccv_follow.path import AGREE_IOU, Path, run_start
from hccv_follow.strangers import strangers
from hccv_follow.tuning import setting

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReviewSettings:
    """Where everybody is looked at, when paths have parted, and what it takes to change over."""

    around: float = setting(1.5, "seconds around a contact or a loss in which everybody is looked at")
    first: float = setting(0.7, "seconds from the pick on in which everybody is looked at, too")
    loss: float = setting(0.25, "seconds; a shorter loss is none")
    parted: float = setting(0.25, "seconds of showing different people after which the paths have parted")
    contact: float = setting(0.5, "seconds; as much of a contact belongs to the parting that ends it")
    same: float = setting(0.5, "IoU of a path's box and a detection that are one person's")
    least: int = setting(3, "frames of a tracklet under the path that make it the path's person")
    after: float = setting(4.0, "seconds after the parting whose looks count")
    enough: float = setting(4.0, "clean samples after the parting; with so many no later tracklet is asked")
    seen: float = setting(
        2.0, "clean samples after the parting; whoever has fewer is nobody to change over to"
    )
    exchange: float = setting(-0.5, "log likelihood ratio; what speaks for the chain must be more")
    return_: float = setting(1.0, "log likelihood ratio; the same where the follower shows nobody")
    settle: float = setting(
        1.0, "seconds after the parting in which the cleanest box is where to follow again"
    )
    rounds: int = setting(6, "times that the player is followed again in one pass")
    sure: float = setting(
        2.0, "log likelihood ratio; who is right by less stays in doubt until they meet again"
    )
    doubted: float = setting(
        0.6, "score; the most while that is in doubt; everybody is looked at around one that low"
    )
    unlike: float = setting(
        -4.0, "log likelihood ratio; who is right that narrowly and looks less like the player is not shown"
    )


@dataclass(frozen=True)
class Parting:
    """Places start..stop (excluded) of a pass in which chain and follower show different people.

    They were last on the same before *left*, and come apart in a contact that began at *contact*.  *chain* are the
    chain's tracklets, *met* whether both show the same again at stop.  *margin* is by how much the looks speak for
    the chain, above 0 for a change, *lost* whether the follower shows nobody; *like* is how much whoever is believed
    looks like the player before.
    """

    left: int
    contact: int
    start: int
    stop: int
    met: bool
    chain: Sequence[int]
    margin: float
    lost: bool
    like: float


Follow = Callable[[int, Floats, int], Path]
"""Given a frame, the player's box in it and where to stop (excluded): the path from there on."""


def reviewed(
    path: Path,
    order: NDArray[np.int64],
    cuts: Sequence[int],
    rate: float,
    look: Callable[[Sequence[Span], Path], Crowd],
    follow: Follow,
    settings: ReviewSettings | None = None,
) -> Path:
    """The pass's path, changed over to the chain's person wherever everybody together says so.

    ``order`` lists the pass's frames in the order followed; *cuts* are the frames that begin a shot.
    """
    s = settings or ReviewSettings()
    way = 1 if len(order) < 2 or order[-1] > order[0] else -1
    begun, stop = int(order[0]), int(order[-1]) + way
    for cut in cuts:
        # what lies beyond a cut is hidden anyway
        order = order[order < cut] if cut > begun else order[order >= cut]
    settled, changes = 0, 0
    refused: set[int] = set()
    doubted: list[NDArray[np.int64]] = []
    nobody: list[NDArray[np.int64]] = []
    while wanted := looked_at(path, order, rate, s):
        crowd = look(wanted, path)
        parting = _next(path, order, settled, refused, crowd, wanted, rate, s)
        if parting is None:
            doubted += strangers(path, order, crowd, _enough(rate, s), s.same, s.sure)
            break
        changed = parting.margin > 0 and changes < s.rounds
        if changed:
            # what is decided later holds from there on
            nobody = [places[places < parting.contact] for places in nobody]
        if abs(parting.margin) < s.sure:
            end = parting.stop if parting.met else len(order)
            doubted.append(order[parting.contact : end])
            if parting.like < s.unlike:
                # whoever it is when both show the same again was one of the two
                nobody.append(np.arange(parting.start, len(order)))
        if changed:
            changes += 1
            path, settled = _changed(path, order, parting, crowd, rate, stop, follow, s)
            refused = set()
        elif parting.lost and parting.met:
            # with nobody else meanwhile; the same chain goes on, and can part from the path again
            settled = parting.stop
        else:
            # whom the path is on instead, there or later, has a chain of their own, and that can part from it, too
            refused |= set(parting.chain)
            settled = parting.left
    path = path.copy()
    for frames in doubted:
        path.scores[frames] = np.minimum(path.scores[frames], s.doubted)
    for places in nobody:
        path.hide(order[places])
    return path


def looked_at(path: Path, order: NDArray[np.int64], rate: float, s: ReviewSettings) -> list[Span]:
    """The stretches around contacts, losses and moments of doubt, and after the pick; none where there are none of these."""
    # who passes between two looks was not seen in the way
    doubt = path.met[order] | (path.shown[order] & (path.scores[order] <= s.doubted))
    for start, stop in _runs(~path.shown[order]):
        if stop - start >= s.loss * rate:
            doubt[start:stop] = True
    if not doubt.any():
        return []
    around = round(s.around * rate)
    places = np.flatnonzero(doubt)
    for place in places:
        doubt[max(0, place - around) : place + around + 1] = True
    doubt[: round(s.first * rate)] = True
    return sorted(_between(order, start, stop) for start, stop in _runs(doubt))


def _changed(
    path: Path,
    order: NDArray[np.int64],
    parting: Parting,
    crowd: Crowd,
    rate: float,
    stop: int,
    follow: Follow,
    s: ReviewSettings,
) -> tuple[Path, int]:
    """The path that goes with the chain from the parting on, and the place at which it is followed again.

    It is followed until both show the same again, and goes on as it did from there.
    """
    count = len(path.scores)
    chain = crowd.shown(parting.chain, count)
    places = np.arange(parting.start, parting.stop)
    near = places[chain.shown[order[places]]][: max(1, round(s.settle * rate))]
    begin = int(near[np.argmax(crowd.clean(parting.chain, count)[order[near]])])
    end = parting.stop if parting.met else len(order)
    until = int(order[end]) if end < len(order) else stop
    changed = path.copy()
    changed.hide(order[parting.contact : end])
    changed.put(chain, order[parting.contact : begin])
    changed.put(follow(int(order[begin]), chain.boxes[order[begin]], until), order[begin:end])
    return changed, begin


def _next(
    path: Path,
    order: NDArray[np.int64],
    settled: int,
    refused: set[int],
    crowd: Crowd,
    spans: Sequence[Span],
    rate: float,
    s: ReviewSettings,
) -> Parting | None:
    """The next parting at or after place *settled*."""
    for low, high in spans if order[0] <= order[-1] else list(spans)[::-1]:
        places = np.flatnonzero((order >= low) & (order <= high))
        places = places[places >= settled]
        passed: set[int] = set()
        while len(places) and (owner := _owner(path, order[places], refused | passed, crowd, s)) is not None:
            whole = crowd.chains.whole(owner)
            parting = _parting(path, order, places, whole, crowd, rate, s)
            if parting is not None and (not passed or _next_own(path, order, parting, passed, crowd, s)):
                return parting
            # a chain that breaks off parts from nobody; whom the path goes on with can
            passed.update(whole)
    return None


def _parting(
    path: Path,
    order: NDArray[np.int64],
    places: NDArray[np.int64],
    whole: Sequence[int],
    crowd: Crowd,
    rate: float,
    s: ReviewSettings,
) -> Parting | None:
    """The first parting of the path from the chain *whole* among *places*."""
    enough = _enough(rate, s)
    chain = crowd.shown(whole, len(path.scores))
    seen = places[chain.shown[order[places]]]
    agree = np.nan_to_num(path.overlap(chain)[order[seen]]) >= AGREE_IOU
    if not agree.any():
        return None
    start = run_start(~agree, int(np.flatnonzero(agree)[0]), enough)
    if start == len(seen):
        return None
    end = run_start(agree, start, enough)
    last = int(seen[end]) if end < len(seen) else int(places[-1]) + 1
    first = int(seen[start])
    alone = agree & (crowd.beside(path, whole)[order[seen]] < AGREE_IOU)
    contact = max(int(seen[_contact(alone, seen, start, enough)]), first - round(s.contact * rate))
    margin, lost, like = _weighed(path, order, first, last, whole, crowd, rate, s)
    left = int(seen[start - 1]) + 1
    return Parting(left, contact, first, last, end < len(seen), whole, margin, lost, like)


def _next_own(
    path: Path, order: NDArray[np.int64], parting: Parting, passed: set[int], crowd: Crowd, s: ReviewSettings
) -> bool:
    """Whether the chain that parts can be the player's after the *passed*: well seen in the path's box, and not left for those."""
    frames = order[: parting.start]
    span = _between(frames, 0, len(frames))
    on = set(_on(path, frames, crowd, s)).intersection(parting.chain)
    looks = [part for number in on for part in crowd.samples(number, *span)]
    back = passed.intersection(_on(path, order[parting.start : parting.stop], crowd, s))
    return crowd.looks.weight(looks) >= s.seen and not back


def _enough(rate: float, s: ReviewSettings) -> int:
    """Frames of showing different people after which the paths have parted."""
    return max(2, round(s.parted * rate))


def _contact(alone: NDArray[np.bool_], seen: NDArray[np.int64], start: int, enough: int) -> int:
    """Where the contact began from which they came apart at *start*: back to where the path was on the chain *alone* for a while.

    Of the places *seen* at which the chain is; whoever went with somebody else was on both before.
    """
    first, run = start, 0
    for place in range(start - 1, -1, -1):
        run = run + 1 if alone[place] else 0
        if run >= enough or seen[place + 1] - seen[place] > enough:
            break
        if not alone[place]:
            first = place
    return first


def _owner(
    path: Path, frames: NDArray[np.int64], refused: set[int], crowd: Crowd, s: ReviewSettings
) -> int | None:
    """On whose chain the path is first, in *frames* in the order followed, but for the *refused*; ``None`` for nobody's.

    A tracklet of the chain's.  Those that are under the path may be short, as in a contact; their chain is not.
    """
    counts: dict[int, int] = {}
    owners = crowd.owners(path, frames, s.same)[frames]
    for number in owners[owners >= 0].tolist():
        if number in refused:
            continue
        first = crowd.chains.head(number)
        counts[first] = counts.get(first, 0) + 1
        if counts[first] >= s.least:
            return first
    return None


def _weighed(
    path: Path,
    order: NDArray[np.int64],
    start: int,
    stop: int,
    whole: Sequence[int],
    crowd: Crowd,
    rate: float,
    s: ReviewSettings,
) -> tuple[float, bool, float]:
    """How much speaks for the chain *whole* where it parts from the path, whether the path is lost there, and how much who is believed is like the player."""
    limit = start + round(s.after * rate)
    until = min(stop, limit)
    before = _between(order, 0, start)
    theirs = [number for number in _on(path, order[start:until], crowd, s) if number not in whole]
    under = crowd.under(path, order[:start], s.same)
    # a scrap of the chain that the path is on counts; any other scrap may be somebody who passed
    agreed = [number for number, count in under.items() if count >= s.least or number in whole]
    past = [part for number in agreed for part in crowd.samples(number, *before)]
    # a tracklet is one person also when both show the same again; who is linked with it then was not in question
    low, high = _between(order, start, until)
    there = [
        number for number in whole if crowd.pieces[number].first <= high and crowd.pieces[number].last >= low
    ]
    if order[-1] < order[0]:
        there.reverse()
    chain_after = _looked(crowd, there, order, start, min(len(order), limit), s)
    most = 0.0 if crowd.looks.weight(chain_after) < s.seen else np.inf
    if not theirs:
        like = crowd.looks.ratio(past, chain_after)
        return min(like - s.return_, most), True, like
    path_after = _looked(crowd, theirs, order, start, until, s)
    others = {number for one in theirs for number in crowd.chains.whole(one)} - set(agreed)
    other_before = [part for number in others for part in crowd.samples(number, *before)]
    said, sure = crowd.looks.exchanged(past, other_before, chain_after, path_after)
    margin = min(float(np.copysign(abs(sure - s.exchange), said - s.exchange)), most)
    return margin, False, crowd.looks.ratio(past, chain_after if margin > 0 else path_after)


def _on(path: Path, frames: NDArray[np.int64], crowd: Crowd, s: ReviewSettings) -> list[int]:
    """Whose tracklets the path is on in *frames*, in the order in which it comes to them."""
    owners = crowd.owners(path, frames, s.same)[frames]
    numbers, begun, counts = np.unique(owners, return_index=True, return_counts=True)
    known = (numbers >= 0) & (counts >= s.least)
    return [int(number) for number in numbers[known][np.argsort(begun[known])]]


def _looked(
    crowd: Crowd, pieces: Sequence[int], order: NDArray[np.int64], start: int, stop: int, s: ReviewSettings
) -> list[Part]:
    """The looks at *pieces*, in turn, after a parting, those right after it: links further on are less certain."""
    span = _between(order, start, stop)
    parts: list[Part] = []
    for number in pieces:
        parts += crowd.samples(number, *span)
        if crowd.looks.weight(parts) >= s.enough:
            break
    return parts


def _between(order: NDArray[np.int64], start: int, stop: int) -> Span:
    """First and last frame of the places start..stop (excluded), in time's order."""
    low, high = sorted((int(order[start]), int(order[max(start, stop - 1)])))
    return low, high


def _runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    yield from ((int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))
