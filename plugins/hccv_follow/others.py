"""The other players near the followed one: they own their detections."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hccv_follow.candidate import Candidate, box_of
from hccv_follow.colours import ColourSettings, Wardrobe
from hccv_follow.sight import Sight
from hccv_follow.tuning import setting
from highlight_cuts_cv.api import body_sizes, box_areas, box_intersections, box_ious


@dataclass(frozen=True)
class NeighbourSettings:
    """Who is a neighbour, and what a neighbour owns."""

    owned: float = setting(0.5, "evidence; worth of a detection that a neighbour's own path explains")
    nowhere: float = setting(0.35, "evidence; worth of the player being out of sight")
    certain: float = setting(0.3, "score of a detection that begins a neighbour")
    picked: int = setting(3, "looks that somebody in the pick's picture counts as seen")
    proven: int = setting(
        3, "looks after which a neighbour's path counts in full, and for the group's motion"
    )
    drift: float = setting(
        0.9, "share; what is left of the speed, and of the worth, after a look without detection"
    )
    reach: float = setting(0.15, "sizes; standard deviation of a neighbour's place")
    reach_missed: float = setting(0.03, "sizes; what every look without detection adds to it")
    missed_most: int = setting(8, "looks; more of them add nothing")
    height: float = setting(0.3, "log ratio; standard deviation of a neighbour's height")
    like: float = setting(0.25, "usual responses; standard deviation of a neighbour's likeness to the player")
    first_like: float = setting(0.3, "usual responses; likeness of somebody new")
    least: float = setting(0.1, "worth below which a detection is nobody's")
    dressed: float = setting(0.05, "worth from which on colours are compared")
    speed_rate: float = setting(0.35, "share; how fast the speed follows")
    like_rate: float = setting(0.15, "share; how fast the likeness follows")
    box_rate: float = setting(0.4, "share; how fast the box follows")
    missed: int = setting(12, "looks without detection after which a neighbour is forgotten")
    missed_per_seen: int = setting(2, "looks without detection per look with one; the same for a new one")
    trusted: int = setting(15, "looks after which a neighbour stays, however like the player")
    twin: float = setting(
        0.6, "usual responses; who is more like the player and newer is the player, seen twice"
    )
    young: int = setting(6, "looks up to which a neighbour inside the player's box is the player, seen twice")
    inside: float = setting(0.6, "share of a box that lies in another, above which both are one person's")
    fresh: int = setting(3, "looks without detection up to which a neighbour still owns a box")
    overlap: float = setting(0.4, "share of a box in the player's above which nobody new begins")
    apart: float = setting(0.4, "sizes; where the player is lost, somebody new begins only this far away")
    strange: float = setting(0.4, "usual responses; and only when less like the player than this")
    owner: int = setting(5, "looks after which a neighbour's box is no longer tried for a lost player")
    crowd: float = setting(0.15, "IoU above which a neighbour covers part of the player")
    crowd_missed: int = setting(5, "looks without detection up to which it does")


def contained(a: np.ndarray, b: np.ndarray) -> float:
    """Shared area of two boxes (xyxy) over the smaller one's."""
    inter = box_intersections(a, b)
    return float(inter / max(min(box_areas(a), box_areas(b)), 1e-6))


def inside(a: np.ndarray, b: np.ndarray) -> float:
    """Share of box a (xyxy) that lies in box b."""
    inter = box_intersections(a, b)
    return float(inter / max(box_areas(a), 1e-6))


@dataclass
class Other:
    """A neighbour: box centre and size in picture pixels, velocity in pixels per frame."""

    centre: np.ndarray
    wh: np.ndarray
    speed: np.ndarray
    shift: np.ndarray = field(default_factory=lambda: np.zeros(2))
    seen: int = 1
    missed: int = 0
    like: float = 0.0
    last: np.ndarray = field(default_factory=lambda: np.zeros(2))
    wardrobe: Wardrobe | None = None

    def box(self) -> np.ndarray:
        """xyxy."""
        return box_of(self.centre, self.wh)


