"""Files that appear under their name only when complete."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_WINDOWS = os.name == "nt"
_PATIENCE, _PAUSE = 1.0, 0.02
"""Seconds for which a file that is open is waited for, and between two looks at it."""


@contextmanager
def atomic_output(path: Path | str) -> Iterator[Path]:
    """Give a temporary name beside *path* to write to; on a clean exit it becomes *path*.

    The temporary name keeps the suffix, since muxers choose the format by it.  After any error,
    Ctrl-C included, it is removed and whatever was at *path* before is still there.  Raises
    OSError when the folder cannot be made or the file not be renamed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.part{path.suffix}")
    try:
        yield temporary
        _sync(temporary)
        put_in_place(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    with suppress(OSError):  # some file systems cannot sync a folder; the file itself is safe
        _sync(path.parent)


def put_in_place(new: Path, path: Path) -> None:
    """Call the file or folder *new* *path*, in the place of a file that is called so.

    Windows does not replace what somebody has open, be it for a moment to look for viruses in it; that is waited for, a
    second at most.  Raises OSError.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            os.replace(new, path)
        except PermissionError:
            if not _WINDOWS or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)
        else:
            return


def forget_unfinished(path: Path) -> None:
    """Remove what a process that was killed left half-written beside *path*, on the way to it."""
    for left in path.parent.glob(f".{glob.escape(path.stem)}.????????.part*"):
        with suppress(OSError):
            left.unlink()


@contextmanager
def atomic_folder(path: Path, replaces: Callable[[Path], bool] = lambda folder: False) -> Iterator[Path]:
    """Give a new folder beside *path* to fill; on a clean exit it becomes *path*, in the place of a folder that
    *replaces* says may go.  After any error, Ctrl-C included, it is removed.  Raises OSError.
    """
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.part{path.suffix}")
    temporary.mkdir(parents=True)
    old = None
    try:
        yield temporary
        if path.exists() and replaces(path):
            old = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.old{path.suffix}")
            put_in_place(path, old)
        put_in_place(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        if old is not None and not path.exists():
            os.replace(old, path)
        raise
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    # Windows syncs only files open for writing and opens no folders.
    flags = os.O_RDONLY if path.is_dir() or not _WINDOWS else os.O_RDWR
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
