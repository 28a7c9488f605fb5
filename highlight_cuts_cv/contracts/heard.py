"""One channel for a job's warnings: what the package logs while a job is done is told to who watches it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from highlight_cuts_cv.contracts.progress import UNWATCHED, Watch

_watch: ContextVar[Watch] = ContextVar("watch", default=UNWATCHED)


@contextmanager
def warnings_to(watch: Watch) -> Iterator[None]:
    """While it lasts, tell *watch* every warning that the package logs on behalf of this job.

    What happens in this thread and in those that reading and writing start from it is this job's; jobs
    in other threads tell their own.  The log gets the warnings as well.
    """
    if watch.warn is UNWATCHED.warn or watch is _watch.get():
        yield
        return
    logger, told = logging.getLogger("highlight_cuts_cv"), _watch.set(watch)
    handler = _Told(watch)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        _watch.reset(told)


def heard() -> bool:
    """Whether somebody is told the warnings that are logged here and now."""
    return _watch.get() is not UNWATCHED


class _Told(logging.Handler):
    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.WARNING)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        if _watch.get() is self._watch:
            self._watch.warn(record.getMessage())
