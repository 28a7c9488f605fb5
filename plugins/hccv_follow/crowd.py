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
from hccv_follow.tracklets import Tracklet, TrackletSettings, tracklets
from highlight_cuts_cv.api import DetectionSource, SceneFrame, SceneSource, box_ious

Floats = NDArray[np.float64]
Span = tuple[int, int]
"""First and last frame."""


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

    def under(self, path: Path, frames: NDArray[np.int64], least: float) -> dict[int, int]:
        """In how many of *frames* each piece is what the path shows: its box overlaps the path's by *least* or more, and most."""
        wanted = np.zeros(len(path.scores), bool)
        wanted[frames] = True
        best = np.full(len(path.scores), least)
        owner = np.full(len(path.scores), -1)
        for number, one in enumerate(self.pieces):
            ious = np.nan_to_num(box_ious(path.boxes[one.frames], one.boxes))
            better = wanted[one.frames] & (ious >= best[one.frames])
            best[one.frames[better]], owner[one.frames[better]] = ious[better], number
        numbers, counts = np.unique(owner[owner >= 0], return_counts=True)
        return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


class Onlooker:
    """Looks at everybody in spans of a clip, each frame once, and at none that is in *seen*."""

    def __init__(
        self,
        scene: SceneSource,
        detections: DetectionSource,
        extent: tuple[int, int],
        rate: float,
        tick: Callable[[], None],
        settings: tuple[TrackletSettings, AppearanceSettings, LinkingSettings],
        seen: Seen | None = None,
    ) -> None:
        self._scene, self._detections = scene, detections
        self._extent, self._rate, self._tick = extent, rate, tick
        self._tracklets, self._appearance, self._linking = settings
        seen = Seen() if seen is None else seen
        self._found, self._descriptors = seen.found, seen.descriptors

    def crowd(self, spans: Sequence[Span]) -> Crowd:
        """Everybody in *spans*, which rise and do not touch."""
        self._look(spans)
        cuts = set(self._scene.cuts())
        inside = [index for low, high in spans for index in range(low, high + 1)]
        found = {index: self._found[index] for index in inside}
        motions = {index: np.asarray(self._scene.motion(index), np.float64) for index in inside}
        pieces = tracklets(found, motions, cuts, self._tracklets)
        chosen = [sampled(one, self._appearance) for one in pieces]
        self._describe(pieces, chosen)
        seen = [
            [self._descriptors[_key(one, place)] for place in places]
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

    def _look(self, spans: Sequence[Span]) -> None:
        for low, high in spans:
            missing = [index for index in range(low, high + 1) if index not in self._found]
            if not missing:
                continue
            for shown in self._scene.stream(missing[0], missing[-1] + 1):
                index = shown.frame.index
                if index not in self._found:
                    everyone = self._detections[index]
                    self._found[index] = np.column_stack([everyone.xyxy, everyone.scores]).astype(np.float64)
                    self._tick()

    def _describe(self, pieces: Sequence[Tracklet], chosen: Sequence[NDArray[np.int64]]) -> None:
        wanted: dict[int, list[tuple[Tracklet, int]]] = {}
        for one, places in zip(pieces, chosen, strict=True):
            for place in places:
                if _key(one, place) not in self._descriptors:
                    wanted.setdefault(int(one.frames[place]), []).append((one, int(place)))
        for shown in self._streamed(sorted(wanted)):
            for one, place in wanted[shown.frame.index]:
                self._descriptors[_key(one, place)] = described(
                    shown.frame, one.boxes[place], self._appearance
                )
            self._tick()

    def _streamed(self, frames: Sequence[int]) -> Iterator[SceneFrame]:
        """The given frames; what lies between two that are near is decoded on the way."""
        wanted, start = set(frames), 0
        for place in range(1, len(frames) + 1):
            if place == len(frames) or frames[place] - frames[place - 1] > self._rate:
                for shown in self._scene.stream(frames[start], frames[place - 1] + 1):
                    if shown.frame.index in wanted:
                        yield shown
                start = place


def _key(one: Tracklet, place: int) -> tuple[float, ...]:
    return float(one.frames[place]), *one.boxes[place].tolist()


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
