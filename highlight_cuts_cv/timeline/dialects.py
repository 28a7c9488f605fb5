"""What one editor needs otherwise than the others, or does not read at all, as sentences.

Kdenlive's is what its OpenTimelineIO import does (tried with 26.08): it lays markers at source start plus marker, leaves
transitions out, and plays every clip behind one from its file's first frame, as it does the last of a track.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.cleaning import at_rate
from highlight_cuts_cv.timeline.locate import parts_of, plain_path
from highlight_cuts_cv.timeline.notes import NAMESPACE, note_of
from highlight_cuts_cv.timeline.overlays import is_overlay
from highlight_cuts_cv.timeline.places import is_imported, starts_at_0
from highlight_cuts_cv.timeline.times import exact_rate, frame_range, frames, nearest_frame, seconds

LINK = "Link Group ID"
"""What, under Resolve's name in the metadata, a clip and its sound have the same of."""
_RESOLVE = "Resolve_OTIO"
_WRITTEN_FOR = "written_for"


def for_kdenlive(timeline: otio.schema.Timeline, rate: Fraction) -> list[str]:
    """Whole frames, and markers where the import looks for them."""
    at_rate(timeline, rate)
    _move_markers(timeline, rate, -1)
    timeline.metadata[NAMESPACE] = {**note_of(timeline), _WRITTEN_FOR: "kdenlive"}
    lost = [f"'{clip.name}' on '{track.name or track.kind}'" for track, clip, _ in lost_in_points(timeline)]
    if not lost:
        return []
    return [
        "Kdenlive's import plays what is last on its track or behind a transition from its file's first frame: "
        f"{', '.join(lost)}. A project (-o NAME.kdenlive) has no such trouble."
    ]


def undo_kdenlive(timeline: otio.schema.Timeline) -> None:
    """Put the markers of a timeline that was written for Kdenlive where they belong."""
    note = dict(note_of(timeline))
    if note.pop(_WRITTEN_FOR, None) != "kdenlive":
        return
    _move_markers(timeline, None, 1)
    if note:
        timeline.metadata[NAMESPACE] = note
    else:
        del timeline.metadata[NAMESPACE]


def for_resolve(timeline: otio.schema.Timeline, rate: Fraction) -> list[str]:
    """A start time that is said, and sound that is linked to its pictures wherever it came from."""
    if timeline.global_start_time is None:
        timeline.global_start_time = frames(0, rate)
    _link_sound(timeline)
    return []


def for_finalcut(timeline: otio.schema.Timeline, rate: Fraction) -> list[str]:
    """Whole frames."""
    at_rate(timeline, rate)
    return ["Final Cut Pro reads no .otio; name the output NAME.fcpxml."]


def for_premiere(timeline: otio.schema.Timeline, rate: Fraction) -> list[str]:
    """Whole frames."""
    at_rate(timeline, rate)
    return ["Premiere Pro reads .otio since 25.6."]


def as_it_is(timeline: otio.schema.Timeline, rate: Fraction) -> list[str]:
    """What all of them read."""
    return []


DIALECTS: dict[str, Callable[[otio.schema.Timeline, Fraction], list[str]]] = {
    "any": as_it_is,
    "kdenlive": for_kdenlive,
    "resolve": for_resolve,
    "premiere": for_premiere,
    "finalcut": for_finalcut,
}
"""By editor: changes a timeline that runs at a rate, and says what will not come out right."""


def _move_markers(timeline: otio.schema.Timeline, rate: Fraction | None, sign: int) -> None:
    """Kdenlive adds the source start to a marker's time, and takes the result for the file's own frame."""
    for clip in timeline.find_clips():
        used, available = (
            clip.source_range,
            clip.media_reference.available_range if clip.media_reference else None,
        )
        if used is None:
            continue
        offset = seconds(used.start_time) + (seconds(available.start_time) if available else Fraction(0))
        for marker in clip.markers:
            try:
                marked = marker.marked_range
                pace = rate or exact_rate(marked.start_time.rate)
                start = nearest_frame(seconds(marked.start_time) + sign * offset, pace)
                marker.marked_range = frame_range(start, nearest_frame(seconds(marked.duration), pace), pace)
            except BadInputError:  # one at no time stays there
                continue


def lost_in_points(
    timeline: otio.schema.Timeline,
) -> Iterator[tuple[otio.schema.Track, otio.schema.Clip, str]]:
    """The clips that Kdenlive's import plays from their file's first frame, with their track, and why."""
    for track in timeline.tracks:
        if not isinstance(track, otio.schema.Track):
            continue
        crossed = False
        for index, item in enumerate(track):
            crossed = crossed or isinstance(item, otio.schema.Transition)
            behind = any(map(is_imported, track[index + 1 :]))
            if (
                isinstance(item, otio.schema.Clip)
                and (crossed or not behind)
                and not starts_at_0(item, False)
            ):
                yield track, item, "behind a transition" if behind else "the last on its track"


def _link_sound(timeline: otio.schema.Timeline) -> None:
    """Give pictures and sound of the same time and file the same link, where they have none."""
    taken = {link for clip in timeline.find_clips() if (link := link_of(clip)) is not None}
    free = (number for number in itertools.count(1) if number not in taken)
    sounds: dict[tuple[object, ...], list[otio.schema.Clip]] = {}
    for track in timeline.audio_tracks():
        for clip in track.find_clips():
            if (place := _place(clip)) is not None:
                sounds.setdefault((*place, file_name(clip.media_reference)), []).append(clip)
    for track in timeline.video_tracks():
        if is_overlay(track):
            continue
        for clip in track.find_clips():
            place = _place(clip)
            files = {file_name(reference) for reference in clip.media_references().values()} - {None}
            along = [sound for file in files if place is not None for sound in sounds.get((*place, file), [])]
            unlinked = [item for item in (clip, *along) if link_of(item) is None]
            if not along or not unlinked:
                continue
            links = [link for item in (clip, *along) if (link := link_of(item)) is not None]
            link = links[0] if links else next(free)
            for item in unlinked:
                known = item.metadata.get(_RESOLVE)
                item.metadata[_RESOLVE] = {**(known if hasattr(known, "get") else {}), LINK: link}


def _place(clip: otio.schema.Clip) -> tuple[float, float] | None:
    try:
        place = clip.range_in_parent()
        return round(place.start_time.to_seconds(), 3), round(place.duration.to_seconds(), 3)
    except (otio.exceptions.OTIOError, NotImplementedError):
        return None


def file_name(reference: otio.core.MediaReference) -> str | None:
    """The name of the file that *reference* names, without its folders."""
    if not isinstance(reference, otio.schema.ExternalReference):
        return None
    return (parts_of(plain_path(reference.target_url)) or ("",))[-1]


def link_of(clip: otio.schema.Clip) -> object:
    """What links *clip* to its sound in Resolve."""
    resolve = clip.metadata.get(_RESOLVE)
    return resolve.get(LINK) if hasattr(resolve, "get") else None
