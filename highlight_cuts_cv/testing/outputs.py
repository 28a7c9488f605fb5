"""What everything that writes a file for the user must keep to, as plain functions that assert."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from highlight_cuts_cv.model import CancelledError


def content_hash(path: Path) -> str:
    """A digest of what the file holds."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_written(path: Path, folder: Path, recording: Path, hashed: str) -> None:
    """Assert that *path* is a file of some content in *folder*, and the *recording* still what it was *hashed* as."""
    assert isinstance(path, Path), "the path of what was written is returned"
    assert path.is_file() and path.stat().st_size, "the file that is named is there"
    assert path.parent == folder, "the file lies where it was asked for"
    assert path != recording and content_hash(recording) == hashed, "the recording stays as it is"


def check_cancelled(write: Callable[[], Path], folder: Path) -> None:
    """Assert that *write*, a job that is cancelled from the beginning, leaves nothing in *folder*, or a whole file."""
    before = set(folder.rglob("*"))
    try:
        path = write()
    except CancelledError:
        assert set(folder.rglob("*")) == before, "a cancelled job leaves nothing behind"
    else:
        assert path.is_file(), "a job is cancelled, or its file is there"
