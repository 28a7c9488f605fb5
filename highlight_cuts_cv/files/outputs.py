"""Where something may be written: decided before any work, so that nothing of the user's is harmed."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from highlight_cuts_cv.errors import BadInputError, JobFailedError

_WINDOWS = os.name == "nt"
_OPEN_ELSEWHERE = (5, 32, 33)
"""Windows' numbers for a file that another program has open: access denied, sharing violation, lock violation."""
_WINDOWS_PATH = 259
_TEMPORARY = len("..12345678.part")
"""What a temporary name beside the output adds to it."""


def checked_output(path: Path | str, inputs: Iterable[Path | str], suffixes: Collection[str] = ()) -> Path:
    """Return *path* if it may be written: it is none of the *inputs*, and its folder takes a new file.

    An input is known by what it is, not by its spelling: links, hard links and other ways to write its
    path are the same file.  With *suffixes* (lower case, with the dot) the name must end in one of
    them.  Nothing is written.  Raises BadInputError with a sentence that says what is wrong.
    """
    path = Path(path)
    if path.is_dir():
        raise BadInputError(f"The output {path} is a folder; name a file in it.")
    for source in map(Path, inputs):
        if _same_file(path, source):
            raise BadInputError(
                f"The output {path} is the same file as {source}, which is read; it would be lost. "
                "Give the output another name."
            )
    if suffixes and path.suffix.lower() not in suffixes:
        raise BadInputError(f"The output {path} must end in {' or '.join(suffixes)}, not in '{path.suffix}'.")
    folder = path.parent
    if not folder.is_dir():
        raise BadInputError(f"The folder {folder} of the output does not exist; create it first.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInputError(f"Nothing may be written to the folder {folder}; choose another for the output.")
    if path.exists() and not path.is_file():
        raise BadInputError(f"The output {path} is a device or a pipe; name a file.")
    longest = _longest_name(folder)
    if len(os.fsencode(path.name)) + _TEMPORARY > longest:
        raise BadInputError(
            f"The output's name '{path.name}' is too long; {longest - _TEMPORARY} bytes are possible."
        )
    return path


def checked_folder(path: Path, inputs: Iterable[Path | str], mark: str) -> Path:
    """Return *path* if a folder may be written there: none of the *inputs* is it or lies in it, and a folder that
    is there already has the file *mark*, by which it may be replaced.  Raises BadInputError.
    """
    path = Path(path)
    for source in map(Path, inputs):
        if _same_file(path, source) or Path(os.path.realpath(source)).is_relative_to(os.path.realpath(path)):
            raise BadInputError(f"The output {path} has {source} in it, which is read. Give it another name.")
    if not path.is_dir():
        return checked_output(path, [])
    if not (path / mark).is_file():
        raise BadInputError(
            f"The folder {path} is there already and has no {mark}; give the output another name."
        )
    return path


@contextmanager
def writing_sentences(path: Path | str) -> Iterator[None]:
    """Turn an OSError while *path* is written (full disk, permissions, a folder gone) into a JobFailedError."""
    try:
        yield
    except OSError as error:
        raise JobFailedError(why_not_written(path, error)) from error


def why_not_written(path: Path | str, error: Exception) -> str:
    """What the system or FFmpeg says about a failed write, as a sentence."""
    number = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"'{path}' could not be written because the disk is full; free some space and run again."
    if getattr(error, "winerror", None) in _OPEN_ELSEWHERE:
        return (
            f"'{path}' could not be written; close it in the player or editor that has it open, or check the permissions "
            "of its folder."
        )
    if number == errno.ENOENT and _WINDOWS and len(os.path.abspath(path)) > _WINDOWS_PATH:
        return (
            f"'{path}' could not be written: with its folders its name is longer than the {_WINDOWS_PATH} letters that "
            "Windows takes. Use a folder with a shorter path."
        )
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"'{path}' could not be written; check the permissions of its folder."
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"'{path}' could not be written: {str(reason).rstrip('.')}."


def _same_file(path: Path, source: Path) -> bool:
    try:
        return os.path.samefile(path, source)
    except OSError:  # one of them does not exist: then only the spelling can be compared
        return os.path.realpath(path) == os.path.realpath(source)


def _longest_name(folder: Path) -> int:
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):  # Windows has no pathconf
        return 255
