"""The highlight-cuts CSV as rows: reading with errors that name line and column, times, merging, writing.

One row is one highlight: ``videoName,startTime,stopTime`` and, where there are several players,
``playerName``; optionally ``include`` (yes or no), ``notes`` and ``order`` (1 for the film's first clip).  Times are seconds, ``M:SS`` or
``H:MM:SS``, with a fraction if need be, counted from the video's first frame.  Other columns are
kept when the table is written back.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter

from hccv_csv.dialect import COLUMNS, REQUIRED, SEPARATORS, CsvError, canonical, read_lines

_EXPECTED = "seconds (31.5), M:SS (0:31.5) or H:MM:SS (0:00:31.5)"
_TIME = re.compile(
    # The day 0 of spreadsheets, before a time of day.
    r"(?:(?:1899-12-3[01]|1900-01-0[01]|3[01]\.12\.1899|12/3[01]/1899|0?[01]\.0?1\.1900|0?1/0?[01]/1900)[ T])?"
    r"(?:(?:(\d{1,6}):)?(\d{1,9}):)?(\d{1,9}(?:[.,]\d{1,9})?)(?: ?([AaPp])\.?[Mm]\.?)?",
    re.ASCII,
)
_IN_UNITS = re.compile(
    r"(?:(\d{1,6}) ?h(?:ours?|rs?)?)? ?(?:(\d{1,9}) ?(?:m(?:in(?:utes?)?)?|'))? ?"
    r"(?:(\d{1,9}(?:[.,]\d{1,9})?) ?(?:s(?:ec(?:onds?)?)?|\"|''))?",
    re.ASCII | re.IGNORECASE,
)
_WITH_DOTS = re.compile(r"(\d{1,2})\.(\d\d)\.(\d\d)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_AS_TEXT = re.compile(r"=\"(.*)\"|'(.*[^'])")
"""How cells are kept from being read as something else."""
_OF_A_DAY = re.compile(r"0?[.,]\d{6,}|\d(?:[.,]\d+)?e-\d{1,2}|0", re.ASCII | re.IGNORECASE)
_TICKS = {"x", "✓", "✔", "☑"}
_YES = {"yes", "y", "ja", "j", "oui", "si", "sí", "true", "wahr", "vrai", "1", "on", *_TICKS}
_NO = {"no", "n", "nein", "non", "false", "falsch", "faux", "0", "off", "-"}
_MOST_PROBLEMS = 200

Lacking = Callable[[str, Fraction | None], tuple[str, str] | None]
"""Given a video's name and, where it can be read, the second at which a highlight starts in it: the column at fault
and what is wrong, the end of a sentence; or ``None``."""


@dataclass(frozen=True, slots=True)
class Row:
    """One highlight.  ``start`` and ``stop`` are seconds, ``order`` its place in the film where it has a chosen one;
    ``cells`` is the line as it was, by column."""

    video: str
    start: Fraction
    stop: Fraction
    player: str
    include: bool
    notes: str
    line: int
    cells: Mapping[str, str]
    order: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one video, in seconds, and the rows that asked for it."""

    start: Fraction
    stop: Fraction
    rows: tuple[Row, ...]


