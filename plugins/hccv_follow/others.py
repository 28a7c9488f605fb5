"""The other players near the followed one: they own their detections."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hccv_follow.candidate import Candidate, box_of
from hccv_follow.colours import Wardrobe
from hccv_follow.net import intersections, overlaps
from hccv_follow.sight import Sight

OWNED = 0.5  # worth of a detection that a neighbour's own path explains, in units of the target's evidence
CLEAR = 0.2  # who is covered less than this shows their own colours
NOWHERE = 0.35  # worth of the target being out of sight


def contained(a: np.ndarray, b: np.ndarray) -> float:
    """Shared area of two boxes (xyxy) over the smaller one's."""
    inter = intersections(a[None], b[None])[0, 0]
    return float(inter / max(min((a[2:4] - a[:2]).prod(), (b[2:4] - b[:2]).prod()), 1e-6))


def inside(a: np.ndarray, b: np.ndarray) -> float:
    """Share of box a (xyxy) that lies in box b."""
    inter = intersections(a[None], b[None])[0, 0]
    return float(inter / max((a[2:4] - a[:2]).prod(), 1e-6))


@dataclass
class Other:
    """A neighbour: box centre and size in picture pixels, velocity in pixels per frame."""

    centre: np.ndarray
    wh: np.ndarray
    speed: np.ndarray
    shift: np.ndarray = field(default_factory=lambda: np.zeros(2))
    seen: int = 1
    missed: int = 0
    like: float = 0.3
    last: np.ndarray = field(default_factory=lambda: np.zeros(2))
    wardrobe: Wardrobe | None = None

    def box(self) -> np.ndarray:
        """xyxy."""
        return box_of(self.centre, self.wh)


