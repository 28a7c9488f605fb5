"""The highlight-cuts CSV as a timeline: at its media's rate, within its media, with audio."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.formats import is_table
from highlight_cuts_cv.timeline.loading import Loaded, choose, read_file
from highlight_cuts_cv.timeline.sources import Source, Sources, media_timecode
from highlight_cuts_cv.timeline.times import exact_rate, float_rate, frame_range, nearest_frame, seconds

_ADAPTER = "highlight_cuts_csv"


def team_of(path: Path) -> list[str]:
    """The players of a CSV that has highlights of several, in its order; nobody for any other file.

    No video is looked at.  A file that cannot be read has nobody: what is wrong with it is said by :func:`load_csv`.
    """
    if not is_table(path):
        return []
    try:
        document = read_file(path, {"adapter_name": _ADAPTER})
    except BadInputError:
        return []
    several = isinstance(document, otio.schema.SerializableCollection)
    return [timeline.name for timeline in document] if several else []


def load_csv(path: Path, player: str | None, sources: Sources, adapter_args: Mapping[str, object]) -> Loaded:
    """Read a CSV at the rate of its first medium, cut to what the media hold, with an audio track.

    Raises BadInputError like :func:`~highlight_cuts_cv.timeline.loading.load`.
    """
    # Other adapters for .csv may be installed; ours is asked for by name.
    args: dict[str, object] = {"adapter_name": _ADAPTER, **adapter_args}
    if player is not None:
        args["player"] = player

    def lacking(video: str, start: Fraction | None) -> tuple[str, str] | None:
        return _fault(sources, video, start)

    document = read_file(path, {**args, "lacking": lacking})
    if isinstance(document, otio.schema.SerializableCollection):
        players = ", ".join(timeline.name for timeline in document)
        raise BadInputError(f"{path} has several players. Choose one with --player: {players}.")
    loaded = choose(path, document, None)
    timeline = loaded.timeline
    first = next(filter(None, map(sources.peek, timeline.find_clips())), None)
    if first is not None and "rate" not in args and first.info.rate != exact_rate(_rate(timeline)):
        args["rate"] = float_rate(first.info.rate)
        loaded = choose(path, read_file(path, args), None)
        timeline = loaded.timeline
    for clip in timeline.find_clips():
        _fit(path, clip, sources)
    _add_audio(timeline, sources)
    return loaded


def _rate(timeline: otio.schema.Timeline) -> float:
    return float(timeline.find_clips()[0].source_range.duration.rate)


def _fit(path: Path, clip: otio.schema.Clip, sources: Sources) -> None:
    """Cut the end to the media's (padding and rough times reach beyond it); count from its timecode."""
    used = clip.source_range
    rate = exact_rate(used.duration.rate)
    start = seconds(used.start_time)
    line = clip.metadata["highlight_cuts_csv"]["rows"][0]["line"]
    try:
        source = sources.source(clip)
    except BadInputError as error:
        sources.refuse(clip, f"line {line} of {path.name} names it, but {error}")
        return
    info = source.info
    if start >= info.duration:
        sources.refuse(clip, f"line {line} of {path.name} starts it at {_too_late(source, start)}")
        return
    room = max(nearest_frame(info.duration - start, rate), 1)
    count = min(int(used.duration.value), room)
    if count < used.duration.value:
        sources.warnings.append(
            f"The clip at {float(start):.2f} s of {source.path.name} was cut to the video's end."
        )
    # A CSV counts from the first frame, but editors count source time from the file's timecode.
    first = nearest_frame(media_timecode(info), rate)
    clip.source_range = frame_range(first + int(used.start_time.value), count, rate)
    clip.media_reference.available_range = frame_range(first, nearest_frame(info.duration, rate), rate)
    for marker in clip.markers:
        marked = marker.marked_range
        begin = otio.opentime.RationalTime(first, float_rate(rate)) + marked.start_time
        marker.marked_range = otio.opentime.TimeRange(begin, marked.duration)


def _fault(sources: Sources, video: str, start: Fraction | None) -> tuple[str, str] | None:
    """The column at fault in a line that names *video* and begins at *start*, and why it cannot be followed."""
    reference = otio.schema.ExternalReference(target_url=video)
    try:
        source = sources.source(otio.schema.Clip(media_reference=reference))
    except BadInputError as error:
        return "videoName", str(error).rstrip(".")
    if start is None or start < source.info.duration:
        return None
    return "startTime", f"it starts at {_too_late(source, start)}"


def _too_late(source: Source, start: Fraction) -> str:
    length = source.info.duration
    return f"{float(start):.2f} s, but {source.path} is {float(length):.2f} s long" + _excel_hint(
        start, length
    )


def _excel_hint(start: Fraction, length: Fraction) -> str:
    """Excel takes 1:30 for hours and minutes and saves 01:30:00: whole minutes that fit as seconds."""
    if start % 60 or start / 60 >= length:
        return ""
    return (
        f". If {float(start / 60):g} s are meant, the spreadsheet took minutes and seconds for hours and minutes; "
        "format the column as text and write them as 0:00:01 or as plain seconds"
    )


def _add_audio(timeline: otio.schema.Timeline, sources: Sources) -> None:
    """Editors take sound from audio tracks only, and link it by Resolve's Link Group ID."""
    video = timeline.video_tracks()[0]
    audio = otio.schema.Track("A1", kind=otio.schema.TrackKind.Audio)
    for number, clip in enumerate(video, start=1):
        source = sources.find(clip)
        if source is None or not source.info.audio:
            audio.append(otio.schema.Gap(duration=clip.source_range.duration))
            continue
        link = {"Link Group ID": number}
        clip.metadata["Resolve_OTIO"] = link
        sound = otio.schema.Clip(clip.name, clip.media_reference.clone(), clip.source_range)
        sound.metadata["Resolve_OTIO"] = link
        audio.append(sound)
    if any(isinstance(item, otio.schema.Clip) for item in audio):
        timeline.tracks.append(audio)
