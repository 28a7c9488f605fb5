"""Formats of other programs, which a timeline is written in through their OpenTimelineIO adapters.

What they cannot hold is said as sentences.  Nothing here looks at a recording.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import opentimelineio as otio

from highlight_cuts_cv.timeline.cleaning import at_rate, external_references
from highlight_cuts_cv.timeline.fcpxml import FcpxmlError, named_titles, read_shown, write_fcpxml
from highlight_cuts_cv.timeline.notes import NAMESPACE, note_of
from highlight_cuts_cv.timeline.shown import difference, difference_in_list, difference_of, shown
from highlight_cuts_cv.timeline.times import exact_rate

_FCP7, _CMX = "fcp_xml", "cmx_3600"
"""Where these adapters keep what they read, in the metadata, and what they are called."""
_FCPXML = "this program's own"


class AdapterError(Exception):
    """Why a timeline is not written, as the end of a sentence without its stop."""


class Exchange(NamedTuple):
    """A format: its adapter, what is done to a copy of the timeline before it is written, and what a timeline that
    was written as it does not hold.  ``tracks`` says that it can have several, and ``usual`` that what was read
    from it is written as it unless something else is asked for."""

    adapter: str
    prepare: Callable[[otio.schema.Timeline, Fraction], None]
    told: str = ""
    tracks: bool = True
    usual: bool = True


def _as_it_is(timeline: otio.schema.Timeline, rate: Fraction) -> None:
    pass


def prepare_fcpxml(timeline: otio.schema.Timeline, rate: Fraction) -> None:
    """For FCPXML: whole frames, and titles where markers move."""
    at_rate(timeline, rate)
    named_titles(timeline)


def prepare_xml(timeline: otio.schema.Timeline, rate: Fraction) -> None:
    """For Final Cut Pro 7's XML: whole frames, files as URLs, markers from the file's begin, with their comments."""
    at_rate(timeline, rate)
    for number, clip in enumerate(timeline.find_clips()):
        # The adapter takes equal clips for one, even where a transition makes one of them longer.
        clip.metadata[NAMESPACE] = {**note_of(clip), "number": number}
        available = clip.media_reference.available_range if clip.media_reference else None
        for marker in clip.markers:
            if marker.comment:
                known = marker.metadata.get(_FCP7)
                known = known if hasattr(known, "get") else {}
                marker.metadata[_FCP7] = {**known, "comment": marker.comment}
            marked = marker.marked_range
            # Ours are in source time; those that came from such a file count as it does.
            if available is not None and marked.start_time >= available.start_time:
                start = marked.start_time - available.start_time.rescaled_to(marked.start_time.rate)
                marker.marked_range = otio.opentime.TimeRange(start, marked.duration)
    for _, reference in external_references(timeline):
        path = reference.target_url
        if Path(path).is_absolute():  # what is a URL already stays as it came
            path = path.replace("\\", "/")
            reference.target_url = f"file://localhost{'' if path.startswith('/') else '/'}{quote(path)}"


def prepare_edl(timeline: otio.schema.Timeline, rate: Fraction) -> None:
    """For an EDL: whole frames, and films have no reel."""
    at_rate(timeline, rate)
    for clip in timeline.find_clips():
        if "original" in note_of(clip):
            clip.metadata.pop(_CMX, None)


EXCHANGE = {
    ".kdenlive": Exchange("highlight_cuts_kdenlive", _as_it_is),
    ".xml": Exchange(
        _FCP7,
        prepare_xml,
        "Final Cut Pro 7's XML holds one file for each clip and no note of what was done; track again from the "
        "timeline that was read.",
    ),
    ".fcpxml": Exchange(
        _FCPXML,
        prepare_fcpxml,
        "FCPXML holds one file for each clip, neither effects nor levels, and no note of what was done; track again from the "
        "timeline that was read. Tried in no Final Cut Pro.",
    ),
    ".edl": Exchange(
        _CMX,
        prepare_edl,
        "An EDL holds one track of pictures, and neither effects, levels nor the begin of the timeline; track again "
        "from the timeline that was read.",
        tracks=False,
        usual=False,
    ),
}
"""By suffix."""


def write_through(
    timeline: otio.schema.Timeline, path: Path, rate: Fraction | None = None, **arguments: Any
) -> None:
    """Write a copy of *timeline*, at *rate* or its own, to *path* through the adapter of its suffix, and read it back.

    Raises AdapterError when that cannot be, or when what comes back is not the same.
    """
    suffix = path.suffix.lower()
    exchange, copied = EXCHANGE[suffix], timeline.deepcopy()
    pace = rate or exact_rate(timeline.duration().rate)
    exchange.prepare(copied, pace)
    if exchange.adapter == _FCPXML:
        try:
            write_fcpxml(copied, path, pace, **{"size": (1920, 1080), **arguments})
        except FcpxmlError as error:
            raise AdapterError(str(error)) from error
        if found := difference_of(shown(copied, pace), read_shown(path, pace)):
            raise AdapterError(found)
        return
    try:
        otio.adapters.write_to_file(copied, str(path), adapter_name=exchange.adapter, **arguments)
        more = {"rate": float(pace)} if suffix == ".edl" else {}
        back = otio.adapters.read_from_file(str(path), adapter_name=exchange.adapter, **more)
    except OSError:
        raise
    except Exception as error:  # adapters raise whatever they do
        reason = str(error).rstrip(".") or type(error).__name__
        raise AdapterError(f"{reason} (adapter {exchange.adapter})") from error
    if not isinstance(back, otio.schema.Timeline):
        raise AdapterError(f"it comes back as more than one timeline (adapter {exchange.adapter})")
    compare = difference if exchange.tracks else difference_in_list
    if found := compare(timeline, back, pace):
        raise AdapterError(f"{found} (adapter {exchange.adapter})")
