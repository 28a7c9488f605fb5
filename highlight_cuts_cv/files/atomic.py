"""Files that appear under their name only when complete."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    with suppress(OSError):  # some file systems cannot sync a folder; the file itself is safe
        _sync(path.parent)


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
            os.replace(path, old)
        os.replace(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        if old is not None and not path.exists():
            os.replace(old, path)
        raise
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    # Windows syncs only files open for writing and opens no folders.
    flags = os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
