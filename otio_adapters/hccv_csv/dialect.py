"""What spreadsheets do to a CSV: encodings, separators, a ``sep=`` line, headings as people write them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

REQUIRED = ("videoName", "startTime", "stopTime")
COLUMNS = (*REQUIRED, "playerName", "include", "notes", "order")
"""The columns with a meaning, in the order in which they are written."""

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEP_LINE = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*\s*', re.IGNORECASE)
# The first spelling in the header counts; the others then stay columns of the user's own.
_SPELLINGS = {
    "videoName": (
        "videoname", "video", "videofile", "file", "filename", "media", "datei", "film", "fichier", "archivo",
    ),
    "startTime": ("starttime", "start", "begin", "in", "from", "anfang", "beginn", "von", "debut", "inicio"),
    "stopTime": ("stoptime", "stop", "endtime", "end", "out", "to", "ende", "bis", "fin"),
    "playerName": ("playername", "player", "spieler", "spielerin", "joueur", "joueuse", "jugador", "jugadora"),
    "include": ("include", "included", "use"),
    "notes": (
        "notes", "note", "comment", "comments", "remarks", "description",
        "notiz", "notizen", "bemerkung", "kommentar", "commentaire", "notas", "comentario",
    ),
    "order": ("order", "rank", "priority", "reihenfolge", "rang", "ordre", "orden"),
}  # fmt: skip
_KNOWN = frozenset(spelling for spellings in _SPELLINGS.values() for spelling in spellings)
_MOST_BEFORE_HEADER = 10


class CsvError(ValueError):
    """The CSV cannot be used; the message is a whole sentence that names the line."""


def decode(data: bytes) -> str:
    """The text of a CSV file in UTF-8, UTF-16, UTF-32 or, where it is none of them, Windows' cp1252.

    Raises CsvError for a workbook or other file that is no text.
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise CsvError("The file is a workbook, not a CSV; save it as 'CSV UTF-8' in the spreadsheet.")
    try:
        if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
            return data.decode("utf-32")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        # Text in UTF-16 without its mark: the header's letters are in ASCII, so every other byte is 0.
        for encoding, zeros in (("utf-16-le", data[1:64:2]), ("utf-16-be", data[:64:2])):
            if zeros and not any(zeros):
                return data.decode(encoding)
    except UnicodeDecodeError:
        raise CsvError(
            "The file is damaged UTF-16 text; save it as 'CSV UTF-8' in the spreadsheet."
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise CsvError("The file is no text; save it as 'CSV UTF-8' in the spreadsheet.")
    return text


def read_lines(text: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """The separator, and from the header on the lines that are not empty: where each begins (from 1) and its cells.

    The separator is the one that finds most of the known columns in one of the first lines, whatever else
    that holds, and the line is the header: a title may stand above it.  Raises CsvError for text that is not valid CSV.
    """
    text = text.removeprefix("\ufeff")
    skipped, preferred = 0, ","
    first, _, rest = text.partition("\n")
    if said := _SEP_LINE.fullmatch(first):
        text, skipped, preferred = rest, 1, said[1]
    candidates = dict.fromkeys((preferred, *SEPARATORS))
    separator = max(candidates, key=lambda candidate: _known(text, candidate))
    try:
        lines = list(_cells(text, separator, skipped))
    except csv.Error as error:
        raise CsvError(f"The file is not valid CSV: {error}.") from error
    head = lines[:_MOST_BEFORE_HEADER]
    header = next((n for n, (_, cells) in enumerate(head) if set(canonical(cells)) >= set(REQUIRED)), 0)
    return separator, lines[header:]


def canonical(header: Sequence[str]) -> list[str]:
    """*header* with the columns of a known spelling under their own names."""
    columns = [cell.strip() for cell in header]
    keys = [_key(cell) for cell in header]
    for name, spellings in _SPELLINGS.items():
        found = next((spelling for spelling in spellings if spelling in keys), None)
        columns = [name if key == found else column for key, column in zip(keys, columns, strict=True)]
    return columns


def _key(heading: str) -> str:
    """*heading* without case, accents, spaces and signs: ``Video_Name`` and ``video name`` are the same, and
    ``Start (min:sec)`` is ``Start``."""
    whole, before = (
        "".join(c for c in unicodedata.normalize("NFKD", part).casefold() if c.isalnum())
        for part in (heading, re.split(r"[(\[]", heading, maxsplit=1)[0])
    )
    return before if before in _KNOWN and whole not in _KNOWN else whole


def _known(text: str, separator: str) -> int:
    try:
        head = list(islice(_cells(text, separator, 0), _MOST_BEFORE_HEADER))
    except csv.Error:
        return 0
    return max((len(set(canonical(cells)) & set(COLUMNS)) for _, cells in head), default=0)


def _cells(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise csv.Error(f"line {line + 1 + skipped}: {error}") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line + 1 + skipped, cells
        line = reader.line_num
