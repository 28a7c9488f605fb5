"""How work reports how far it is, and learns that it is no longer wanted."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (frames done, frames in all)."""


def no_progress(done: int, total: int) -> None:
    """A :data:`Progress` that reports to nobody."""


def never_cancelled() -> bool:
    """A cancel check that never asks to stop."""
    return False
