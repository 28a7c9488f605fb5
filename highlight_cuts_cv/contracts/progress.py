"""How work reports how far it is and what the user should know, and learns that it is no longer wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
"""Called with (frames done, frames in all)."""


def no_progress(done: int, total: int) -> None:
    """A :data:`Progress` that reports to nobody."""


def never_cancelled() -> bool:
    """A cancel check that never asks to stop."""
    return False


def no_warning(sentence: str) -> None:
    """Takes a warning and tells nobody."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on while a piece of work is done.

    ``progress`` hears how far it is, ``warn`` whole sentences that the user should know although the
    work goes on; soon after ``cancelled()`` is True the work stops with CancelledError.
    """

    progress: Progress = no_progress
    cancelled: Callable[[], bool] = never_cancelled
    warn: Callable[[str], None] = no_warning


UNWATCHED = Watch()
"""Nobody looks on."""

Steps = Callable[[str], Watch]
"""Given what a step of a longer work is called, returns who looks on while it is done."""


def unwatched(step: str) -> Watch:
    """:data:`Steps` at which nobody looks on."""
    return UNWATCHED
