"""Highlight-cuts CSV <-> a timeline for each player.

Reading takes the arguments ``rate`` (of the timeline, default 30; give the media's), ``padding``
(seconds added at both ends of each highlight) and ``player`` (read only that one's highlights).
One player gives a Timeline, several a SerializableCollection of them; a file without the column
``playerName`` is of one.  The clips come in the order of the column ``order``, those without one
behind them in the file's order, called by their notes, else by their video, and where
several are called alike also by the time at which they start.  Writing gives the same CSV back (with tabs in a ``.tsv``);
clips that were trimmed since get new times.
"""

# OTIO loads this file by its path, outside the package, so imports must be absolute.

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import opentimelineio as otio

from hccv_csv.dialect import COLUMNS, CsvError, decode
from hccv_csv.table import Interval, Lacking, Row, format_time, merge, read_rows, write_rows

_KEY = "highlight_cuts_csv"
_Line = tuple[int, dict[str, str]]


def read_from_file(filepath: str, **args: Any) -> otio.schema.Timeline | otio.schema.SerializableCollection:
    """As :func:`read_from_string`, of a file in UTF-8, UTF-16 or cp1252."""
    return read_from_string(decode(Path(filepath).read_bytes()), **args)


def read_from_string(
    input_str: str,
    rate: float | Fraction | str = 30,
    padding: float | Fraction | str = 0,
    player: str | None = None,
    lacking: Lacking | None = None,
) -> otio.schema.Timeline | otio.schema.SerializableCollection:
    """Return the timeline of the only (or chosen) player, or a collection of one for each.

    Where lines are bad, *lacking* is asked about every video, and what it answers is
    reported with them.  Raises CsvError for bad lines, an unknown player, or when no row is included.
    """
    exact_rate = _number(rate, "rate")
    exact_padding = _number(padding, "padding")
    if exact_rate <= 0 or exact_padding < 0:
        raise CsvError("The rate must be above 0 and the padding must not be negative.")
    columns, rows = read_rows(input_str, lacking)
    players = list(dict.fromkeys(row.player for row in rows if row.include))
    if not players:
        raise CsvError("Every highlight is marked as not included; set include to yes in at least one.")
    wanted = players if player is None else [name for name in players if name == player]
    if not wanted and players == [""]:
        raise CsvError(
            f"The file has no column playerName, so none is called '{player}'; leave the player out."
        )
    if not wanted:
        raise CsvError(
            f"There are no highlights of the player '{player}'; the players are: {', '.join(players)}."
        )
    timelines = [
        _timeline(name, columns, [row for row in rows if row.player == name], exact_rate, exact_padding)
        for name in wanted
    ]
    if player is None:
        # Rows of players who have none included are kept with the first, for writing back.
        others = [row for row in rows if row.player not in players]
        timelines[0].metadata[_KEY]["excluded"].extend(_kept(row) for row in others)
    if len(timelines) == 1:
        return timelines[0]
    collection = otio.schema.SerializableCollection("highlights")
    collection.extend(timelines)
    return collection


def write_to_file(input_otio: otio.core.SerializableObject, filepath: str) -> None:
    """As :func:`write_to_string`, in UTF-8; a ``.tsv`` has tabs between its columns."""
    separator = "\t" if Path(filepath).suffix.lower() == ".tsv" else ","
    Path(filepath).write_text(write_to_string(input_otio, separator), encoding="utf-8", newline="")


def write_to_string(input_otio: otio.core.SerializableObject, separator: str = ",") -> str:
    """Return the CSV of a timeline or a collection of timelines.

    The player's name is the timeline's.  Raises CsvError when there is no clip to write.
    """
    columns: dict[str, None] = dict.fromkeys(COLUMNS[:4])
    lines: list[_Line] = []
    for timeline in _timelines(input_otio):
        kept = timeline.metadata.get(_KEY)
        if kept is not None:
            columns.update(dict.fromkeys(kept["columns"]))
            lines += [(row["line"], dict(row["cells"])) for row in kept["excluded"]]
        for track in timeline.video_tracks():
            for clip in track.find_clips():
                lines += _lines(clip, timeline.name, len(lines))
    if not lines:
        raise CsvError("There is no video clip to write as a highlight.")
    if not any(cells.get("playerName") for _, cells in lines):
        columns.pop("playerName", None)
    if any(cells.get("notes") for _, cells in lines):
        columns.update({"notes": None})
    if any("columns" in (t.metadata.get(_KEY) or {}) for t in _timelines(input_otio)):
        lines.sort(key=lambda line: line[0])
    return write_rows(list(columns), [cells for _, cells in lines], separator)


