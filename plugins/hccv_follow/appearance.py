"""Who looks like whom, learnt within the clip.

People seen at the same time are different people, and the halves of a tracklet are one person: that
is supervision for free.  A look is described by the colours of stripes from head to feet and by what is
worn (the detector's inner maps add nothing to that), reduced to where the looks of the clip differ (PCA) and weighed against how much
one person's vary (whitening; Fisher, "The use of multiple measurements", 1936).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hccv_follow.colours import Colours, colours_of
from hccv_follow.net import CROP, cut
from hccv_follow.tracklets import Tracklet
from hccv_follow.tuning import setting
from highlight_cuts_cv.api import Frame

Floats = NDArray[np.float64]

Part = tuple[int, slice]
"""A tracklet, and which of its samples."""

_STRIPES = 5
_WIDE = 0.8
"""Share of the box's width that the stripes have."""


@dataclass(frozen=True)
class AppearanceSettings:
    """How looks are sampled and compared."""

    samples: int = setting(8, "looks at a tracklet, its cleanest")
    clean: float = setting(0.2, "cleanness below which nothing is sampled")
    around: float = setting(1.25, "box sides; the side of the crop")
    bins: int = setting(
        192, "bins of what is worn in which the looks of a clip differ most; the others are left out"
    )
    kept: int = setting(32, "directions in which the looks of a clip differ most")
    ridge: float = setting(
        0.15, "share of the mean variance within tracklets that is added to each direction's"
    )
    usual: float = setting(0.4, "log distance; how much one person's distances vary, and two people's")
    usual_pairs: float = setting(10.0, "pairs that this counts as beside those of the clip")
    clip: float = setting(6.0, "log likelihood ratio; no two looks say more")
    enough: float = setting(4.0, "clean samples; fewer say less")


def sampled(tracklet: Tracklet, settings: AppearanceSettings) -> NDArray[np.int64]:
    """The places in the tracklet to look at: the cleanest of each part of it."""
    worth = tracklet.clean * tracklet.scores
    parts = np.array_split(np.arange(len(worth)), min(settings.samples, len(worth)))
    best = np.array([part[np.argmax(worth[part])] for part in parts], np.int64)
    clean: NDArray[np.bool_] = tracklet.clean[best] >= settings.clean
    return best[clean]


def described(frame: Frame, box: Floats, settings: AppearanceSettings) -> NDArray[np.float32]:
    """(30 + 1024,) a look at the person in *box* (4,), xyxy: the stripes' colours, and what is worn."""
    width, height = box[2:] - box[:2]
    crop, corner, scale = cut(frame, (box[:2] + box[2:]) / 2, settings.around * max(height, 1.3 * width))
    inside = (box - np.tile(corner, 2)) * scale
    lab = cv2.cvtColor(crop, cv2.COLOR_BGR2LAB)
    middle, half = (inside[0] + inside[2]) / 2, _WIDE * (inside[2] - inside[0]) / 2
    across = _pixels(middle - half, middle + half)
    edges = np.linspace(inside[1], inside[3], _STRIPES + 1)
    parts: list[NDArray[np.generic]] = []
    for top, bottom in itertools.pairwise(edges):
        parts += [one.ravel() for one in cv2.meanStdDev(lab[_pixels(top, bottom), across])]
    return np.concatenate([*parts, colours_of(crop, inside)]).astype(np.float32)


def worn(look: NDArray[np.float32]) -> Colours:
    """What is worn, (1024,), in a look or the mean of several."""
    return look[..., _STRIPES * 6 :]


def _pixels(start: float, stop: float) -> slice:
    first = int(np.clip(round(start), 0, CROP - 1))
    return slice(first, int(np.clip(round(stop), first + 1, CROP)))


