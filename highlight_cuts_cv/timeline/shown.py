"""What a timeline shows when, to hold what was written against what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple
from urllib.parse import unquote

import opentimelineio as otio

from highlight_cuts_cv.timeline.locate import plain_path
from highlight_cuts_cv.timeline.places import items_of, transitions_around
from highlight_cuts_cv.timeline.times import nearest_frame, seconds


class Shown(NamedTuple):
    """What plays when: frames at the timeline's rate, with what transitions show of it."""

    track: int
    begin: int
    length: int
    first: int
    file: str
    speed: float


def difference(wanted: otio.schema.Timeline, came: otio.schema.Timeline, rate: Fraction) -> str | None:
    """What *came* shows otherwise than *wanted*, as the end of a sentence; ``None`` where both show the same."""
    return difference_of(shown(wanted, rate), shown(came, rate))


def difference_in_list(
    wanted: otio.schema.Timeline, came: otio.schema.Timeline, rate: Fraction
) -> str | None:
    """:func:`difference` for an edit list: it has the first track of pictures, from its first picture on, and counts
    in the files' timecode."""
    lists = []
    for timeline in (wanted, came):
        found = sorted(each for each in shown(timeline, rate, of_file=False) if each.track == 0)
        begin = found[0].begin if found else 0
        lists.append([each._replace(begin=each.begin - begin) for each in found])
    return difference_of(*lists)


def difference_of(wanted: Iterable[Shown], came: Iterable[Shown]) -> str | None:
    """:func:`difference` of what two timelines show."""
    expected, there = sorted(wanted), sorted(came)
    for one, found in zip(expected, there, strict=False):
        # A changed speed is rounded to whole frames of another pace.
        slack = 0 if one.speed == 1 else 1
        if one._replace(first=0) != found._replace(first=0) or abs(one.first - found.first) > slack:
            return f"{one} did not read back as it was written, but as {found}"
    if len(expected) != len(there):
        return f"{len(there)} clips came back of {len(expected)}"
    return None


def shown(timeline: otio.schema.Timeline, rate: Fraction, of_file: bool = True) -> Iterator[Shown]:
    """All that plays in *timeline*, track by track: pictures from 0 up, sound from -1 down.  *of_file* counts from
    the file's first frame, else from timecode 0."""
    for kind in (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio):
        tracks = [
            track for track in timeline.tracks if isinstance(track, otio.schema.Track) and track.kind == kind
        ]
        for number, track in enumerate(tracks):
            place = number if kind == otio.schema.TrackKind.Video else -1 - number
            yield from _on_track(track, place, rate, of_file)


def _on_track(track: otio.schema.Track, number: int, rate: Fraction, of_file: bool) -> Iterator[Shown]:
    for begin, _, item in items_of(track):
        reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
        if not isinstance(reference, otio.schema.ExternalReference) or not item.enabled:
            continue
        before, after = transitions_around(item)
        lead = nearest_frame(seconds(before.in_offset), rate) if before else 0
        trail = nearest_frame(seconds(after.out_offset), rate) if after else 0
        used, available = item.trimmed_range(), reference.available_range
        origin = seconds(available.start_time) if available and of_file else Fraction(0)
        yield Shown(
            track=number,
            begin=nearest_frame(begin, rate) - lead,
            length=nearest_frame(seconds(used.duration), rate) + lead + trail,
            first=nearest_frame(seconds(used.start_time) - origin, rate) - lead,
            file=file_of(reference.target_url),
            speed=next(
                (e.time_scalar for e in item.effects if isinstance(e, otio.schema.LinearTimeWarp)), 1.0
            ),
        )


def file_of(url: str) -> str:
    """The file that *url* names: a URL, whose signs may be encoded, or a plain path."""
    return unquote(plain_path(url)) if url[:5].lower() == "file:" else url