def _timeline(
    name: str, columns: list[str], rows: list[Row], rate: Fraction, padding: Fraction
) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(name)
    timeline.metadata[_KEY] = {
        "columns": columns,
        "excluded": [_kept(row) for row in rows if not row.include],
    }
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    included = [row for row in rows if row.include]
    intervals = [
        (video, interval)
        for video in dict.fromkeys(row.video for row in included)
        for interval in merge([row for row in included if row.video == video], padding)
    ]
    # The film is in the order asked for, then in the spreadsheet's; rows that became one clip stand where the first stood.
    intervals.sort(key=lambda item: min(map(_place, item[1].rows)))
    times = Counter(_called(*item) for item in intervals)
    for video, interval in intervals:
        name = _called(video, interval)
        if times[name] > 1:  # their numbers would be others' when a row is added
            name = f"{name} {format_time(min(row.start for row in interval.rows))}"
        track.append(_clip(name, video, interval, rate))
    return timeline


def _place(row: Row) -> tuple[bool, Fraction, int]:
    return row.order is None, row.order or Fraction(0), row.line


def _called(video: str, interval: Interval) -> str:
    notes = (row.notes for row in sorted(interval.rows, key=lambda row: row.line) if row.notes)
    return next(notes, PurePosixPath(video.replace("\\", "/")).stem)


def _clip(name: str, video: str, interval: Interval, rate: Fraction) -> otio.schema.Clip:
    used = _range(interval.start, interval.stop, rate)
    clip = otio.schema.Clip(
        name=name,
        media_reference=otio.schema.ExternalReference(target_url=video),
        source_range=used,
    )
    clip.metadata[_KEY] = {"rows": [_kept(row) for row in interval.rows], "read_range": used}
    for row in interval.rows:
        if row.notes:  # in both places: Kdenlive shows the comment, Resolve the name
            marker = otio.schema.Marker(name=row.notes, marked_range=_range(row.start, row.stop, rate))
            marker.comment = row.notes
            clip.markers.append(marker)
    return clip


def _range(start: Fraction, stop: Fraction, rate: Fraction) -> otio.opentime.TimeRange:
    """The whole frames nearest to the two times; at least one."""
    first, end = (int((time * rate + Fraction(1, 2)) // 1) for time in (start, stop))
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(first, float(rate)),
        otio.opentime.RationalTime(max(end - first, 1), float(rate)),
    )


def _kept(row: Row) -> dict[str, object]:
    return {"line": row.line, "cells": dict(row.cells)}


def _lines(clip: otio.schema.Clip, player: str, position: int) -> list[_Line]:
    """The CSV lines of a clip: those it was read from, or a new one when it was changed since."""
    kept = clip.metadata.get(_KEY)
    used = clip.trimmed_range()
    if kept is not None and used == kept["read_range"]:
        return [(row["line"], dict(row["cells"])) for row in kept["rows"]]
    reference = clip.media_reference
    start = used.start_time
    # Source time may count from the media's timecode; the CSV counts from its first frame.
    if reference.available_range is not None and start >= reference.available_range.start_time:
        start -= reference.available_range.start_time
    begin = Fraction(start.value) / Fraction(start.rate)
    cells = dict(kept["rows"][0]["cells"]) if kept is not None else {}
    if kept is None:
        is_file = isinstance(reference, otio.schema.ExternalReference)
        cells["videoName"] = otio.url_utils.filepath_from_url(reference.target_url) if is_file else clip.name
        cells["playerName"] = player
    cells["startTime"] = format_time(begin)
    cells["stopTime"] = format_time(begin + Fraction(used.duration.value) / Fraction(used.duration.rate))
    notes = "; ".join(dict.fromkeys(marker.comment or marker.name for marker in clip.markers))
    if notes:
        cells["notes"] = notes
    return [(kept["rows"][0]["line"] if kept is not None else position, cells)]


def _timelines(item: otio.core.SerializableObject) -> Iterator[otio.schema.Timeline]:
    if isinstance(item, otio.schema.Timeline):
        yield item
    elif isinstance(item, otio.schema.SerializableCollection):
        for child in item:
            yield from _timelines(child)


def _number(value: float | Fraction | str, name: str) -> Fraction:
    try:
        number = Fraction(value)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise CsvError(f"The {name} must be a number, not '{value}'.") from None
    return Fraction(30000, 1001) if value == 29.97 else number
