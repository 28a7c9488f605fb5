"""Everybody in the stretches of a clip where somebody is in the player's way, and who is who there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hccv_follow.appearance import AppearanceSettings, Looks, Part, described, sampled, worn
from hccv_follow.linking import Chains, LinkingSettings, Places, linked
from hccv_follow.path import Path
from hccv_follow.seen import Seen
from hccv_follow.surroundings import surrounded, surroundings
from hccv_follow.tracklets import Tracklet, TrackletSettings, cleanness, single, tracklets
from highlight_cuts_cv.api import DetectionSource, Frame, SceneFrame, SceneSource, box_ious

Floats = NDArray[np.float64]
Span = tuple[int, int]
"""First and last frame."""

LARGE = 2_000_000
"""Pixels of a picture, from 1920x1080 on, that costs so much to decode and to search that both are worth sparing."""


class Crowd:
    """The tracklets of some spans, how they look, and how they are linked."""

    def __init__(
        self,
        pieces: list[Tracklet],
        chosen: list[NDArray[np.int64]],
        looks: Looks,
        chains: Chains,
    ) -> None:
        self.pieces, self.looks, self.chains = pieces, looks, chains
        self._chosen = chosen

    def samples(self, piece: int, first: int, last: int) -> list[Part]:
        """The piece's samples in frames first..last."""
        frames = self.pieces[piece].frames[self._chosen[piece]]
        low, high = np.searchsorted(frames, [first, last + 1])
        return [(piece, slice(int(low), int(high)))] if high > low else []

    def shown(self, chain: Sequence[int], count: int) -> Path:
        """A chain's detections as a path over the clip's *count* frames."""
        path = Path.lost(count)
        for number in chain:
            one = self.pieces[number]
            path.boxes[one.frames], path.scores[one.frames] = one.boxes, one.scores
        return path

    def clean(self, chain: Sequence[int], count: int) -> Floats:
        """(F,) how clean a chain's detections are, less for weak ones; 0 where there are none."""
        clean = np.zeros(count)
        for number in chain:
            one = self.pieces[number]
            clean[one.frames] = one.clean * one.scores
        return clean

    def beside(self, path: Path, chain: Sequence[int]) -> Floats:
        """(F,) how much of the path's box is that of somebody who is not in the *chain*: the highest IoU."""
        most = np.zeros(len(path.scores))
        for number in set(range(len(self.pieces))) - set(chain):
            one = self.pieces[number]
            ious = np.nan_to_num(box_ious(path.boxes[one.frames], one.boxes))
            most[one.frames] = np.maximum(most[one.frames], ious)
        return most

    def owners(self, path: Path, frames: NDArray[np.int64], least: float) -> NDArray[np.int64]:
        """(F,) the piece that the path shows in each of *frames*: its box overlaps the path's by *least* or more, and most.

        -1 where none does.
        """
        wanted = np.zeros(len(path.scores), bool)
        wanted[frames] = True
        best = np.full(len(path.scores), least)
        owner = np.full(len(path.scores), -1)
        for number, one in enumerate(self.pieces):
            ious = np.nan_to_num(box_ious(path.boxes[one.frames], one.boxes))
            better = wanted[one.frames] & (ious >= best[one.frames])
            best[one.frames[better]], owner[one.frames[better]] = ious[better], number
        return owner

    def under(self, path: Path, frames: NDArray[np.int64], least: float) -> dict[int, int]:
        """In how many of *frames* each piece is what the path shows; see :meth:`owners`."""
        owner = self.owners(path, frames, least)
        numbers, counts = np.unique(owner[owner >= 0], return_counts=True)
        return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


