"""A followed path as scripts see it, one value per frame, and back."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from highlight_cuts_cv.model import Doubt, State, Track, TrackingFrame, Why


def frames_of(track: Track, first_frame: int) -> list[TrackingFrame]:
    """Each frame of a track, counted from the recording's *first_frame*, with the reason of the doubt that it lies in."""
    why = {index: str(doubt.why) for doubt in track.doubts for index in range(doubt.start, doubt.stop)}
    return [
        TrackingFrame(
            first_frame + i, track.box(i), float(track.scores[i]), not track.visible[i], why.get(i, "")
        )
        for i in range(len(track))
    ]


def track_of(frames: Sequence[TrackingFrame]) -> Track:
    """The track of frames that follow each other; stretches of one reason are one doubt."""
    shown = [frame.bbox if not frame.lost else None for frame in frames]
    doubts = []
    places = ((frame.doubt, index) for index, frame in enumerate(frames))
    for why, group in itertools.groupby(places, key=lambda place: place[0]):
        indexes = [index for _, index in group]
        if why:
            doubts.append(Doubt(indexes[0], indexes[-1] + 1, Why(why)))
    return Track(
        np.array([box.as_xyxy() if box else [np.nan] * 4 for box in shown], np.float32),
        np.array(
            [frame.confidence if box else 0 for frame, box in zip(frames, shown, strict=True)], np.float32
        ),
        np.array([State.OBSERVED if box else State.LOST for box in shown], np.uint8),
        tuple(doubts),
    )
