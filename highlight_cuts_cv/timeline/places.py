"""Where things lie on a track, in seconds from its begin."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import opentimelineio as otio

from highlight_cuts_cv.timeline.times import seconds


def items_of(track: otio.schema.Track) -> Iterator[tuple[Fraction, Fraction, otio.core.Item]]:
    """Begin and end, in seconds, of all that fills a track."""
    begin = Fraction(0)
    for item in track:
        if not isinstance(item, otio.schema.Transition):
            end = begin + seconds(item.duration())
            yield begin, end, item
            begin = end


def transitions_around(
    clip: otio.schema.Clip,
) -> tuple[otio.schema.Transition | None, otio.schema.Transition | None]:
    """The transitions into and out of *clip*."""
    track = clip.parent()
    if not isinstance(track, otio.schema.Track):
        return None, None
    before, after = track.neighbors_of(clip)
    return (
        before if isinstance(before, otio.schema.Transition) else None,
        after if isinstance(after, otio.schema.Transition) else None,
    )
