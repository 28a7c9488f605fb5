"""What must hold everywhere in a timeline that editors are to open; nothing else is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from typing import TypeAlias

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.locate import MediaFinder
from highlight_cuts_cv.timeline.times import (
    FASTEST,
    exact_rate,
    float_rate,
    frame_range,
    nearest_frame,
    ntsc_rate,
    seconds,
)

_Time: TypeAlias = otio.opentime.RationalTime


def external_references(
    document: otio.core.SerializableObjectWithMetadata,
) -> Iterator[tuple[otio.schema.Clip, otio.schema.ExternalReference]]:
    """Every reference to a file, on all tracks of all timelines in *document*, active or not, with its clip."""
    for clip in _clips(document):
        for reference in clip.media_references().values():
            if isinstance(reference, otio.schema.ExternalReference):
                yield clip, reference


def _clips(document: otio.core.SerializableObjectWithMetadata) -> Iterator[otio.schema.Clip]:
    if isinstance(document, otio.schema.Clip):
        yield document
    elif isinstance(document, otio.schema.SerializableCollection):
        for child in document:
            yield from _clips(child)
    elif isinstance(document, otio.schema.Timeline | otio.core.Composition):
        yield from document.find_clips()


def plain_paths(document: otio.core.SerializableObjectWithMetadata, finder: MediaFinder) -> None:
    """Write every medium that exists as a plain absolute path: Resolve drops ``file://`` URLs, and
    relative paths break when the timeline is written to another folder."""
    for _, reference in external_references(document):
        if path := finder.find(reference.target_url):
            reference.target_url = path.as_posix()


def relink(document: otio.core.SerializableObjectWithMetadata, finder: MediaFinder) -> None:
    """Point every reference whose file is not where it says at the one that *finder* finds, whatever the
    track and whether anybody is followed there."""
    for _, reference in external_references(document):
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


def describe_file(clips: Iterable[otio.schema.Clip], original: otio.schema.ExternalReference) -> None:
    """Say in frames what there is of the file *original* where *clips* show or play it and say it in samples or
    not at all.

    FCP7 XML describes each file once, where it first appears, in frames: with the video gone from there, a
    range in samples, or none, would be an error.
    """
    there = original.available_range
    rate = exact_rate(there.duration.rate)
    for clip in clips:
        reference = clip.media_reference
        if not isinstance(reference, otio.schema.ExternalReference) or reference is original:
            continue
        if reference.target_url != original.target_url:
            continue
        known = reference.available_range
        if known is None:
            reference.available_range = there
        elif known.duration.rate > FASTEST:
            begin, length = seconds(known.start_time) * rate, seconds(known.duration) * rate
            reference.available_range = otio.opentime.TimeRange(
                _Time(float(begin), float_rate(rate)), _Time(float(length), float_rate(rate))
            )


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
