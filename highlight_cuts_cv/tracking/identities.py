"""From a multi-object tracker's identities to one player's track.

Multi-object trackers give every player of every frame an identity; the user's picks say which
identity is the chosen player.  An identity dies when the tracker loses the player, so a track made
this way is lost from there on, until another pick names the next identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import TrackJob
from highlight_cuts_cv.model import (
    Anchor,
    BadInputError,
    ByteArray,
    CancelledError,
    Detections,
    FloatArray,
    State,
    Track,
    box_ious,
    lost_rows,
    read_only,
)

SAME_IOU = 0.3
"""An identity whose box overlaps a pick by less than this is somebody else."""
SEARCH_SECONDS = Fraction(1, 2)
"""How far from a pick an identity is looked for: many trackers confirm a new one a few frames late."""


@dataclass(frozen=True, slots=True)
class Identities:
    """Who is where in one frame: ``xyxy`` (N, 4) float32 full-frame pixels, ``ids`` (N,) int64, each
    at most once, ``scores`` (N,) float32.  Raises :class:`ValueError` when the shapes do not fit."""

    xyxy: FloatArray
    ids: NDArray[np.int64]
    scores: FloatArray

    def __post_init__(self) -> None:
        count = len(self.ids)
        if self.ids.shape != (count,) or self.xyxy.shape != (count, 4) or self.scores.shape != (count,):
            raise ValueError("xyxy must be (N, 4), ids and scores (N,) of the same N")
        for array in (self.xyxy, self.ids, self.scores):
            read_only(array)

    def of(self, identity: int) -> int | None:
        """The row of *identity*, or ``None`` where it is absent."""
        rows = np.flatnonzero(self.ids == identity)
        return int(rows[0]) if len(rows) else None


Update = Callable[[int, Detections, ByteArray | None], Identities]
"""One step of a multi-object tracker: (frame index, detections, (H, W, 3) BGR picture or None)."""


def track_by_identity(job: TrackJob, update: Update, *, needs_pictures: bool) -> Track:
    """Run a multi-object tracker over the clip and keep the identity of the picked player.

    *update* is called once for every frame, in order, with a picture only if *needs_pictures*.
    Raises BadInputError when the job has no detections and CancelledError when it is cancelled.
    """
    if job.detections is None:
        raise BadInputError("This tracker joins detections, but none are made; choose a detector.")
    count = job.clip.frame_count
    pictures: Iterator[ByteArray | None] = (
        (frame.bgr for frame in job.frames.frames()) if needs_pictures else repeat(None, count)
    )
    found = []
    for index, picture in enumerate(pictures):
        if job.cancelled():
            raise CancelledError("Following was cancelled.")
        found.append(update(index, job.detections[index], picture))
        job.progress(index + 1, count)
    return choose_identity(job.anchors, found, job.clip.rate)


def choose_identity(anchors: Sequence[Anchor], found: Sequence[Identities], rate: Fraction) -> Track:
    """The track of the identity that the anchors name.

    Between two anchors a frame shows the identity of the nearer one, or that of the other where it
    is absent; next to a 'not visible' anchor only the other counts, and between two of them the
    player is lost.  Before the first and after the last anchor, that one alone counts.
    """
    count = len(found)
    xyxy, scores, states = lost_rows(count)
    reach = max(1, round(SEARCH_SECONDS * rate))
    named = [(anchor.frame_index, _named(anchor, found, reach)) for anchor in anchors]
    for index in range(count):
        for identity in _candidates(named, index):
            row = found[index].of(identity)
            if row is not None:
                xyxy[index], scores[index] = found[index].xyxy[row], np.clip(found[index].scores[row], 0, 1)
                states[index] = State.OBSERVED
                break
    for anchor in anchors:
        at = anchor.frame_index
        if anchor.box is None:
            xyxy[at], scores[at], states[at] = np.nan, 0, State.LOST
        else:
            xyxy[at], scores[at], states[at] = anchor.box.as_xyxy(), 1, State.ANCHOR
    return Track(xyxy, scores, states)


def _candidates(named: Sequence[tuple[int, int | None]], index: int) -> list[int]:
    """The identities that may be the player in frame *index*, the nearer anchor's first."""
    before = [entry for entry in named if entry[0] <= index][-1:]
    after = [entry for entry in named if entry[0] > index][:1]
    near = sorted(before + after, key=lambda entry: abs(entry[0] - index))
    return [identity for _, identity in near if identity is not None]


def _named(anchor: Anchor, found: Sequence[Identities], reach: int) -> int | None:
    """The identity that overlaps the pick best in its frame, else in the nearest frame around it."""
    if anchor.box is None:
        return None
    picked = np.array(anchor.box.as_xyxy())
    for distance in range(reach + 1):
        best: tuple[float, int] | None = None
        for index in {anchor.frame_index + distance, anchor.frame_index - distance}:
            if 0 <= index < len(found) and len(found[index].ids):
                overlaps = box_ious(picked, found[index].xyxy)
                row = int(np.argmax(overlaps))
                if overlaps[row] >= SAME_IOU and (best is None or overlaps[row] > best[0]):
                    best = float(overlaps[row]), int(found[index].ids[row])
        if best is not None:
            return best[1]
    return None
