"""Dissolves and wipes: shot changes that take up to a second.

In a dissolve every part of the picture goes straight from its old colours to its new ones; in a wipe it goes
there at once, one part after another.  Either way each part lies, at any time, between what it was before and
what it is afterwards, and never goes back.  In a pan, parts pass over other things on the way, or the camera's
motion leads from the first picture to the last.  (Zhang, Kankanhalli and Smoliar, "Automatic partitioning of
full-motion video", 1993, follow the accumulated change; that each part's way is looked at, too, tells wipes from pans.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.model import ByteArray, FloatArray

Affine = NDArray[np.float64]

LENGTHS = (0.27, 0.4, 0.6, 0.9)
"""Seconds: the stretches tried.  What is shorter than the first is found in it, too."""
BESIDE = 0.2
"""Seconds on either side in which the camera's motion has to explain the pictures: else it cannot judge."""
_LEAST = 4
"""Frames; a shorter stretch does not show how a part changes."""

CHANGED = 30.0
"""Distance of colours, 0 to 441, from which a part of the picture has become another."""
SHARE = 0.5
"""Of the picture that has become another, at least."""
ASIDE = 0.2
"""Of the way between the two colours that parts may be off that way, on average."""
BACK = 0.2
"""Of that way that parts may go back."""
AT_ONCE = 0.4
"""Of the picture that changes from one frame to the next; more is a cut and found as one."""
UNLIKE = 0.2
"""Correlation of the edges of the first picture, moved with the camera, and of the last; below they show different places."""
EXPLAINED = 0.3
"""The same between pictures of one shot, where the camera's motion is right."""
OVERLAP = 0.15
"""Of the picture that both show at least, if they are to be compared."""
KNOWN = 0.4
"""Median quality of the camera's motion beside a stretch, 0 to 1; where it is lower the motion is no judge."""

_FLAT = 1.0
"""Standard deviation of edges, grey levels, below which a picture is empty; two empty ones are alike."""
_WIDE, _HIGH, _PARTS = 64, 36, (9, 16)


@dataclass(frozen=True, slots=True)
class Glance:
    """A picture as far as transitions need it: ``parts`` (144, 3) float32 colours, ``edges`` (36, 64) float32."""

    parts: FloatArray
    edges: FloatArray


