"""Markers of ours on a clip: who was followed in it, and where somebody should look."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import opentimelineio as otio

from highlight_cuts_cv.model import Mark
from highlight_cuts_cv.timeline.notes import NAMESPACE, note_of
from highlight_cuts_cv.timeline.times import frame_range

MARK = "mark"
"""The key, under our namespace, of markers that this tool made."""


def put_marks(clip: otio.schema.Clip, marks: Sequence[Mark], begin: int, rate: Fraction) -> None:
    """Give *clip*, whose render's first frame is *begin* in source time, markers for *marks*.

    The text is in name and comment: editors read the one or the other.
    """
    for mark in marks:
        marker = otio.schema.Marker(
            name=mark.text,
            marked_range=frame_range(begin + mark.frame, mark.frames, rate),
            color=otio.schema.MarkerColor.RED if mark.doubtful else otio.schema.MarkerColor.GREEN,
            comment=mark.text,
        )
        marker.metadata[NAMESPACE] = {MARK: True}
        clip.markers.append(marker)


def drop_marks(clip: otio.schema.Clip) -> None:
    """Take our markers away."""
    clip.markers[:] = [marker for marker in clip.markers if not is_mark(marker)]


def is_mark(marker: otio.schema.Marker) -> bool:
    """Whether this tool made *marker*."""
    return bool(note_of(marker).get(MARK))
