"""Decoded pictures that are held for who needs them next: several players' work on one stretch decodes it once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

MOST_BYTES = 800_000_000
"""Pictures held at once: ten seconds of 1920x1080 at 25 a second.  With it a worker stays within the 1.5 GB that it is
counted with."""


class HeldPictures:
    """Decoded pictures by recording and frame number, at most *most* bytes of them.

    Whoever reads a stretch again reads it from its beginning, so the first pictures stay and those that find no place are
    decoded anew.  Any number of threads may ask at once.  Nobody may draw on a held picture.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._left = most
        self._pictures: dict[tuple[Path, int], Any] = {}
        self._lock = Lock()

    def get(self, path: Path, number: int) -> Any | None:
        """The picture (av.VideoFrame) of a frame, or ``None``."""
        with self._lock:
            return self._pictures.get((path, number))

    def put(self, path: Path, number: int, picture: Any) -> None:
        """Hold a picture, if there is place."""
        size = sum(plane.buffer_size for plane in picture.planes)
        with self._lock:
            if size <= self._left and (path, number) not in self._pictures:
                self._left -= size
                self._pictures[path, number] = picture


_now: HeldPictures | None = None
_kept: tuple[str, HeldPictures] | None = None
"""What is kept between two pieces of work on one stretch, and that stretch's name."""


def held() -> HeldPictures | None:
    """Where this process holds pictures at the moment, if it does."""
    return _now


@contextmanager
def holding_pictures(wanted: bool = True) -> Iterator[None]:
    """While it lasts, this process holds what it decodes, where that is *wanted*; within another it is that one."""
    global _now
    if not wanted or _now is not None:
        yield
        return
    _now = HeldPictures()
    try:
        yield
    finally:
        _now = None


@contextmanager
def holding_pictures_of(stretch: str, more: bool) -> Iterator[None]:
    """As :func:`holding_pictures`, for one of several pieces of work on the *stretch* of that name, '' for none.

    While *more* of them are to come, what is held is kept for the next, and let go when that is of another stretch.
    """
    global _now, _kept
    before, _kept = _kept, None
    if not stretch or _now is not None:
        yield
        return
    _now = mine = before[1] if before is not None and before[0] == stretch else HeldPictures()
    try:
        yield
        if more:
            _kept = stretch, mine
    finally:
        _now = None
