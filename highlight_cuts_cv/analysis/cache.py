"""What analysing and following a clip found, kept for the next run.

Everything here can be found again, so a file that is damaged, missing or cannot be written is no
error.  Entries are named by what they depend on: the recording's content, the clip's range, the
plugins with their options and their code.  Whatever changes, another entry is used.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.model import ClipInfo

_log = logging.getLogger(__name__)

_PIECE = 1 << 20


class AnalysisStore:
    """Arrays by name, one ``.npz`` file each, in a folder of their own under ``root``.

    See :class:`highlight_cuts_cv.api.TrackStore`.  The folder is named by *depends_on*, anything that
    ``json`` can write.
    """

    def __init__(self, root: Path, *depends_on: object) -> None:
        self._folder = root / _digest(json.dumps(depends_on, sort_keys=True, default=str).encode())

    def load(self, name: str) -> dict[str, NDArray[np.generic]] | None:
        """The arrays stored under *name*, or ``None``."""
        try:
            with self._file(name).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return dict(stored)
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
        except OSError as error:
            _log.debug("Analysis '%s' could not be kept: %s", self._file(name), error)

    def _file(self, name: str) -> Path:
        return self._folder / f"{_digest(name.encode())}.npz"


def clip_identity(clip: ClipInfo) -> list[object]:
    """What a clip's analysis depends on: the recording's size and samples of its bytes, and the range."""
    return [content_identity(clip.media.path), clip.first_frame, clip.frame_count]


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
