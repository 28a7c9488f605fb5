"""Looks at everybody while the follower is at the next pictures already."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.api import Frame

Floats = NDArray[np.float64]

BEHIND = 3
"""Pictures at most that are looked at or wait for it; each is held until then."""


class Beside:
    """Has *see* look in a thread of its own, in the order asked; use it as a context, at whose end all is seen.

    *see* says whether it looked, and *tick* is called for each time that it did, in the thread of who asks.
    An exception of either is raised to who asks; one in the context drops what is still waiting.
    """

    def __init__(self, see: Callable[[Frame, Floats], bool], tick: Callable[[], None]) -> None:
        self._see, self._tick = see, tick
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="onlooker")
        self._waiting: deque[Future[bool]] = deque()

    def see(self, frame: Frame, box: Floats) -> None:
        """Look at everybody in a frame; the player is in *box* (4,), xyxy."""
        if len(self._waiting) == BEHIND:
            self._finish_one()
        self._waiting.append(self._pool.submit(copy_context().run, self._see, frame, box.copy()))

    def _finish_one(self) -> None:
        if self._waiting.popleft().result():
            self._tick()

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while kind is None and self._waiting:
                self._finish_one()
        finally:
            self._pool.shutdown(cancel_futures=True)