def glance(bgr: ByteArray) -> Glance:
    """What a picture (H, W, 3) shows at a glance."""
    small = cv2.resize(bgr, (_WIDE, _HIGH), interpolation=cv2.INTER_AREA)
    rows, columns = _PARTS
    parts = small.reshape(rows, _HIGH // rows, columns, _WIDE // columns, 3).mean((1, 3), np.float32)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32), (0, 0), 1.0)
    edges = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return Glance(parts.reshape(-1, 3), edges)


@dataclass(frozen=True, slots=True)
class Transition:
    """A gradual change from the shot that is alone in frame ``start`` to the one that is alone in frame ``end``.

    In ``middle`` the new shot shows for the first time as much as the old one.
    """

    start: int
    middle: int
    end: int


class Gradual:
    """The gradual changes of a clip, looked for while its frames stream by, in stretches in any order.

    ``motions`` and ``qualities`` are those of :func:`transition`; whoever sees a frame has filled them in before.
    """

    def __init__(self, rate: float, motions: Affine, qualities: NDArray[np.float64]) -> None:
        self._lengths, self._margin = lengths(rate), beside(rate)
        self._motions, self._qualities = motions, qualities
        self._seen: dict[int, Glance] = {}
        self.found: list[Transition] = []

    def see(self, index: int, picture: Glance, begins: int) -> None:
        """The next frame of a stretch that begins at the frame *begins*."""
        self._seen[index] = picture
        self._judge(index - self._margin)
        # The beginning of a stretch is kept: what comes before it may be seen later.
        longest = self._lengths[-1] + 2 * self._margin
        if index - longest > begins + longest:
            self._seen.pop(index - longest, None)

    def close(self, last: int) -> None:
        """The stretch ended with the frame *last*; another one may follow it."""
        for end in range(last - self._margin + 1, last + self._lengths[-1]):
            self._judge(end)

    def _judge(self, end: int) -> None:
        for length in self._lengths:
            start = end - length
            if all(index in self._seen for index in range(start, end + 1)):
                found = transition(self._seen, self._motions, self._qualities, start, end, self._margin)
                if found is not None and found not in self.found:
                    self.found.append(found)


def lengths(rate: float) -> list[int]:
    """The stretches tried, in frames, at so many frames a second."""
    return sorted({max(_LEAST, round(seconds * rate)) for seconds in LENGTHS})


def beside(rate: float) -> int:
    """The frames on either side of a stretch that are looked at, too."""
    return max(2, round(BESIDE * rate))


def transition(
    seen: Mapping[int, Glance],
    motions: Affine,
    qualities: NDArray[np.float64],
    start: int,
    end: int,
    margin: int,
) -> Transition | None:
    """The gradual change of shots between the frames *start* and *end*, if there is one.

    ``seen`` has a glance at every frame from *start* to *end*, ``motions[i]`` of (F, 2, 3) leads from frame ``i - 1`` to
    frame ``i`` in units of the glance, ``qualities`` (F,) says how well, 0 to 1.  By up to *margin* frames on either
    side it is judged whether the motions can be believed.
    """
    found = _gradual(seen, start, end)
    if found is None or likeness(seen, motions, start, end) >= UNLIKE:
        return None
    first, last = start, end
    while first > start - margin and first - 1 in seen:
        first -= 1
    while last < end + margin and last + 1 in seen:
        last += 1
    around = np.concatenate([qualities[first + 1 : start + 1], qualities[end + 1 : last + 1]])
    if len(around) and np.median(around) < KNOWN:
        return None
    sides = ((first, start), (end, last))
    if any(a < b and likeness(seen, motions, a, b) < EXPLAINED for a, b in sides):
        return None
    return found


def _gradual(seen: Mapping[int, Glance], start: int, end: int) -> Transition | None:
    """The change between two frames if each part of the picture goes straight from one colour to the other."""
    before, after = seen[start].parts, seen[end].parts
    way = after - before
    far = np.linalg.norm(way, axis=1)
    changed = far > CHANGED
    if changed.mean() < SHARE:
        return None
    before, way, far = before[changed], way[changed], far[changed]
    between = np.stack([seen[index].parts[changed] for index in range(start + 1, end)])
    gone = np.clip(((between - before) * way).sum(2) / far**2, 0, 1)
    aside = float(np.linalg.norm(between - before - gone[..., None] * way, axis=2).mean(0).sum() / far.sum())
    back = float(np.maximum(0, -np.diff(gone, axis=0)).sum(0).mean())
    progress = np.concatenate([[0.0], gone.mean(1), [1.0]])
    if aside > ASIDE or back > BACK or np.diff(progress).max() > AT_ONCE:
        return None
    middle = start + int(np.argmax(progress >= 0.5))
    return Transition(start, middle, end)


def likeness(seen: Mapping[int, Glance], motions: Affine, start: int, end: int) -> float:
    """How alike the edges of two pictures are where both show the same ground, -1 to 1."""
    whole = np.eye(3)
    for index in range(start + 1, end + 1):
        whole = np.vstack([motions[index], [0, 0, 1]]) @ whole
    moved = cv2.warpAffine(seen[start].edges, whole[:2], (_WIDE, _HIGH))
    both = cv2.warpAffine(np.ones((_HIGH, _WIDE), np.float32), whole[:2], (_WIDE, _HIGH)) > 0.99
    if both.mean() < OVERLAP:
        return -1.0
    a, b = moved[both] - moved[both].mean(), seen[end].edges[both] - seen[end].edges[both].mean()
    if max(a.std(), b.std()) < _FLAT:
        return 1.0
    return float((a * b).mean() / max(a.std() * b.std(), 1e-6))


def in_glances(motion: Affine, width: int, height: int) -> Affine:
    """A (2, 3) map of pixels of a picture of that size as one of glances' pixels."""
    scale = np.array([_WIDE / width, _HIGH / height])
    return np.column_stack([motion[:, :2] * scale[:, None] / scale[None], motion[:, 2] * scale])


def shot_changes(found: Sequence[Transition], cuts: Sequence[int]) -> list[int]:
    """The frames that begin a new shot by *found*; what a cut of *cuts* explains is left out.

    A long change is found many times over, each time in another part of it: what overlaps is one, and begins the
    new shot where most say so.
    """
    changes: list[list[Transition]] = []
    for one in sorted(found, key=lambda one: one.start):
        if any(one.start < cut <= one.end for cut in cuts):
            continue
        if changes and one.start < max(other.end for other in changes[-1]):
            changes[-1].append(one)
        else:
            changes.append([one])
    return [int(np.median([one.middle for one in change])) for change in changes]
