"""Overlays: films of the marker alone, on tracks of their own, each directly above the track of its clip.

What lies above that track stays above the marker, and nothing of the user's is touched.  A track of overlays
(a lane) holds nothing but overlays and gaps; where two overlays meet, in a dissolve, there are two lanes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

import opentimelineio as otio

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
from highlight_cuts_cv.timeline.notes import NAMESPACE, note_of
from highlight_cuts_cv.timeline.places import extent_of, has_own_speed, items_of
from highlight_cuts_cv.timeline.times import float_rate, seconds

OVERLAY = "overlay"
"""The key, under our namespace, of what carries an overlay: a clip, and the track that is there for it."""
_GEOMETRY = re.compile(
    r"transform|crop|zoom|scale|position|rotat|flip|mirror|pan\b|pitch|stabili|resiz|warp|lens", re.I
)
"""Names of effects that move pixels, and so have to move the marker too; colours are not its business."""


def is_overlay(item: otio.core.Composable) -> bool:
    """Whether *item* is an overlay, or a track of overlays, that this tool made."""
    return isinstance(item, otio.core.Item) and bool(note_of(item).get(OVERLAY))


def why_no_overlay(timeline: Timeline, clip: TimelineClip) -> str | None:
    """Why no overlay can lie above *clip*; ``None`` when one can."""
    otio_clip = timeline.otio_clip(clip)
    track = otio_clip.parent()
    stack = track.parent() if isinstance(track, otio.schema.Track) else track
    if not isinstance(stack, otio.schema.Stack):
        return "its track lies in no stack that could take another"
    try:
        if isinstance(track, otio.schema.Track):
            extent_of(otio_clip)
    except (BadInputError, otio.exceptions.OTIOError, NotImplementedError):
        return "something before it on its track does not say how long it is"
    return None


def lay_over(
    below: otio.schema.Clip,
    clip: TimelineClip,
    film: otio.schema.ExternalReference,
    note: Mapping[str, object],
) -> otio.schema.Clip:
    """Lay *film*, which covers ``clip.frame_count`` frames, above the clip *below*; return the new clip.

    *film* has its whole length as ``available_range``.  In transitions it reaches as far as its clip does.
    """
    rate, used = clip.rate, below.trimmed_range()
    lead, trail = (0, 0)
    if not has_own_speed(below):
        lead, trail = clip.head - clip.handles[0], clip.tail - clip.handles[1]
    start = seconds(film.available_range.start_time) + (clip.head - lead) / rate
    # At most as much as there is: what is no whole number of frames was rounded up for the film.
    length = min(
        seconds(used.duration) + (lead + trail) / rate, seconds(film.available_range.duration) - start
    )
    over = otio.schema.Clip(name=below.name, media_reference=film, source_range=_span(start, length, rate))
    over.metadata[NAMESPACE] = {**note, OVERLAY: True}
    over.effects.extend(effect.clone() for effect in below.effects if _moves_pixels(effect))
    track = below.parent()
    if not isinstance(track, otio.schema.Track):
        track.insert(track.index(below) + 1, over)
        return over
    begin = extent_of(below)[0] - lead / rate
    _place(track, over, begin, begin + length, rate)
    return over


def drop_overlays(below: otio.schema.Clip, rate: Fraction) -> None:
    """Take away the overlays of earlier runs that lie above *below*, and lanes that are empty then."""
    track = below.parent()
    if not isinstance(track, otio.schema.Track):
        place = track.index(below) + 1
        while place < len(track) and is_overlay(track[place]):
            del track[place]
        return
    lanes = list(_lanes(track))
    if not lanes:
        return
    begin, end = extent_of(below)
    for lane in lanes:
        for first, last, item in list(items_of(lane)):
            shared = min(last, end) - max(first, begin)
            if is_overlay(item) and shared > min(last - first, end - begin) / 2:
                lane[lane.index(item)] = otio.schema.Gap(source_range=_span(Fraction(0), last - first, rate))
        if all(isinstance(item, otio.schema.Gap) for item in lane):
            lane.parent().remove(lane)


def _place(
    track: otio.schema.Track, over: otio.schema.Clip, begin: Fraction, end: Fraction, rate: Fraction
) -> None:
    """Put *over* between *begin* and *end* (seconds) on a lane above *track* that is free there."""
    above = track
    for lane in _lanes(track):
        above = lane
        if not _has_transitions(lane) and all(
            last <= begin or first >= end for first, last, _ in _filled(lane)
        ):
            break
    else:
        stack = track.parent()
        lane = otio.schema.Track(f"{track.name or 'Video'} marker", kind=otio.schema.TrackKind.Video)
        lane.metadata[NAMESPACE] = {OVERLAY: True}
        lane.source_range = track.source_range
        stack.insert(stack.index(above) + 1, lane)
    _fill(lane, [*_filled(lane), (begin, end, over)], rate)
    if track.source_range is not None:  # it says what is seen of the track, and so it has to be there
        _pad(lane, sum((last - first for first, last, _ in items_of(track)), Fraction(0)), rate)


def _filled(lane: otio.schema.Track) -> list[tuple[Fraction, Fraction, otio.core.Item]]:
    """Begin and end, in seconds, of what is no gap."""
    return [each for each in items_of(lane) if not isinstance(each[2], otio.schema.Gap)]


def _fill(
    lane: otio.schema.Track, clips: list[tuple[Fraction, Fraction, otio.core.Item]], rate: Fraction
) -> None:
    """Let *lane* hold *clips* where they belong, and gaps between them."""
    del lane[:]
    at = Fraction(0)
    for first, last, item in sorted(clips, key=lambda each: each[0]):
        if first > at:
            lane.append(otio.schema.Gap(source_range=_span(Fraction(0), first - at, rate)))
        lane.append(item)
        at = last


def _pad(lane: otio.schema.Track, length: Fraction, rate: Fraction) -> None:
    end = max((last for _, last, _ in items_of(lane)), default=Fraction(0))
    if end < length:
        lane.append(otio.schema.Gap(source_range=_span(Fraction(0), length - end, rate)))


def _lanes(track: otio.schema.Track) -> Iterator[otio.schema.Track]:
    """The tracks of overlays directly above *track*, from bottom to top."""
    stack = track.parent()
    if isinstance(stack, otio.schema.Stack):
        for above in stack[stack.index(track) + 1 :]:
            if not (isinstance(above, otio.schema.Track) and is_overlay(above)):
                return
            yield above


def _has_transitions(lane: otio.schema.Track) -> bool:
    return any(isinstance(item, otio.schema.Transition) for item in lane)


def _moves_pixels(effect: otio.schema.Effect) -> bool:
    if isinstance(effect, otio.schema.TimeEffect):
        return True
    return any(_GEOMETRY.search(name or "") for name in (effect.name, effect.effect_name))


def _span(start: Fraction, length: Fraction, rate: Fraction) -> otio.opentime.TimeRange:
    """Not of whole frames where the clip below is not: so the marker stays in step with it."""
    written = float_rate(rate)
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(float(start * rate), written),
        otio.opentime.RationalTime(float(length * rate), written),
    )