class Looks:
    """The looks of a clip's tracklets, and how likely two sets of them are one person's.

    *samples* has (k, D) descriptors for each tracklet, k >= 0, in time's order, *clean* their (k,)
    weights; *apart* are pairs of tracklets seen at the same time.
    """

    def __init__(
        self,
        samples: Sequence[NDArray[np.float32]],
        clean: Sequence[Floats],
        apart: Sequence[tuple[int, int]],
        settings: AppearanceSettings | None = None,
    ) -> None:
        self._s = settings or AppearanceSettings()
        self._clean = clean
        self._looks = _whitened(samples, self._s)
        halves = [
            self._distance(look[:middle], weights[:middle], look[middle:], weights[middle:])
            for look, weights in zip(self._looks, clean, strict=True)
            if (middle := len(weights) // 2) >= self._s.enough / 2
        ]
        others = [
            self._distance(self._looks[i], clean[i], self._looks[j], clean[j])
            for i, j in apart
            if min(len(clean[i]), len(clean[j])) >= self._s.enough / 2
        ]
        self._known = len(halves) >= 3 and len(others) >= 3
        if self._known:
            self._learn(np.array(halves), np.array(others))

    def _learn(self, halves: Floats, others: Floats) -> None:
        """Where one person's and two people's log distances lie, by medians; both vary alike (Fisher's discriminant)."""
        same, other = float(np.median(halves)), float(np.median(others))
        counts = np.array([len(halves), len(others), self._s.usual_pairs])
        widths = [
            1.48 * np.median(np.abs(halves - same)),
            1.48 * np.median(np.abs(others - other)),
            self._s.usual,
        ]
        self._slope = max(0.0, other - same) / float(np.average(np.square(widths), weights=counts))
        self._middle = (same + other) / 2

    def ratio(self, one: Sequence[Part], other: Sequence[Part]) -> float:
        """Log likelihood ratio of *one* and *other* being one person's looks against two people's; 0 where nothing tells."""
        said, known = self._compared(one, other)
        return float(self._clipped(said)) * known

    def preferred(self, group: Sequence[Part], one: Sequence[Part], other: Sequence[Part]) -> float:
        """Log likelihood ratio of *group* being the person of *one* against that of *other*; 0 where nothing tells.

        Who is unlike both is still less unlike one of them; more alike than one person's looks are tells nothing.
        """
        apart, known = self._preference(group, one, other)
        return float(self._clipped(apart)) * known

    def exchanged(
        self, group: Sequence[Part], others: Sequence[Part], one: Sequence[Part], other: Sequence[Part]
    ) -> tuple[float, float]:
        """Log likelihood ratio of *group* being the person of *one* and *others* that of *other*, against the exchange of both.

        In all, and what is left of that if neither comparison says more than looks can: little where they contradict
        each other.
        """
        both = [self._preference(group, one, other), self._preference(others, other, one)]
        return (
            sum(said * known for said, known in both),
            sum(float(self._clipped(said)) * known for said, known in both),
        )

    def _preference(
        self, group: Sequence[Part], one: Sequence[Part], other: Sequence[Part]
    ) -> tuple[float, float]:
        """What :meth:`preferred` says were there samples enough, without limit, and how far there are, 0..1."""
        said, known = zip(self._compared(group, one), self._compared(group, other), strict=True)
        for_one, for_other = (float(np.minimum(value, self._clipped(value))) for value in said)
        return for_one - for_other, min(known) or max(known)

    def ratios(self) -> Floats:
        """(T, T) what :meth:`ratio` says of each two whole tracklets."""
        count = len(self._looks)
        total = np.array([float(weights.sum()) for weights in self._clean])
        seen = [one for one in range(count) if total[one] > 0]
        ratios = np.zeros((count, count))
        if not self._known or not seen:
            return ratios
        means = np.stack([self._clean[one] @ self._looks[one] / total[one] for one in seen])
        apart = np.stack([np.linalg.norm(means - mean, axis=1) for mean in means])
        known = np.minimum(1.0, np.minimum.outer(total[seen], total[seen]) / self._s.enough)
        ratios[np.ix_(seen, seen)] = self._clipped(self._said(np.log(apart + 1e-6))) * known
        return ratios

    def _compared(self, one: Sequence[Part], other: Sequence[Part]) -> tuple[float, float]:
        """The log likelihood ratio were there samples enough, and how far there are, 0..1."""
        a, wa = self._pooled(one)
        b, wb = self._pooled(other)
        if not self._known or not len(a) or not len(b):
            return 0.0, 0.0
        known = min(1.0, float(wa.sum()) / self._s.enough, float(wb.sum()) / self._s.enough)
        return float(self._said(self._distance(a, wa, b, wb))), known

    def _said(self, distance: Floats | float) -> Floats:
        """The log likelihood ratio at a log distance, were there samples enough."""
        return np.asarray(self._slope * (self._middle - np.asarray(distance)))

    def _clipped(self, ratio: Floats | float) -> Floats:
        """No more than two looks can say."""
        return np.asarray(self._s.clip * np.tanh(np.asarray(ratio) / self._s.clip))

    def weight(self, group: Sequence[Part]) -> float:
        """How many clean samples there are."""
        return float(sum(self._clean[one][rows].sum() for one, rows in group))

    def _pooled(self, group: Sequence[Part]) -> tuple[Floats, Floats]:
        looks = [self._looks[one][rows] for one, rows in group]
        clean = [self._clean[one][rows] for one, rows in group]
        return np.concatenate(looks or [np.zeros((0, 1))]), np.concatenate(clean or [np.zeros(0)])

    @staticmethod
    def _distance(a: Floats, wa: Floats, b: Floats, wb: Floats) -> float:
        """Logarithm of the distance between the weighted means."""
        apart = (wa[:, None] * a).sum(0) / wa.sum() - (wb[:, None] * b).sum(0) / wb.sum()
        return float(np.log(np.linalg.norm(apart) + 1e-6))


def _whitened(samples: Sequence[NDArray[np.float32]], s: AppearanceSettings) -> list[Floats]:
    """Each tracklet's samples in the directions that tell people apart, (k, kept)."""
    filled = [one for one in samples if len(one)]
    if not filled:
        return [np.zeros((0, 1)) for _ in samples]
    every = np.concatenate(filled).astype(np.float64)
    every = _even(every - every.mean(0), s)
    kept = max(1, min(s.kept, len(every) - 1, every.shape[1]))
    _, directions = np.linalg.eigh(every.T @ every)
    reduced = np.split(every @ directions[:, ::-1][:, :kept], np.cumsum([len(one) for one in samples])[:-1])
    within = np.concatenate([one - one.mean(0) for one in reduced if len(one) > 1] or [np.zeros((1, kept))])
    scatter = within.T @ within / max(1, len(within) - 1)
    scatter += np.eye(kept) * (s.ridge * np.trace(scatter) / kept + 1e-9)
    whiten = np.linalg.inv(np.linalg.cholesky(scatter)).T
    return [one @ whiten for one in reduced]


def _even(every: Floats, s: AppearanceSettings) -> Floats:
    """Centred looks with as much of the variance from either kind of colours, and of what is worn the telling bins only."""
    stripes = _STRIPES * 6
    width = every.std(0) + 1e-6
    telling = stripes + np.sort(np.argsort(-width[stripes:], kind="stable")[: s.bins])
    worn_width = float(np.linalg.norm(width[stripes:]))
    return np.column_stack(
        [every[:, :stripes] / (width[:stripes] * np.sqrt(stripes)), every[:, telling] / worn_width]
    )
