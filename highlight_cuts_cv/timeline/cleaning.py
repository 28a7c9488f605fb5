"""What must hold everywhere in a timeline that editors are to open; nothing else is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from typing import TypeAlias

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.locate import MediaFinder
from highlight_cuts_cv.timeline.times import float_rate, frame_range, nearest_frame, ntsc_rate, seconds

_Time: TypeAlias = otio.opentime.RationalTime


def external_references(
    timeline: otio.schema.Timeline,
) -> Iterator[tuple[otio.schema.Clip, otio.schema.ExternalReference]]:
    """Every reference to a file, on all tracks, active or not, with its clip."""
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            if isinstance(reference, otio.schema.ExternalReference):
                yield clip, reference


def plain_paths(timeline: otio.schema.Timeline, finder: MediaFinder) -> None:
    """Write every medium that exists as a plain absolute path: Resolve drops ``file://`` URLs, and
    relative paths break when the timeline is written to another folder."""
    for _, reference in external_references(timeline):
        if path := finder.find(reference.target_url):
            reference.target_url = path.as_posix()


def relink(timeline: otio.schema.Timeline, finder: MediaFinder) -> None:
    """Point every reference whose file is not where it says at the one that *finder* finds, whatever the
    track and whether anybody is followed there."""
    for _, reference in external_references(timeline):
        if not finder.is_there(reference.target_url):
            with suppress(BadInputError):  # several files fit: the clip itself will say so
                if path := finder.find(reference.target_url):
                    reference.target_url = path.as_posix()


def spell_ntsc(timeline: otio.schema.Timeline) -> None:
    """Write 29.97 and the like as 30000/1001: Kdenlive compares rates exactly."""

    def spell(time: _Time) -> _Time:
        rate = ntsc_rate(time.rate)
        return time if rate is None else _Time(time.value, float_rate(rate))

    map_times(timeline, spell)


def at_rate(timeline: otio.schema.Timeline, rate: Fraction) -> None:
    """Write every range of the edit in whole frames at *rate*; ends are rounded, so nothing drifts."""
    for track in [*timeline.tracks.find_children(descended_from_type=otio.schema.Track)]:
        position = Fraction(0)
        for item in track:
            if isinstance(item, otio.schema.Transition):
                item.in_offset = _Time(nearest_frame(seconds(item.in_offset), rate), float_rate(rate))
                item.out_offset = _Time(nearest_frame(seconds(item.out_offset), rate), float_rate(rate))
                continue
            if item.source_range is None:
                continue
            begin, length = seconds(item.source_range.start_time), seconds(item.source_range.duration)
            count = nearest_frame(position + length, rate) - nearest_frame(position, rate)
            item.source_range = frame_range(nearest_frame(begin, rate), count, rate)
            position += length


def map_times(timeline: otio.schema.Timeline, change: Callable[[_Time], _Time]) -> None:
    """Put what *change* makes of it in the place of every time in *timeline*."""

    def changed(span: otio.opentime.TimeRange | None) -> otio.opentime.TimeRange | None:
        if span is None:
            return None
        return otio.opentime.TimeRange(change(span.start_time), change(span.duration))

    if timeline.global_start_time is not None:
        timeline.global_start_time = change(timeline.global_start_time)
    for item in [timeline.tracks, *timeline.tracks.find_children()]:
        if isinstance(item, otio.schema.Transition):
            item.in_offset, item.out_offset = change(item.in_offset), change(item.out_offset)
            continue
        item.source_range = changed(item.source_range)
        for marker in item.markers:
            marker.marked_range = changed(marker.marked_range)
        if isinstance(item, otio.schema.Clip):
            for reference in item.media_references().values():
                reference.available_range = changed(reference.available_range)
