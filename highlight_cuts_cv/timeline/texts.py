"""Timelines that are text, as other programs and systems save them: in UTF-8, for adapters that know nothing else,
and edit lists in the order in which they are shown."""

from __future__ import annotations

import codecs
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MARKED = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MOST_BYTES = 100_000_000
_DECLARED = re.compile(r"""(<\?xml[^>]*?\bencoding=)(?:"[^"]*"|'[^']*')""")
_FOR_WHAT_FOLLOWS = re.compile(r"^(?:FCM|SPLIT)\b", re.MULTILINE)
_EVENT = re.compile(
    r"(\d+)\s+\S.*?\b(\d\d[:;]\d\d[:;]\d\d[:;.]\d\d)\s+\d\d[:;]\d\d[:;]\d\d[:;.]\d\d\s*$", re.ASCII
)


@contextmanager
def as_adapters_read(path: Path) -> Iterator[Path]:
    """*path* itself, or a copy of the same name that its adapter understands.

    A copy is made of text that is marked as of another encoding than UTF-8, and of edit lists (``.edl``) in
    cp1252 or in another order than that of their record times.
    """
    text = None
    try:
        if path.stat().st_size <= _MOST_BYTES:
            text = _changed(path.read_bytes(), path.suffix.lower() == ".edl")
    except (OSError, UnicodeError):
        pass  # the adapter says what is wrong with it
    if text is None:
        yield path
        return
    folder = Path(tempfile.mkdtemp(prefix="hccv-"))
    try:
        copy = folder / path.name
        copy.write_text(text, encoding="utf-8", newline="")
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _changed(data: bytes, is_edl: bool) -> str | None:
    encoding = next((name for mark, name in _MARKED.items() if data.startswith(mark)), None)
    if encoding is not None:
        text = _DECLARED.sub(r'\1"UTF-8"', data.decode(encoding), count=1)
    elif not is_edl:
        return None
    else:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text, encoding = data.decode("cp1252", errors="replace"), "cp1252"
    ordered = in_record_order(text) if is_edl else text
    return ordered if encoding is not None or ordered != text else None


def in_record_order(text: str) -> str:
    """The edit list *text* with its events in the order in which they are shown.

    Lists are also sorted by the tapes that they play from; what stands below an event goes along with it,
    and the lines of one event stay together.  What is in order stays as it is, and so does what runs over
    midnight, or has lines that hold for the events after them.
    """
    begun: list[tuple[str, str, list[str]]] = []
    head: list[str] = []
    for line in text.splitlines(keepends=True):
        event = _EVENT.match(line.strip())
        if event and not (begun and begun[-1][0] == event[1]):
            begun.append((event[1], event[2].replace(";", ":").replace(".", ":"), []))
        (begun[-1][2] if begun else head).append(line)
    times = [time for _, time, _ in begun]
    if (
        times == sorted(times)
        or times[-1] < times[0] >= "23"
        or _FOR_WHAT_FOLLOWS.search(text, len("".join(head)))
    ):
        return text
    if begun[-1][2] and not begun[-1][2][-1].endswith(("\n", "\r")):
        begun[-1][2].append("\n")
    return "".join(
        [*head, *(line for _, _, lines in sorted(begun, key=lambda each: each[1]) for line in lines)]
    )
