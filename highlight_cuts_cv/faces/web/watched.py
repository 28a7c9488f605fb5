"""Something that is watched: whoever does looks again when it has changed."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock


class Watched:
    """``version`` counts the changes.  All methods may be called from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._watchers: set[Callable[[], None]] = set()
        self.version = 1

    def changed(self) -> None:
        """Something is new: whoever watches looks again."""
        with self._lock:
            self.version += 1
            watchers = [*self._watchers]
        for tell in watchers:
            tell()

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Have *tell* called, from any thread, whenever something changed; what is returned ends that."""
        with self._lock:
            self._watchers.add(tell)

        def end() -> None:
            with self._lock:
                self._watchers.discard(tell)

        return end
