"""Where things lie on a track, in seconds from its begin."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import opentimelineio as otio

from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
from highlight_cuts_cv.timeline.times import exact_rate, nearest_frame, seconds


def items_of(track: otio.schema.Track) -> Iterator[tuple[Fraction, Fraction, otio.core.Item]]:
    """Begin and end, in seconds, of all that fills a track."""
    begin = Fraction(0)
    for item in track:
        if not isinstance(item, otio.schema.Transition):
            end = begin + seconds(item.duration())
            yield begin, end, item
            begin = end


def extent_of(clip: otio.schema.Clip) -> tuple[Fraction, Fraction]:
    """Begin and end of *clip* on its track, in seconds."""
    return next((begin, end) for begin, end, item in items_of(clip.parent()) if item is clip)


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


def has_own_speed(clip: otio.schema.Clip) -> bool:
    return any(isinstance(effect, otio.schema.TimeEffect) for effect in clip.effects)


def crossed_frames(timeline: Timeline, clip: TimelineClip) -> tuple[int, int]:
    """How many frames at the begin and at the end of the render of *clip* transitions lie over, its ``head`` and
    ``tail`` among them; none where its speed is changed, since these are frames of another pace."""
    otio_clip = timeline.otio_clip(clip)
    before, after = transitions_around(otio_clip)
    if has_own_speed(otio_clip):
        return 0, 0
    lead = clip.head + nearest_frame(seconds(before.out_offset), clip.rate) if before else 0
    trail = clip.tail + nearest_frame(seconds(after.in_offset), clip.rate) if after else 0
    return lead, trail


def is_imported(item: otio.core.Composable) -> bool:
    """Whether Kdenlive's import puts *item* on a track."""
    return (
        isinstance(item, otio.schema.Clip)
        and isinstance(item.media_reference, otio.schema.ExternalReference)
        and item.duration().value > 0
    )


def starts_at_0(clip: otio.schema.Clip, of_all: bool = True) -> bool:
    """Whether *clip* shows its file from the first frame: with what a transition shows of it, or without."""
    reference = clip.media_reference
    if reference is None or reference.available_range is None or clip.source_range is None:
        return True
    shown = clip.source_range.start_time
    if of_all and transitions_around(clip)[0] is not None:
        shown = clip.visible_range().start_time
    return abs(seconds(shown) - seconds(reference.available_range.start_time)) < 1 / exact_rate(shown.rate)