class Others:
    """Short tracks of the neighbours, associated jointly with the target."""

    def __init__(
        self, settings: NeighbourSettings | None = None, colours: ColourSettings | None = None
    ) -> None:
        self._s = settings or NeighbourSettings()
        self._colours = colours or ColourSettings()
        self._tracks: list[Other] = []
        self._taken: dict[int, int] = {}
        self._frames = 1

    def start(self, sight: Sight, rows: np.ndarray) -> None:
        """Everyone but the target in the anchor frame: the sight's players of the given rows."""
        for row in rows:
            if sight.players[row, 4] > self._s.certain:
                self._born(sight, int(row))
                self._tracks[-1].seen = self._s.picked

    def _born(self, sight: Sight, row: int) -> None:
        player = sight.players[row]
        other = Other(
            (player[:2] + player[2:4]) / 2, player[2:4] - player[:2], np.zeros(2), like=self._s.first_like
        )
        self._tracks.append(other)
        self._dress(other, sight, row)

    def _dress(self, other: Other, sight: Sight, row: int) -> None:
        if sight.covered[row] >= self._colours.clear:
            return
        if other.wardrobe is None:
            other.wardrobe = Wardrobe(sight.worn(row), self._colours)
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
            value = self._s.nowhere if option is None else option.total
            if option is not None and option.row < 0:
                value -= self._covered(option, pairs, players)
            if total + value > best:
                best, chosen, taken = total + value, option, pairs
        self._taken = taken
        return chosen

    def _covered(self, option: Candidate, pairs: dict[int, int], players: np.ndarray) -> float:
        box = box_of(option.centre, option.wh)
        rows = list(pairs.values())
        return self._s.owned * float(box_ious(box, players[rows]).max()) if rows else 0.0

    def _move(self, motion: np.ndarray, frames: int) -> None:
        self._frames = frames
        for t in self._tracks:
            t.last = t.centre
            t.centre = motion[:, :2] @ t.centre + motion[:, 2] + frames * t.speed
            if t.missed:
                t.speed = t.speed * self._s.drift

    def _affinity(self, sight: Sight, likeness: np.ndarray) -> np.ndarray:
        s, players = self._s, sight.players
        gain = np.zeros((len(self._tracks), len(players)), np.float32)
        centres = (players[:, :2] + players[:, 2:4]) / 2
        for i, t in enumerate(self._tracks):
            size = body_sizes(t.wh)
            reach = s.reach + s.reach_missed * min(t.missed, s.missed_most)
            near = np.exp(-0.5 * (((centres - t.centre) / size) ** 2).sum(1) / reach**2)
            shape = np.exp(-0.5 * (np.log((players[:, 3] - players[:, 1]) / t.wh[1]) / s.height) ** 2)
            unlike = np.exp(-0.5 * (np.maximum(likeness - t.like, 0) / s.like) ** 2)
            gain[i] = unlike * near * shape * min(1.0, t.seen / s.proven) * s.drift**t.missed
            if t.wardrobe is not None:
                for row in np.flatnonzero(gain[i] > s.dressed):
                    gain[i, row] *= 1 - sight.unlike_row(int(row), t.wardrobe)
        return gain

    def _assign(self, gain: np.ndarray, used: set[int]) -> tuple[float, dict[int, int]]:
        gain = gain.copy()
        if used:
            gain[:, [r for r in used if r >= 0]] = 0
        total, pairs = 0.0, {}
        while gain.size and gain.max() > self._s.least:
            i, j = np.unravel_index(int(np.argmax(gain)), gain.shape)
            total += float(gain[i, j])
            pairs[int(i)] = int(j)
            gain[i], gain[:, j] = 0, 0
        return self._s.owned * total, pairs

    def update(
        self,
        sight: Sight,
        likeness: np.ndarray,
        chosen: Candidate | None,
        expected: np.ndarray,
        size: float,
    ) -> None:
        """Commit the last decision, end stale tracks and start new ones away from the target."""
        s, players = self._s, sight.players
        for i, t in enumerate(self._tracks):
            row = self._taken.get(i)
            if row is None:
                t.missed += 1
                continue
            player = players[row]
            centre = (player[:2] + player[2:4]) / 2
            t.shift = (centre - t.last) / self._frames
            t.speed = t.speed + s.speed_rate / self._frames * (centre - t.centre)
            t.centre, t.seen, t.missed = centre, t.seen + 1, 0
            t.like += s.like_rate * (max(float(likeness[row]), 0.0) - t.like)
            t.wh = t.wh + s.box_rate * (player[2:4] - player[:2] - t.wh)
            self._dress(t, sight, row)
        self._tracks = [
            t
            for t in self._tracks
            if t.missed <= min(s.missed, s.missed_per_seen * t.seen)
            and (t.seen > s.trusted or t.like < s.twin)
        ]
        free = set(range(len(players))) - set(self._taken.values())
        if chosen is not None:
            expected = box_of(chosen.centre, chosen.wh)
            free.discard(chosen.row)
            # a young track inside the target's box is a second detection of the target
            self._tracks = [
                t for t in self._tracks if t.seen > s.young or contained(t.box(), expected) < s.inside
            ]
        for row in sorted(free):
            player = players[row]
            apart = np.abs((player[:2] + player[2:4] - expected[:2] - expected[2:4]) / 2).max() / size
            doubled = any(
                contained(player[:4], t.box()) > s.inside for t in self._tracks if t.missed < s.fresh
            )
            if player[4] < s.certain or doubled or contained(player[:4], expected) > s.overlap:
                continue
            if chosen is not None or (apart > s.apart and likeness[row] < s.strange):
                self._born(sight, row)

    def own(self, player: np.ndarray) -> bool:
        """True when the detection belongs to a neighbour followed for some time."""
        s = self._s
        return any(
            t.seen > s.owner and t.missed < s.fresh and contained(t.box(), player[:4]) > s.inside
            for t in self._tracks
        )

    def count(self) -> int:
        """Neighbours followed for some time and seen just now."""
        return sum(t.seen >= self._s.proven and t.missed == 0 for t in self._tracks)

    def drift(self) -> np.ndarray:
        """Median displacement of the neighbours, picture pixels per frame."""
        return np.asarray(
            np.median([t.shift for t in self._tracks if t.seen >= self._s.proven and t.missed == 0], axis=0)
        )

    def centres(self) -> np.ndarray:
        """(M, 2) centres of the neighbours seen just now."""
        return np.array([t.centre for t in self._tracks if t.missed == 0]).reshape(-1, 2)

    def crowd(self, box: np.ndarray) -> bool:
        """True when a neighbour covers part of the target."""
        live = np.array([t.box() for t in self._tracks if t.missed < self._s.crowd_missed]).reshape(-1, 4)
        return bool(len(live)) and float(box_ious(box, live).max()) > self._s.crowd