class Others:
    """Short tracks of the neighbours, associated jointly with the target."""

    def __init__(self) -> None:
        self._tracks: list[Other] = []
        self._taken: dict[int, int] = {}
        self._frames = 1

    def start(self, sight: Sight, rows: np.ndarray) -> None:
        """Everyone but the target in the anchor frame: the sight's players of the given rows."""
        for row in rows:
            if sight.players[row, 4] > 0.3:
                self._born(sight, int(row))
                self._tracks[-1].seen = 3

    def _born(self, sight: Sight, row: int) -> None:
        player = sight.players[row]
        other = Other((player[:2] + player[2:4]) / 2, player[2:4] - player[:2], np.zeros(2))
        self._tracks.append(other)
        self._dress(other, sight, row)

    @staticmethod
    def _dress(other: Other, sight: Sight, row: int) -> None:
        if sight.covered[row] >= CLEAR:
            return
        if other.wardrobe is None:
            other.wardrobe = Wardrobe(sight.worn(row))
        else:
            other.wardrobe.learn(sight.worn(row))

    def decide(
        self,
        candidates: list[Candidate],
        sight: Sight,
        likeness: np.ndarray,
        motion: np.ndarray,
        frames: int,
    ) -> Candidate | None:
        """The target's candidate in the assignment of detections to target and neighbours with the highest sum."""
        self._move(motion, frames)
        players = sight.players
        gain = self._affinity(sight, likeness)
        best = -1.0
        chosen: Candidate | None = None
        taken: dict[int, int] = {}
        for option in [None, *candidates]:
            rows: set[int] = set() if option is None else {option.row}
            total, pairs = self._assign(gain, rows)
            # a bare peak on top of a neighbour's box is that neighbour
            value = NOWHERE if option is None else option.total
            if option is not None and option.row < 0:
                value -= self._covered(option, pairs, players)
            if total + value > best:
                best, chosen, taken = total + value, option, pairs
        self._taken = taken
        return chosen

    def _covered(self, option: Candidate, pairs: dict[int, int], players: np.ndarray) -> float:
        box = box_of(option.centre, option.wh)
        rows = list(pairs.values())
        return OWNED * float(overlaps(box[None], players[rows])[0].max()) if rows else 0.0

    def _move(self, motion: np.ndarray, frames: int) -> None:
        self._frames = frames
        for t in self._tracks:
            t.last = t.centre
            t.centre = motion[:, :2] @ t.centre + motion[:, 2] + frames * t.speed
            if t.missed:
                t.speed = t.speed * 0.9

    def _affinity(self, sight: Sight, likeness: np.ndarray) -> np.ndarray:
        players = sight.players
        gain = np.zeros((len(self._tracks), len(players)), np.float32)
        centres = (players[:, :2] + players[:, 2:4]) / 2
        for i, t in enumerate(self._tracks):
            size = max(t.wh[1], 1.3 * t.wh[0])
            reach = 0.15 + 0.03 * min(t.missed, 8)
            near = np.exp(-0.5 * (((centres - t.centre) / size) ** 2).sum(1) / reach**2)
            shape = np.exp(-0.5 * (np.log((players[:, 3] - players[:, 1]) / t.wh[1]) / 0.3) ** 2)
            unlike = np.exp(-0.5 * (np.maximum(likeness - t.like, 0) / 0.25) ** 2)
            gain[i] = unlike * near * shape * min(1.0, t.seen / 3) * 0.9**t.missed
            if t.wardrobe is not None:
                for row in np.flatnonzero(gain[i] > 0.05):
                    gain[i, row] *= 1 - sight.unlike_row(int(row), t.wardrobe)
        return gain

    @staticmethod
    def _assign(gain: np.ndarray, used: set[int]) -> tuple[float, dict[int, int]]:
        gain = gain.copy()
        if used:
            gain[:, [r for r in used if r >= 0]] = 0
        total, pairs = 0.0, {}
        while gain.size and gain.max() > 0.1:
            i, j = np.unravel_index(int(np.argmax(gain)), gain.shape)
            total += float(gain[i, j])
            pairs[int(i)] = int(j)
            gain[i], gain[:, j] = 0, 0
        return OWNED * total, pairs

    def update(
        self,
        sight: Sight,
        likeness: np.ndarray,
        chosen: Candidate | None,
        expected: np.ndarray,
        size: float,
    ) -> None:
        """Commit the last decision, end stale tracks and start new ones away from the target."""
        players = sight.players
        for i, t in enumerate(self._tracks):
            row = self._taken.get(i)
            if row is None:
                t.missed += 1
                continue
            player = players[row]
            centre = (player[:2] + player[2:4]) / 2
            t.shift = (centre - t.last) / self._frames
            t.speed = t.speed + 0.35 / self._frames * (centre - t.centre)
            t.centre, t.seen, t.missed = centre, t.seen + 1, 0
            t.like += 0.15 * (max(float(likeness[row]), 0.0) - t.like)
            t.wh = t.wh + 0.4 * (player[2:4] - player[:2] - t.wh)
            self._dress(t, sight, row)
        self._tracks = [
            t for t in self._tracks if t.missed <= min(12, 2 * t.seen) and (t.seen > 15 or t.like < 0.6)
        ]
        free = set(range(len(players))) - set(self._taken.values())
        if chosen is not None:
            expected = box_of(chosen.centre, chosen.wh)
            free.discard(chosen.row)
            # a young track inside the target's box is a second detection of the target
            self._tracks = [t for t in self._tracks if t.seen > 6 or contained(t.box(), expected) < 0.6]
        for row in sorted(free):
            player = players[row]
            apart = np.abs((player[:2] + player[2:4] - expected[:2] - expected[2:4]) / 2).max() / size
            doubled = any(contained(player[:4], t.box()) > 0.6 for t in self._tracks if t.missed < 3)
            if player[4] < 0.3 or doubled or contained(player[:4], expected) > 0.4:
                continue
            if chosen is not None or (apart > 0.4 and likeness[row] < 0.4):
                self._born(sight, row)

    def own(self, player: np.ndarray) -> bool:
        """True when the detection belongs to a neighbour followed for some time."""
        return any(t.seen > 5 and t.missed < 3 and contained(t.box(), player[:4]) > 0.6 for t in self._tracks)

    def count(self) -> int:
        """Neighbours followed for at least three frames and seen just now."""
        return sum(t.seen > 2 and t.missed == 0 for t in self._tracks)

    def drift(self) -> np.ndarray:
        """Median displacement of the neighbours, picture pixels per frame."""
        return np.asarray(np.median([t.shift for t in self._tracks if t.seen > 2 and t.missed == 0], axis=0))

    def centres(self) -> np.ndarray:
        """(M, 2) centres of the neighbours seen just now."""
        return np.array([t.centre for t in self._tracks if t.missed == 0]).reshape(-1, 2)

    def crowd(self, box: np.ndarray) -> bool:
        """True when a neighbour covers part of the target."""
        live = np.array([t.box() for t in self._tracks if t.missed < 5]).reshape(-1, 4)
        return bool(len(live)) and float(overlaps(box[None], live)[0].max()) > 0.15
