"""What took time to find out, kept for the next run: arrays by name.

Everything here can be found again, so a file that is damaged, missing or cannot be written is no
error, and what was not used for the longest time goes when there is too much.  Entries are named by what they depend on: the recording's content, the clip's range, the
plugins with their options and their code.  Whatever changes, another entry is used.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.files.atomic import atomic_output

_log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000_000
"""What is kept in one folder: some five thousand clips' analysis."""
_PIECE = 1 << 20
_AGAIN = 0.05
"""Share of that after which a process looks again whether it is too much."""

_unseen: dict[Path, float] = {}
"""Bytes that may still be written to a folder before somebody looks."""


class ArrayStore:
    """Arrays by name, one ``.npz`` file each, in a folder of their own under ``root``.

    See :class:`highlight_cuts_cv.api.TrackStore`.  The folder is named by *depends_on*, anything that
    ``json`` can write.
    """

    def __init__(self, root: Path, *depends_on: object) -> None:
        self._root = root
        self._folder = root / _digest(json.dumps(depends_on, sort_keys=True, default=str).encode())

    def load(self, name: str) -> dict[str, NDArray[np.generic]] | None:
        """The arrays stored under *name*, or ``None``."""
        try:
            with self._file(name).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = dict(stored)
            with suppress(OSError):
                os.utime(self._file(name))  # used just now
            return arrays
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            _log.debug("Analysis '%s' is unreadable and will be made again: %s", self._file(name), error)
            return None

    def save(self, name: str, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Keep *arrays* under *name*, instead of what was there."""
        try:
            with atomic_output(self._file(name)) as temporary:
                np.savez_compressed(temporary, allow_pickle=False, **arrays)
            _written(self._root, self._file(name).stat().st_size)
        except OSError as error:
            _log.debug("Analysis '%s' could not be kept: %s", self._file(name), error)

    def _file(self, name: str) -> Path:
        return self._folder / f"{_digest(name.encode())}.npz"


def forget_oldest(root: Path, most: int) -> None:
    """Delete what was used least recently in *root* until at most *most* bytes are left."""
    found = []
    for file in root.rglob("*.npz"):
        with suppress(OSError):  # another process may delete, too
            status = file.stat()
            found.append((status.st_mtime_ns, status.st_size, file))
    excess = sum(size for _, size, _ in found) - most
    for _, size, file in sorted(found, key=lambda one: one[0]):
        if excess <= 0:
            return
        with suppress(OSError):
            file.unlink()
            excess -= size
            file.parent.rmdir()  # only where nothing else is left in it


def _written(root: Path, size: int) -> None:
    _unseen[root] = _unseen.get(root, 0.0) - size
    if _unseen[root] < 0:  # the first time in this process, too
        _unseen[root] = MOST_BYTES * _AGAIN
        forget_oldest(root, MOST_BYTES)


def content_identity(path: Path) -> str:
    """Changes with a file's size and with the bytes at its beginning, middle and end.  Raises OSError."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        digest = hashlib.sha256(str(size).encode())
        for place in (0, (size - _PIECE) // 2, size - _PIECE):
            file.seek(max(0, place))
            digest.update(file.read(_PIECE))
    return digest.hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:24]
