"""The highlight-cuts CSV as rows: reading with errors that name the line, times, merging, writing.

One row is one highlight: ``videoName,startTime,stopTime,playerName`` and optionally ``include``
(yes or no) and ``notes``.  Times are ``HH:MM:SS`` or ``MM:SS``, with a fraction if need be, counted
from the video's first frame.  Other columns are kept when the table is written back.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hccv_csv.dialect import COLUMNS, REQUIRED, SEPARATORS, CsvError, canonical, read_lines

_TIME = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:[.,]\d+)?)", re.ASCII)
_YES = {"", "yes", "y", "true", "1", "x"}
_NO = {"no", "n", "false", "0"}


@dataclass(frozen=True, slots=True)
class Row:
    """One highlight.  ``start`` and ``stop`` are seconds; ``cells`` is the line as it was, by column."""

    video: str
    start: Fraction
    stop: Fraction
    player: str
    include: bool
    notes: str
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one video, in seconds, and the rows that asked for it."""

    start: Fraction
    stop: Fraction
    rows: tuple[Row, ...]


def parse_time(text: str) -> Fraction:
    """Seconds in ``HH:MM:SS`` or ``MM:SS``, exactly.  Raises ValueError for anything else.

    >>> parse_time("01:02:03.5"), parse_time("75:00")
    (Fraction(7447, 2), Fraction(4500, 1))
    """
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"'{text}' is not a time like 00:12:34.5 or 12:34")
    hours, minutes, secs = int(found[1] or 0), int(found[2]), Fraction(found[3].replace(",", "."))
    if secs >= 60 or (found[1] and minutes >= 60):
        raise ValueError(f"'{text}' has more than 59 minutes or seconds")
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


def read_rows(text: str) -> tuple[list[str], list[Row]]:
    """The columns and rows of a CSV.  Raises CsvError that names the first bad line."""
    separator, lines = read_lines(text)
    if not lines:
        raise CsvError(f"The file is empty; its first line should be {','.join(COLUMNS[:4])}.")
    columns = _columns(*lines[0], separator)
    rows = [_row(columns, cells, line) for line, cells in lines[1:]]
    if not rows:
        raise CsvError("The file has a header but no highlights; add a line for each.")
    return columns, rows


def _columns(line: int, header: Sequence[str], separator: str) -> list[str]:
    columns = canonical(header)
    while columns and not columns[-1]:  # separators at the line's end, as spreadsheets leave them
        columns.pop()
    says = f"read with {SEPARATORS[separator]} between the columns, it says: {' | '.join(columns)}"
    missing = [name for name in (*REQUIRED, "playerName") if name not in columns]
    if missing:
        raise CsvError(
            f"Line {line} should name the columns {', '.join(COLUMNS[:4])}, "
            f"but {', '.join(missing)} is missing; {says}."
        )
    if len(set(columns)) != len(columns):
        raise CsvError(f"Line {line} names a column twice; {says}.")
    return columns


def _row(columns: Sequence[str], values: Sequence[str], line: int) -> Row:
    while len(values) > len(columns) and not values[-1].strip():
        values = values[:-1]
    if len(values) > len(columns):
        raise CsvError(
            f"Line {line} has {len(values)} values for {len(columns)} columns; "
            "put a text that has commas in double quotes."
        )
    cells = dict.fromkeys(columns, "") | dict(zip(columns, values, strict=False))
    for name in ("videoName", "playerName"):
        if not cells[name].strip():
            raise CsvError(f"Line {line} has no {name}.")
    times = []
    for name in ("startTime", "stopTime"):
        try:
            times.append(parse_time(cells[name]))
        except ValueError as error:
            raise CsvError(f"Line {line}: {name} {error}.") from None
    if times[1] <= times[0]:
        raise CsvError(
            f"Line {line}: stopTime {cells['stopTime'].strip()} must be later than "
            f"startTime {cells['startTime'].strip()}."
        )
    include = cells.get("include", "").strip().lower()
    if include not in _YES | _NO:
        raise CsvError(f"Line {line}: include must be yes or no, not '{include}'.")
    return Row(
        video=cells["videoName"].strip(),
        start=times[0],
        stop=times[1],
        player=cells["playerName"].strip(),
        include=include in _YES,
        notes=cells.get("notes", "").strip(),
        line=line,
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


def write_rows(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """*rows*, by column, as CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return out.getvalue()
