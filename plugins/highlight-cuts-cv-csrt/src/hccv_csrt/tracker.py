"""CSRT (Lukezic et al., "Discriminative Correlation Filter with Channel and Spatial Reliability",
CVPR 2017) as OpenCV contrib implements it, started from the user's picks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from highlight_cuts_cv.api import (
    Anchor,
    CancelledError,
    Detections,
    Frame,
    State,
    Track,
    TrackJob,
    box_ious,
    lost_rows,
)
from numpy.typing import NDArray

CHECKS_PER_SECOND = 5
"""How often detections are asked: they cost about as much as the tracker itself."""
AGREES_IOU = 0.5
DRIFTED_IOU = 0.7
"""A detection that overlaps the box by AGREES..DRIFTED is the same player seen better: start anew from it."""
SAME_SIZE = 1.35
"""Largest ratio of heights between a box and a detection that may correct it."""


class CsrtTracker:
    """Follows from each anchor to the next, and from the first back to the clip's start."""

    def track(self, job: TrackJob) -> Track:
        """See :class:`highlight_cuts_cv.api.Tracker`."""
        count = job.clip.frame_count
        xyxy, scores, states = lost_rows(count)
        done = 0
        for anchor, start, stop, backward in _stretches(job.anchors, count):
            if anchor.box is None:
                done += stop - start
                continue
            for index, box, score, state in _follow(job, anchor, start, stop, backward):
                xyxy[index], scores[index], states[index] = box, score, state
                done += 1
                job.progress(min(done, count), count)
                if job.cancelled():
                    raise CancelledError("Following was cancelled.")
        return Track(xyxy, scores, states)


def _stretches(anchors: tuple[Anchor, ...], count: int) -> Iterator[tuple[Anchor, int, int, bool]]:
    """(anchor, first frame, end frame, backward) for each stretch that an anchor answers for."""
    first = anchors[0]
    if first.frame_index > 0:
        yield first, 0, first.frame_index + 1, True
    for anchor, following in zip(anchors, [*anchors[1:], None], strict=True):
        yield anchor, anchor.frame_index, following.frame_index if following else count, False


def _follow(
    job: TrackJob, anchor: Anchor, start: int, stop: int, backward: bool
) -> Iterator[tuple[int, NDArray[np.float32], float, State]]:
    """Yield (frame index, box, score, state) for the frames in which the player is supported."""
    assert anchor.box is not None
    box = np.array(anchor.box.as_xyxy(), np.float32)
    every = max(1, round(job.clip.rate / CHECKS_PER_SECOND))
    tracker: Any = None
    since_seen = 0
    for frame in job.frames.frames(start, stop, backward=backward):
        if tracker is None:
            tracker = _started(frame, box)
            yield frame.index, box, 1.0, State.ANCHOR
            continue
        ok, (left, top, width, height) = tracker.update(frame.bgr)
        if ok and width > 1 and height > 1:
            box = np.array([left, top, left + width, top + height], np.float32)
        seen = None
        if job.detections is not None and (not ok or abs(frame.index - anchor.frame_index) % every == 0):
            seen = _agreeing(box, job.detections[frame.index])
        if seen is not None:
            detected, iou = seen
            if not ok or iou < DRIFTED_IOU:
                box = detected
                tracker = _started(frame, box)
            since_seen = 0
            yield frame.index, box, 0.9, State.OBSERVED
        elif ok:
            since_seen += 1
            yield frame.index, box, 0.8 if since_seen < 2 * every else 0.5, State.OBSERVED


def _started(frame: Frame, box: NDArray[np.float32]) -> Any:
    """A CSRT tracker that has seen *box* in *frame*, cut to the picture: it refuses boxes outside."""
    height, width = frame.bgr.shape[:2]
    x1, y1 = np.clip(np.floor(box[:2]), 0, [width - 2, height - 2]).astype(int)
    x2, y2 = np.clip(np.ceil(box[2:]), [x1 + 2, y1 + 2], [width, height]).astype(int)
    tracker = cv2.TrackerCSRT_create()  # type: ignore[attr-defined]
    tracker.init(frame.bgr, (int(x1), int(y1), int(x2 - x1), int(y2 - y1)))
    return tracker


def _agreeing(box: NDArray[np.float32], found: Detections) -> tuple[NDArray[np.float32], float] | None:
    """The detection that shows the same player as *box*, with its IoU, if there is one."""
    if not len(found):
        return None
    iou = box_ious(box, found.xyxy)
    best = int(np.argmax(iou))
    ratio = (found.xyxy[best, 3] - found.xyxy[best, 1]) / max(1e-3, box[3] - box[1])
    if iou[best] < AGREES_IOU or not 1 / SAME_SIZE < ratio < SAME_SIZE:
        return None
    return found.xyxy[best], float(iou[best])
