"""Room for a picture that stands still: what else must move when a clip grows in its middle.

On the clip's own track everything later moves by itself.  On the others, as an editor's insert edit
does it: gaps grow, what begins later moves, sound that belongs to the clip is cut and goes on after the
pause, other sound plays on.  What cannot be kept right is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
from highlight_cuts_cv.timeline.dialects import file_name
from highlight_cuts_cv.timeline.places import crossed_frames, extent_of, has_own_speed, items_of
from highlight_cuts_cv.timeline.times import exact_rate, frame_range, frames, nearest_frame, seconds


def freeze_window(timeline: Timeline, clip: TimelineClip) -> range:
    """The frames of the clip's render, at the timeline's rate, that no transition lies over."""
    lead, trail = crossed_frames(timeline, clip)
    return range(lead, clip.frame_count - trail)


def why_no_freeze(timeline: Timeline, clip: TimelineClip, frame: int) -> str | None:
    """Why the clip's picture *frame* (of its render) cannot stand still without harm to the rest of the
    timeline; ``None`` when it can."""
    return _reasons(timeline, clip, range(frame, frame + 1))[0]


def freeze_obstacles(timeline: Timeline, clip: TimelineClip) -> tuple[str | None, ...]:
    """:func:`why_no_freeze` for each frame of the clip's render."""
    return tuple(_reasons(timeline, clip, range(clip.frame_count)))


def _reasons(timeline: Timeline, clip: TimelineClip, places: range) -> list[str | None]:
    otio_clip = timeline.otio_clip(clip)
    track = otio_clip.parent()
    whatever: str | None = None
    if not isinstance(track, otio.schema.Track) or track.parent() is not timeline.otio.tracks:
        whatever = "it lies in a nested sequence, whose place in the edit would change"
    elif any(_is_trimmed(item) for item in (timeline.otio.tracks, *timeline.otio.tracks)):
        whatever = "the timeline or one of its tracks is trimmed as a whole"
    elif has_own_speed(otio_clip):
        whatever = "its speed is changed"
    elif not len(freeze_window(timeline, clip)):
        whatever = "transitions lie over all of it"
    elif not all(isinstance(other, otio.schema.Track) for other in timeline.otio.tracks):
        whatever = "the timeline has more than tracks in it"
    if whatever is not None:
        return [whatever] * len(places)
    try:
        begin = _moment(clip, otio_clip, 0)
        moments = [begin + place / clip.rate for place in places]
        others = [other for other in timeline.otio.tracks if other is not track]
        obstacles = [one for other in others for one in _obstacles(other, otio_clip, moments, clip.rate)]
    except (BadInputError, otio.exceptions.OTIOError, NotImplementedError):
        return ["something in the timeline does not say how long it is"] * len(places)
    return [next((one.reason for one in obstacles if one.lies_over(moment)), None) for moment in moments]


def make_room(
    result: otio.schema.Timeline, otio_clip: otio.schema.Clip, clip: TimelineClip, frame: int, count: int
) -> None:
    """Move what has to move in *result* when picture *frame* of the clip's render stands still for
    *count* frames.  *otio_clip*, which must still have its original range, is left as it is."""
    moment, rate = _moment(clip, otio_clip, frame), clip.rate
    for track in result.tracks:
        if track is not otio_clip.parent():
            _insert(track, otio_clip, moment, count, rate)
    start = result.global_start_time
    for item in (result.tracks, *result.tracks):
        spread_markers(item, moment, count, rate, seconds(start) if start is not None else Fraction(0))


def content_lengths(timeline: otio.schema.Timeline) -> list[Fraction | None]:
    """How long what is in the timeline is, and what is in each of its tracks, in seconds; ``None`` for what
    has no range of its own that would have to grow along."""
    items = (timeline.tracks, *timeline.tracks)
    return [_content(item) if item.source_range is not None else None for item in items]


def grow_ranges(timeline: otio.schema.Timeline, before: Sequence[Fraction | None], rate: Fraction) -> None:
    """Lengthen the own ranges of the timeline and its tracks by what their contents grew since *before*."""
    # The tracks first: the timeline is as long as they are.
    for item, was in reversed(list(zip((timeline.tracks, *timeline.tracks), before, strict=True))):
        if was is None or not (grown := nearest_frame(_content(item) - was, rate)):
            continue
        used = item.source_range
        item.source_range = otio.opentime.TimeRange(used.start_time, used.duration + frames(grown, rate))


def _content(item: otio.core.Composition) -> Fraction:
    lengths = [seconds(child.duration()) for child in item if not isinstance(child, otio.schema.Transition)]
    return (
        sum(lengths, Fraction(0))
        if isinstance(item, otio.schema.Track)
        else max(lengths, default=Fraction(0))
    )


def _is_trimmed(item: otio.core.Composition) -> bool:
    """Whether the item's own range shows less than all that is in it.

    Kdenlive writes the whole content as the range; one beside the content says when it plays.
    """
    used = item.source_range
    if used is None or not isinstance(item, otio.core.Composition):
        return False
    try:
        start, length, content = seconds(used.start_time), seconds(used.duration), _content(item)
        slack = 1 / (2 * exact_rate(used.duration.rate))
    except (BadInputError, otio.exceptions.OTIOError):
        return True
    if isinstance(item, otio.schema.Track) and is_beside(start, length, content):
        return False
    return abs(start) > slack or length < content - slack


