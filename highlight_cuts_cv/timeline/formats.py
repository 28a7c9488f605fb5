"""The formats that a tracked timeline is written in, each through its OpenTimelineIO adapter, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import opentimelineio as otio

from highlight_cuts_cv.model import JobFailedError
from highlight_cuts_cv.timeline.bundles import SUFFIXES as BUNDLES
from highlight_cuts_cv.timeline.places import items_of, transitions_around
from highlight_cuts_cv.timeline.times import nearest_frame, seconds

PROJECT = ".kdenlive"
TABLES = (".csv", ".tsv")
SUFFIXES = (".otio", *BUNDLES, PROJECT)
_ADAPTERS = {PROJECT: "highlight_cuts_kdenlive"}


class _Shown(NamedTuple):
    """What plays when: frames at the timeline's rate, with what transitions show of it."""

    track: int
    begin: int
    length: int
    first: int
    file: str
    speed: float


def is_table(path: Path) -> bool:
    """Whether *path* is a CSV (or the like), which names recordings and times, and neither tracks nor renders."""
    return path.suffix.lower() in TABLES


def written_as(output: Path) -> Path:
    """The timeline that is written where *output* is asked for: beside a table a timeline."""
    return output.with_suffix(".otio") if is_table(output) else output


def is_project(output: Path) -> bool:
    """Whether *output* is an editor's own project, not a timeline for all."""
    return output.suffix.lower() == PROJECT


def write_project(
    timeline: otio.schema.Timeline, path: Path, size: tuple[int, int], rate: Fraction, output: Path
) -> None:
    """Write *timeline* to *path* through its format's adapter and read it back; a new project is of *size*.

    *output* is what the file will be called.  Raises JobFailedError when the adapter cannot write it, or
    something does not come back.
    """
    adapter = _ADAPTERS[output.suffix.lower()]
    try:
        otio.adapters.write_to_file(timeline, str(path), adapter_name=adapter, size=size)
        back = otio.adapters.read_from_file(str(path), adapter_name=adapter)
    except OSError:
        raise
    except Exception as error:  # adapters raise whatever they do
        reason = str(error).rstrip(".") or type(error).__name__
        raise JobFailedError(
            f"The timeline cannot be written as {output}: {reason} (adapter {adapter})."
        ) from error
    expected, came = (sorted(_shown(each, rate)) for each in (timeline, back))
    for wanted, found in zip(expected, came, strict=False):
        # A changed speed is rounded to whole frames of another pace.
        slack = 0 if wanted.speed == 1 else 1
        if wanted._replace(first=0) != found._replace(first=0) or abs(wanted.first - found.first) > slack:
            raise JobFailedError(
                f"In {output}, {wanted} did not read back as it was written, but as {found}."
            )
    if len(expected) != len(came):
        raise JobFailedError(f"{output} has {len(came)} clips, but {len(expected)} were written.")


def _shown(timeline: otio.schema.Timeline, rate: Fraction) -> Iterator[_Shown]:
    for kind in (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio):
        tracks = [
            track for track in timeline.tracks if isinstance(track, otio.schema.Track) and track.kind == kind
        ]
        for number, track in enumerate(tracks):
            yield from _on_track(track, number if kind == otio.schema.TrackKind.Video else -1 - number, rate)


def _on_track(track: otio.schema.Track, number: int, rate: Fraction) -> Iterator[_Shown]:
    for begin, _, item in items_of(track):
        reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
        if not isinstance(reference, otio.schema.ExternalReference) or not item.enabled:
            continue
        before, after = transitions_around(item)
        lead = nearest_frame(seconds(before.in_offset), rate) if before else 0
        trail = nearest_frame(seconds(after.out_offset), rate) if after else 0
        used, available = item.trimmed_range(), reference.available_range
        origin = seconds(available.start_time) if available else Fraction(0)
        yield _Shown(
            track=number,
            begin=nearest_frame(begin, rate) - lead,
            length=nearest_frame(seconds(used.duration), rate) + lead + trail,
            first=nearest_frame(seconds(used.start_time) - origin, rate) - lead,
            file=reference.target_url,
            speed=next(
                (e.time_scalar for e in item.effects if isinstance(e, otio.schema.LinearTimeWarp)), 1.0
            ),
        )
