"""A timeline whose media moved, written again with the paths at which they are now; nothing else in it changes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import checked_output, writing_sentences
from highlight_cuts_cv.timeline.cleaning import external_references
from highlight_cuts_cv.timeline.document import read_document
from highlight_cuts_cv.timeline.locate import MediaFinder, plain_path
from highlight_cuts_cv.timeline.writing import serialized

WAYS = ("absolute", "relative")
"""How paths can be written: in full, or counted from the timeline's folder."""


@dataclass(frozen=True, slots=True)
class Relinked:
    """What became of the media: ``moved`` files are found elsewhere than the timeline said, ``missing`` are the
    paths of which nothing was found, each with why where that is not plain."""

    path: Path
    moved: tuple[Path, ...]
    missing: tuple[str, ...]


def relink_file(path: Path, output: Path, media_root: Path | None = None, paths: str = WAYS[0]) -> Relinked:
    """Write the timeline file *path* to *output* with the paths of all its media, renders of earlier runs among them.

    Media is looked for where the timeline says, beside it and under *media_root*, as when a timeline is
    read.  *paths* is one of :data:`WAYS`.  Raises BadInputError and JobFailedError.
    """
    if paths not in WAYS:
        raise BadInputError(f"Paths are written {' or '.join(WAYS)}, not '{paths}'.")
    path, output = Path(path).absolute(), Path(output).absolute()
    if path.suffix.lower() != ".otio":
        raise BadInputError(f"Only the media of .otio files can be relinked, but {path} is none.")
    if not path.is_file():
        raise BadInputError(f"There is no timeline file {path}.")
    checked_output(output, [path], (".otio",))
    finder = MediaFinder(path.parent, media_root)
    document = read_document(path)
    moved: dict[Path, None] = {}
    missing: dict[str, None] = {}
    for _, reference in external_references(document):
        try:
            found = finder.find(reference.target_url)
        except BadInputError as error:
            missing[f"{plain_path(reference.target_url)} ({error})"] = None
            continue
        if found is None:
            missing[plain_path(reference.target_url)] = None
            continue
        if not finder.is_there(reference.target_url):
            moved[found] = None
        reference.target_url = found.as_posix() if paths == WAYS[0] else _relative(found, output.parent)
    with writing_sentences(output), atomic_output(output) as temporary:
        temporary.write_text(serialized(document) + "\n", encoding="utf-8", newline="\n")
    return Relinked(output, tuple(moved), tuple(missing))


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive of Windows
        raise BadInputError(
            f"{path} is on another drive than {folder}, so its path cannot be relative; write absolute paths."
        ) from None