class Onlooker:
    """Looks at everybody in spans of a clip, each frame once, and at none that is in *seen*.

    Of large pictures it looks at the part around the player alone, as what happens far away tells
    little, unless there is *company*: then the whole picture is looked at, for everybody who is followed.  They are
    best seen while they stream by for somebody else.
    """

    def __init__(
        self,
        scene: SceneSource,
        detections: DetectionSource,
        extent: tuple[int, int],
        rate: float,
        tick: Callable[[], None],
        settings: tuple[TrackletSettings, AppearanceSettings, LinkingSettings],
        seen: Seen | None = None,
        company: bool = False,
    ) -> None:
        self._scene, self._detections = scene, detections
        self._extent, self._rate, self._tick = extent, rate, tick
        self._large = extent[0] * extent[1] >= LARGE
        self._parts = self._large and not company
        self._tracklets, self._appearance, self._linking = settings
        # what was seen of a part is this player's alone
        seen = Seen() if seen is None or self._parts else seen
        self._found, self._descriptors, self._around = seen.found, seen.descriptors, seen.around
        self._last: tuple[list[Span], Crowd] | None = None

    def see(self, frame: Frame, box: Floats) -> bool:
        """Look at everybody in a frame at hand; the player is in *box* (4,), xyxy, NaN where nobody knows.

        Says whether a look was needed.

        Nobody knows yet whose looks will be compared, and decoding a large picture once more for that costs
        more than to describe all who can be.
        """
        if self._knows(frame.index, box):
            return False
        part = surroundings(box, self._extent) if self._parts else None
        everyone = self._detections.of(frame, part)
        found = np.column_stack([everyone.xyxy, everyone.scores]).astype(np.float64)
        if self._large:
            rows = single(found, self._tracklets)
            for row in rows[cleanness(rows, self._tracklets) >= self._appearance.clean]:
                self._note(frame, row[:4])
        self._found[frame.index], self._around[frame.index] = found, part
        return True

    def _knows(self, index: int, box: Floats) -> bool:
        """Whether a frame was looked at, and around the *box* if it has one."""
        return index in self._found and surrounded(box, self._around[index], self._extent)

    def point_out(self, path: Path, least: float) -> None:
        """Tell the path, in place, who is detected in its boxes: the detection that overlaps each by *least* or more, and most.

        In the spans last asked for alone: what was seen elsewhere was for another player's sake.
        """
        spans = [] if self._last is None else self._last[0]
        for index in (index for low, high in spans for index in range(low, high + 1) if path.shown[index]):
            found = self._found[index]
            ious = np.atleast_1d(box_ious(path.boxes[index], found[:, :4]))
            if ious.max(initial=0.0) >= least:
                path.seen[index] = found[int(ious.argmax()), :4]

    def crowd(self, spans: Sequence[Span], path: Path) -> Crowd:
        """Everybody in *spans*, which rise and do not touch, around the *path*."""
        inside = [index for low, high in spans for index in range(low, high + 1)]
        missing = [index for index in inside if not self._knows(index, path.boxes[index])]
        if self._last is not None and self._last[0] == list(spans) and not missing:
            return self._last[1]
        for shown in self._streamed(missing):
            if self.see(shown.frame, path.boxes[shown.frame.index]):
                self._tick()
        self._last = list(spans), self._linked(spans, inside)
        return self._last[1]

    def _linked(self, spans: Sequence[Span], inside: Sequence[int]) -> Crowd:
        cuts = set(self._scene.cuts())
        found = {index: self._found[index] for index in inside}
        motions = {index: np.asarray(self._scene.motion(index), np.float64) for index in inside}
        pieces = tracklets(found, motions, cuts, self._tracklets)
        chosen = [sampled(one, self._appearance) for one in pieces]
        self._describe(pieces, chosen)
        seen = [
            [self._descriptors[_key(one.frames[place], one.boxes[place])] for place in places]
            for one, places in zip(pieces, chosen, strict=True)
        ]
        looks = Looks(
            [np.array(one, np.float32) for one in seen],
            [one.clean[places] for one, places in zip(pieces, chosen, strict=True)],
            list(_together(pieces)),
            self._appearance,
        )
        kits = [_kit(one) for one in seen]
        ends = list(_shots(spans, cuts))
        maps = {}
        for low, high in ends:
            whole = np.eye(3)
            for index in range(low, high + 1):
                if index > low:
                    whole = np.vstack([motions[index], [0, 0, 1]]) @ whole
                maps[index] = whole[:2]
        chains = linked(pieces, Places(maps, *self._extent, self._rate), looks, kits, ends, self._linking)
        return Crowd(pieces, chosen, looks, chains)

    def _describe(self, pieces: Sequence[Tracklet], chosen: Sequence[NDArray[np.int64]]) -> None:
        wanted: dict[int, list[Floats]] = {}
        for one, places in zip(pieces, chosen, strict=True):
            for place in places:
                if _key(one.frames[place], one.boxes[place]) not in self._descriptors:
                    wanted.setdefault(int(one.frames[place]), []).append(one.boxes[place])
        for shown in self._streamed(sorted(wanted)):
            for box in wanted[shown.frame.index]:
                self._note(shown.frame, box)
            self._tick()

    def _note(self, frame: Frame, box: Floats) -> None:
        self._descriptors[_key(frame.index, box)] = described(frame, box, self._appearance)

    def _streamed(self, frames: Sequence[int]) -> Iterator[SceneFrame]:
        """The given frames; what lies between two that are near is decoded on the way."""
        wanted, start = set(frames), 0
        for place in range(1, len(frames) + 1):
            if place == len(frames) or frames[place] - frames[place - 1] > self._rate:
                for shown in self._scene.stream(frames[start], frames[place - 1] + 1):
                    if shown.frame.index in wanted:
                        yield shown
                start = place


def _key(index: int, box: Floats) -> tuple[float, ...]:
    return float(index), *box.tolist()


def _together(pieces: Sequence[Tracklet]) -> Iterator[tuple[int, int]]:
    """Pairs that are seen at the same time."""
    for number, one in enumerate(pieces):
        for other in range(number + 1, len(pieces)):
            if pieces[other].first <= one.last and one.first <= pieces[other].last:
                yield number, other


def _kit(looks: Sequence[NDArray[np.float32]]) -> Floats | None:
    """What is worn in several looks."""
    if not looks:
        return None
    kit: Floats = np.sqrt(np.mean(np.square(worn(np.array(looks, np.float64))), 0))
    return kit


def _shots(spans: Sequence[Span], cuts: set[int]) -> Iterator[Span]:
    for low, high in spans:
        limits = [low, *sorted(cut for cut in cuts if low < cut <= high), high + 1]
        yield from ((start, stop - 1) for start, stop in itertools.pairwise(limits))