def parse_time(text: str) -> Fraction:
    """Seconds in a plain number, ``M:SS`` or ``H:MM:SS``, exactly, or with their units.  Raises ValueError for
    anything else.

    Two numbers are minutes and seconds, never hours and minutes; a number alone is seconds.

    >>> parse_time("01:02:03.5"), parse_time("75:00"), parse_time("31,5")
    (Fraction(7447, 2), Fraction(4500, 1), Fraction(63, 2))
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if kept := _AS_TEXT.fullmatch(plain):
        plain = (kept[1] or kept[2] or "").strip()
    if plain and (units := _IN_UNITS.fullmatch(plain)):
        each = [Fraction((part or "0").replace(",", ".")) for part in units.groups()]
        return each[0] * 3600 + each[1] * 60 + each[2]
    found = _TIME.fullmatch(_WITH_DOTS.sub(r"\1:\2:\3", plain) if _WITH_DOTS.fullmatch(plain) else plain)
    if not found:
        raise ValueError(f"'{text}' is not a time; expected {_EXPECTED}")
    hours, minutes, secs = int(found[1] or 0), int(found[2] or 0), Fraction(found[3].replace(",", "."))
    if (found[2] and secs >= 60) or (found[1] and minutes >= 60):
        raise ValueError(f"'{text}' has more than 59 minutes or seconds; expected {_EXPECTED}")
    if half := found[4]:
        if not found[1] or not 1 <= hours <= 12:
            raise ValueError(f"'{text}' is not a time of day; expected {_EXPECTED}")
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return hours * 3600 + minutes * 60 + secs


def format_time(time: Fraction) -> str:
    """*time* seconds as ``HH:MM:SS`` with up to six decimals.

    >>> format_time(Fraction(7447, 2)), format_time(Fraction(5))
    ('01:02:03.5', '00:00:05')
    """
    micros = round(time * 1_000_000)
    whole, fraction = divmod(micros, 1_000_000)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


def read_rows(text: str, lacking: Lacking | None = None) -> tuple[list[str], list[Row]]:
    """The columns and rows of a CSV.

    Raises CsvError that names all bad lines, and with them those whose video *lacking* finds a fault in;
    by itself a video makes no line bad.
    """
    separator, lines = read_lines(text)
    if not lines:
        raise CsvError(f"The file is empty; its first line should be {','.join(COLUMNS[:4])}.")
    columns = _columns(*lines[0], separator)
    if len(lines) == 1:
        raise CsvError("The file has a header but no highlights; add a line for each.")
    problems: list[tuple[int, str]] = []
    table = [(line, _cells(columns, values, line, problems)) for line, values in lines[1:]]
    players = sorted(
        {cells["playerName"].strip() for _, cells in table if cells.get("playerName", "").strip()}
    )
    marks = {cells.get("include", "").strip() for _, cells in table} - {""}
    # Who ticks some rows means no by a blank one; else a blank is an answer not given.
    blank_is_yes = not marks or not {mark.lower() for mark in marks} <= _TICKS
    read = _time_of_day if _in_days(table) else parse_time
    rows = [row for line, cells in table if (row := _row(cells, line, players, blank_is_yes, read, problems))]
    if problems and lacking is not None:
        for line, cells in table:
            if (video := cells["videoName"].strip()) and (fault := lacking(video, _start(cells, read))):
                problems.append((line, f"Line {line}, {fault[0]}: {fault[1]}."))
    if problems:
        raise CsvError(_sentence([text for _, text in sorted(problems, key=itemgetter(0))]))
    return columns, rows


def _in_days(table: Sequence[tuple[int, Mapping[str, str]]]) -> bool:
    """Whether all times are such parts of a day as spreadsheets keep; nobody writes seconds like that."""
    times = [cells[name].strip() for _, cells in table for name in ("startTime", "stopTime")]
    return all(map(_OF_A_DAY.fullmatch, times)) and any(time != "0" for time in times)


def _time_of_day(text: str) -> Fraction:
    return Fraction(round(Fraction(text.strip().replace(",", ".")) * 86_400_000), 1000)


def _start(cells: Mapping[str, str], read: Callable[[str], Fraction]) -> Fraction | None:
    try:
        return read(cells["startTime"])
    except ValueError:
        return None


def _sentence(problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    more = len(problems) - _MOST_PROBLEMS
    listed = [*problems[:_MOST_PROBLEMS], *([f"And {more} more like these."] if more > 0 else [])]
    return "\n  ".join([f"{len(problems)} things are not as expected.", *listed])


def _columns(line: int, header: Sequence[str], separator: str) -> list[str]:
    columns = canonical(header)
    while columns and not columns[-1]:  # separators at the line's end, as spreadsheets leave them
        columns.pop()
    says = f"read with {SEPARATORS[separator]} between the columns, it says: {' | '.join(columns)}"
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise CsvError(
            f"Line {line} should name the columns {', '.join(REQUIRED)} (and playerName, where there are "
            f"several), but {', '.join(missing)} is missing; {says}."
        )
    if len(set(columns)) != len(columns):
        raise CsvError(f"Line {line} names a column twice; {says}.")
    return columns


def _cells(
    columns: Sequence[str], values: Sequence[str], line: int, problems: list[tuple[int, str]]
) -> dict[str, str]:
    while len(values) > len(columns) and not values[-1].strip():
        values = values[:-1]
    if len(values) > len(columns):
        what = (
            f"Line {line} has {len(values)} values for {len(columns)} columns; "
            "put a text or number that has the separator in it in double quotes."
        )
        problems.append((line, what))
    return dict.fromkeys(columns, "") | dict(zip(columns, values, strict=False))


def _row(
    cells: Mapping[str, str],
    line: int,
    players: Sequence[str],
    blank_is_yes: bool,
    read: Callable[[str], Fraction],
    problems: list[tuple[int, str]],
) -> Row | None:
    """The row, or None when the sentences that say what is wrong with it went to *problems*."""
    wrong: list[str] = []
    video, player = cells["videoName"].strip(), cells.get("playerName", "").strip()
    if not video:
        wrong.append(f"Line {line}, videoName is empty; expected the name of a video file.")
    if not player and len(players) > 1:
        wrong.append(f"Line {line}, playerName is empty; expected one of: {', '.join(players)}.")
    times = []
    for name in ("startTime", "stopTime"):
        try:
            times.append(read(cells[name]))
        except ValueError as error:
            wrong.append(f"Line {line}, {name}: {error}.")
    if len(times) == 2 and times[1] <= times[0]:
        wrong.append(
            f"Line {line}, stopTime: {cells['stopTime'].strip()} must be later than "
            f"startTime {cells['startTime'].strip()}."
        )
    include = cells.get("include", "").strip().lower()
    if include and include not in _YES | _NO:
        wrong.append(f"Line {line}, include: '{include}' is not known; expected yes or no.")
    order = cells.get("order", "").strip()
    if order and not _NUMBER.fullmatch(order):
        wrong.append(
            f"Line {line}, order: '{order}' is not a number; expected 1 for the first clip, 2, 3 ..."
        )
    if wrong:
        problems += [(line, what) for what in wrong]
        return None
    return Row(
        video=video,
        start=times[0],
        stop=times[1],
        player=player or (players[0] if players else ""),
        include=include in _YES if include else blank_is_yes,
        notes=cells.get("notes", "").strip(),
        line=line,
        order=Fraction(order.replace(",", ".")) if order else None,
        cells=cells,
    )


def merge(rows: Iterable[Row], padding: Fraction = Fraction(0)) -> list[Interval]:
    """The stretches that *rows* (of one video) cover, each widened by *padding* seconds at both ends.

    In order of time; those that overlap or touch become one, and none begins before 0.
    """
    merged: list[Interval] = []
    for row in sorted(rows, key=lambda row: (row.start, row.stop, row.line)):
        start, stop = max(row.start - padding, Fraction(0)), row.stop + padding
        if merged and start <= merged[-1].stop:
            last = merged[-1]
            merged[-1] = Interval(last.start, max(last.stop, stop), (*last.rows, row))
        else:
            merged.append(Interval(start, stop, (row,)))
    return merged


def write_rows(columns: Sequence[str], rows: Iterable[Mapping[str, str]], separator: str = ",") -> str:
    """*rows*, by column, as CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return out.getvalue()
