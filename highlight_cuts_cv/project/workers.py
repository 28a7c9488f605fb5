"""Who works on a project: a sign of life that ends with its process, however that ends."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.errors import CancelledError

if TYPE_CHECKING:
    from filelock import BaseFileLock

FOLDER = "locks"
_LOOKS_AGAIN = 0.5
"""Seconds after which who waits looks whether to go on waiting."""


class Worker:
    """A process (or a part of one) with a name that nobody else has, and a locked file as its sign of life."""

    def __init__(self, project: Path) -> None:
        self.token = secrets.token_hex(8)
        self._process = os.getpid()
        self._lock = _lock(project, self.token)

    def begin(self) -> None:
        """Give the sign of life, once the name is on record: a file of nobody on record is cleared by nobody."""
        self._lock.acquire(blocking=False)

    @property
    def is_mine(self) -> bool:
        """Whether it is this process's, and not that of the one from which it was forked."""
        return self._process == os.getpid()

    def end(self) -> None:
        """Take the sign of life away."""
        if self.is_mine:
            self._lock.release()
            with suppress(OSError):
                Path(self._lock.lock_file).unlink()


def is_alive(project: Path, token: str) -> bool:
    """Whether the worker of that name still holds its lock.  What a dead one left is cleared away."""
    from filelock import Timeout

    path = project / FOLDER / f"{token}.lock"
    if not path.exists():
        return False
    lock = _lock(project, token)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    lock.release()
    with suppress(OSError):
        path.unlink()
    return False


@contextmanager
def only_one(project: Path, waits: Callable[[], None], cancelled: Callable[[], bool]) -> Iterator[None]:
    """Wait until nobody else is in here; the lock of one who died is free.  Raises CancelledError."""
    from filelock import Timeout

    lock = _lock(project, "run")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        waits()
        while not lock.is_locked:
            if cancelled():
                raise CancelledError("The waiting for another run was stopped.") from None
            with suppress(Timeout):
                lock.acquire(timeout=_LOOKS_AGAIN)
    try:
        yield
    finally:
        lock.release()


def _lock(project: Path, token: str) -> BaseFileLock:
    from filelock import FileLock

    folder = project / FOLDER
    folder.mkdir(exist_ok=True)
    # Threads share the sign of life; it is not one's own.
    return FileLock(folder / f"{token}.lock", thread_local=False)
