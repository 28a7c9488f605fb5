"""Everybody's path in short pieces that are surely one person's each, broken at every doubt.

What links the pieces, and who is who, is decided for all of them at once: see linking.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hccv_follow.tuning import setting
from highlight_cuts_cv.api import box_areas, box_intersections, pairwise_ious

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TrackletSettings:
    """When two boxes of consecutive frames are surely one person's."""

    overlap: float = setting(
        0.35, "IoU of the expected box and a detection, above which they are one person's"
    )
    rival: float = setting(
        0.6, "share of that IoU; another detection or person that has more makes it doubtful"
    )
    speed_rate: float = setting(0.4, "share; how fast a tracklet's speed follows")
    nested: float = setting(0.85, "share of a box inside another, above which a weaker one is a double")
    weaker: float = setting(0.7, "share of the other's score, below which it is weaker")
    covered: float = setting(2.0, "what each share of a box covered by others takes from its cleanness of 1")


@dataclass(frozen=True)
class Tracklet:
    """One person in frames (n,), rising: boxes (n, 4) xyxy, detector scores (n,), cleanness (n,).

    Who overlaps nobody has a cleanness of 1; 0 says that half of the box is covered, or more.
    """

    frames: NDArray[np.int64]
    boxes: Floats
    scores: Floats
    clean: Floats

    @property
    def first(self) -> int:
        """Its first frame."""
        return int(self.frames[0])

    @property
    def last(self) -> int:
        """Its last frame."""
        return int(self.frames[-1])


class _Piece:
    """A tracklet that grows."""

    def __init__(self, index: int, row: Floats, clean: float) -> None:
        self.frames, self.rows, self.clean = [index], [row], [clean]
        self.speed = np.zeros(2)

    def expected(self, motion: Floats) -> Floats:
        """The box (4,) in the next frame."""
        box = self.rows[-1][:4]
        centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
        half = half * np.sqrt(abs(np.linalg.det(motion[:, :2])))
        centre = motion[:, :2] @ (centre + self.speed) + motion[:, 2]
        return np.concatenate([centre - half, centre + half])

    def take(self, index: int, row: Floats, clean: float, motion: Floats, rate: float) -> None:
        """One frame on."""
        ground = motion[:, :2] @ ((self.rows[-1][:2] + self.rows[-1][2:4]) / 2) + motion[:, 2]
        moved = (row[:2] + row[2:4]) / 2 - ground
        self.speed = (1 - rate) * (motion[:, :2] @ self.speed) + rate * moved
        self.frames.append(index)
        self.rows.append(row)
        self.clean.append(clean)

    def tracklet(self) -> Tracklet:
        """What it has become."""
        rows = np.stack(self.rows)
        return Tracklet(np.array(self.frames), rows[:, :4], rows[:, 4], np.array(self.clean))


def tracklets(
    found: Mapping[int, Floats],
    motions: Mapping[int, Floats],
    cuts: set[int],
    settings: TrackletSettings | None = None,
) -> list[Tracklet]:
    """Everybody in the frames of *found*, detections (N, 5) by frame, in the order in which they begin.

    *motions* has, for each of these frames, the (2, 3) map from the frame before; a frame that is not
    among them, or that begins a new shot, ends every tracklet.
    """
    s = settings or TrackletSettings()
    done: list[_Piece] = []
    active: list[_Piece] = []
    for index in sorted(found):
        rows = single(np.asarray(found[index], np.float64), s)
        clean = cleanness(rows, s)
        if index in cuts or index - 1 not in found:
            active = []
        pairs = _sure(active, rows, motions[index], s) if active and len(rows) else {}
        on = []
        for row in range(len(rows)):
            piece = pairs.get(row)
            if piece is None:
                piece = _Piece(index, rows[row], clean[row])
                done.append(piece)
            else:
                piece.take(index, rows[row], clean[row], motions[index], s.speed_rate)
            on.append(piece)
        active = on
    return [piece.tracklet() for piece in done]


def single(rows: Floats, settings: TrackletSettings) -> Floats:
    """Detections (N, 5) without the weaker ones of two that lie in each other, the best first."""
    rows = rows[np.argsort(-rows[:, 4], kind="stable")]
    inside = box_intersections(rows[:, None], rows[None]) / np.maximum(box_areas(rows), 1e-6)[None]
    keep: list[int] = []
    for row in range(len(rows)):
        doubles = (inside[keep, row] > settings.nested) & (rows[row, 4] < settings.weaker * rows[keep, 4])
        if not doubles.any():
            keep.append(row)
    return rows[keep]


def cleanness(rows: Floats, settings: TrackletSettings) -> Floats:
    """(N,) how little of each box (N, 5) others share, 0..1."""
    shared = box_intersections(rows[:, None], rows[None])
    np.fill_diagonal(shared, 0)
    covered = shared.max(1, initial=0.0) / np.maximum(box_areas(rows), 1e-6)
    return np.asarray(np.clip(1 - settings.covered * covered, 0, 1))


def _sure(active: list[_Piece], rows: Floats, motion: Floats, s: TrackletSettings) -> dict[int, _Piece]:
    """Which piece each row surely goes on with: each is the other's best, and nobody else comes near."""
    ious = pairwise_ious(np.stack([piece.expected(motion) for piece in active]), rows)
    pairs = {}
    for number, piece in enumerate(active):
        row = int(ious[number].argmax())
        best = ious[number, row]
        rival = max(
            np.delete(ious[number], row).max(initial=0), np.delete(ious[:, row], number).max(initial=0)
        )
        if best > s.overlap and rival < s.rival * best:
            pairs[row] = piece
    return pairs