def is_beside(start: Fraction, length: Fraction, content: Fraction) -> bool:
    """Whether a track's own range, from *start*, shows none of its content (all in seconds), as that of EDLs
    whose record time starts at one hour: it says when the track plays, then, not what of it."""
    return content > 0 and (start + length <= 0 or start >= content)


def spread_markers(
    item: otio.core.Item, moment: Fraction, count: int, rate: Fraction, clock: Fraction = Fraction(0)
) -> None:
    """Move the markers of *item* that stand after *moment*, and lengthen those that reach over it.

    Some programs count markers from the timeline's start time, *clock*.
    """
    for marker in item.markers:
        start, length = seconds(marker.marked_range.start_time), seconds(marker.marked_range.duration)
        at = moment + clock if clock and start >= clock else moment
        first, duration = nearest_frame(start, rate), nearest_frame(length, rate)
        if start > at:
            marker.marked_range = frame_range(first + count, duration, rate)
        elif start + length > at and duration > 1:
            marker.marked_range = frame_range(first, duration + count, rate)


def _moment(clip: TimelineClip, otio_clip: otio.schema.Clip, frame: int) -> Fraction:
    """When picture *frame* of the clip's render is on screen, in seconds of the timeline."""
    return extent_of(otio_clip)[0] + (frame - clip.head) / clip.rate


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """What cannot make room at the moments between ``low`` and ``high``, as the second half of a sentence."""

    low: Fraction
    high: Fraction
    reason: str
    at_ends: bool = False

    def lies_over(self, moment: Fraction) -> bool:
        return self.low < moment < self.high or (self.at_ends and moment in (self.low, self.high))


def _obstacles(
    track: otio.schema.Track, clip: otio.schema.Clip, moments: Sequence[Fraction], rate: Fraction
) -> Iterator[_Obstacle]:
    """Those on another track around the (rising) moments, in the order of its items."""
    where = f"on the track '{track.name or track.kind}'"
    slack = 1 / (2 * rate)
    for begin, end, item in items_of(track):
        if begin > moments[-1] + slack:  # a transition at its end reaches back into it, not beyond
            return
        after = track.neighbors_of(item)[1]
        if isinstance(after, otio.schema.Transition):
            reason = f"a transition {where} lies over that moment"
            first, last = end - seconds(after.in_offset), end + seconds(after.out_offset)
            yield _Obstacle(first + slack, last - slack, reason)
            yield _Obstacle(end - slack, end + slack, reason, at_ends=True)
        if end < moments[0] or isinstance(item, otio.schema.Gap):
            continue
        if track.kind != otio.schema.TrackKind.Audio:
            yield _Obstacle(begin + slack, end - slack, f"'{item.name}' {where} lies over that moment")
        elif isinstance(after, otio.schema.Transition) and not _in_step(item, begin, clip, rate):
            reason = f"'{item.name}' {where} plays on through it, into a transition"
            yield _Obstacle(begin + slack, end - slack, reason)


def _insert(
    track: otio.schema.Track, clip: otio.schema.Clip, moment: Fraction, count: int, rate: Fraction
) -> None:
    """Make what plays after *moment* on another track *count* frames later."""
    slack, gap = 1 / (2 * rate), otio.schema.Gap(source_range=frame_range(0, count, rate))
    for begin, end, item in items_of(track):
        place = track.index(item)
        if abs(begin - moment) <= slack:
            track.insert(place, gap)
            return
        if not begin < moment < end - slack:
            continue
        if isinstance(item, otio.schema.Gap):
            used = item.trimmed_range()
            item.source_range = otio.opentime.TimeRange(used.start_time, used.duration + frames(count, rate))
        elif _in_step(item, begin, clip, rate):
            _split(item, moment - begin)
            track.insert(place + 1, gap)
        elif place + 1 < len(track):
            track.insert(place + 1, gap)
        return


def _in_step(item: otio.core.Item, begin: Fraction, clip: otio.schema.Clip, rate: Fraction) -> bool:
    """Whether *item* plays the same moment of the same recording as *clip*."""
    file = _file_name(item)
    if file is None or file != _file_name(clip):
        return False
    ours = extent_of(clip)[0]
    theirs = seconds(item.trimmed_range().start_time) - begin
    return abs(seconds(clip.trimmed_range().start_time) - ours - theirs) < 1 / rate


def _file_name(item: otio.core.Item) -> str | None:
    return file_name(item.media_reference) if isinstance(item, otio.schema.Clip) else None


def _split(item: otio.core.Item, after: Fraction) -> None:
    """Cut *item* in two, *after* seconds from its begin; the second half follows it."""
    track, used = item.parent(), item.trimmed_range()
    rate = exact_rate(used.duration.rate)
    cut = frames(nearest_frame(after, rate), rate)
    rest = item.clone()
    item.source_range = otio.opentime.TimeRange(used.start_time, cut)
    rest.source_range = otio.opentime.TimeRange(used.start_time + cut, used.duration - cut)
    track.insert(track.index(item) + 1, rest)
    for part, keeps in ((item, False), (rest, True)):
        moved = [
            m for m in part.markers if (m.marked_range.start_time >= rest.source_range.start_time) != keeps
        ]
        for marker in moved:
            part.markers.remove(marker)
