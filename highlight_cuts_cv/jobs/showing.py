"""The picture of each clip in which players are picked most easily."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from highlight_cuts_cv.contracts import Steps, Watch, unwatched
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.errors import CancelledError
from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Choice, Setup
from highlight_cuts_cv.media import clip_frame_number, frame_times
from highlight_cuts_cv.media.moments import Moment
from highlight_cuts_cv.model import (
    BadInputError,
    BoundingBox,
    ByteArray,
    ClipInfo,
    Detections,
    box_areas,
    box_intersections,
)
from highlight_cuts_cv.tracking.numbers import numbered_players

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import TimelineClip

LOOKS = 7
"""Pictures of a clip that are looked at, evenly spread."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of a clip, (H, W, 3) uint8 BGR, and who can be picked in it, in the order of their numbers.

    ``frame_index`` counts within the clip, ``seconds`` from when it is on screen there.
    """

    placed: TimelineClip
    clip: ClipInfo
    frame_index: int
    seconds: float
    bgr: ByteArray
    players: tuple[BoundingBox, ...]


def shown_clips(
    clips: Sequence[TimelineClip], detector: Choice, moment: Moment | None = None, steps: Steps = unwatched
) -> Iterator[Shown]:
    """A picture of each clip: at *moment* (a frame or a time of the clip), else the best for picking.

    That is the one in which the most people are seen surely and by themselves.  Raises BadInputError for a
    moment outside a clip, CancelledError when cancelled.
    """
    watch = steps("Looking at the clips")
    for done, placed in enumerate(clips, start=1):
        yield _shown(placed, media_clip(placed), detector, moment, watch)
        watch.progress(done, len(clips))


def _shown(
    placed: TimelineClip, clip: ClipInfo, detector: Choice, moment: Moment | None, watch: Watch
) -> Shown:
    with warnings_to(watch), workbench(clip, Setup(detector=detector), cache_folder("analysis")) as bench:
        people = bench.people
        if moment is None:
            best, most = 0, -1.0
            for index in sorted({(2 * i + 1) * clip.frame_count // (2 * LOOKS) for i in range(LOOKS)}):
                if watch.cancelled():
                    raise CancelledError("Looking at the clips was stopped.")
                worth = _worth(people[index])
                if worth > most:
                    best, most = index, worth
        else:
            best = clip_frame_number(clip, moment)
            if best >= clip.frame_count:
                raise BadInputError(
                    f"The frame {best} lies outside '{placed.clip_id}', which has the frames 0 to {clip.frame_count - 1}."
                )
        players = tuple(numbered_players(people[best]))
        bench.keep()
        return Shown(
            *(placed, clip, best, float(max(0.0, frame_times(clip)[best]))),
            bgr=people.frame(best).bgr,
            players=players,
        )


def _worth(found: Detections) -> float:
    """How many people can be told apart: each counts by how sure it is and how much of it is covered by nobody."""
    if not len(found):
        return 0.0
    players = numbered_players(found)
    boxes = np.array([box.as_xyxy() for box in players], np.float32)
    scores = np.array([box.confidence for box in players])
    common = box_intersections(boxes[:, None], boxes[None]) / box_areas(boxes)[:, None]
    np.fill_diagonal(common, 0)
    return float((scores * (1 - common.max(axis=1))).sum())
