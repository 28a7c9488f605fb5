"""The rate that a timeline runs at, which OTIO does not say outright."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.sources import Sources
from highlight_cuts_cv.timeline.times import FASTEST, exact_rate


def timeline_rate(timeline: otio.schema.Timeline, sources: Sources) -> Fraction:
    """The rate of the global start time; else the one that OTIO gives the length of the pictures, which is
    the highest of what the video tracks hold; else that of their markers; else the first medium's."""
    start = timeline.global_start_time
    if start is not None and 1 < start.rate <= FASTEST:  # 1 is what an unset RationalTime has
        return exact_rate(start.rate)
    items = [item for item in timeline.tracks.find_children() if is_shown_video(item)]
    times = [item.source_range.duration for item in items if _says_length(item)]
    if rates := list(_rates(times)):
        return max(rates)
    marks = [marker.marked_range.start_time for item in (timeline.tracks, *items) for marker in item.markers]
    if rates := list(_rates(marks)):
        return max(rates)
    for clip in items:
        if isinstance(clip, otio.schema.Clip) and (source := sources.find(clip)):
            available = clip.media_reference.available_range
            return next(_rates([available.duration] if available else []), source.info.rate)
    return Fraction(30)


def is_shown_video(item: otio.core.Composable | None) -> bool:
    """Whether *item* is a picture (or a gap between pictures) that is not switched off."""
    while item is not None:
        if not isinstance(item, otio.core.Item) or not item.enabled:
            return False
        if isinstance(item, otio.schema.Track) and item.kind != otio.schema.TrackKind.Video:
            return False
        item = item.parent()
    return True


def _says_length(item: otio.core.Item) -> bool:
    # Gaps of no length, as fillers of all kinds write them, have a rate of nobody's.
    return item.source_range is not None and item.source_range.duration.value > 0


def _rates(times: list[otio.opentime.RationalTime]) -> Iterator[Fraction]:
    for time in times:
        try:
            rate = exact_rate(time.rate)
        except BadInputError:
            continue
        if 1 < rate <= FASTEST:
            yield rate
