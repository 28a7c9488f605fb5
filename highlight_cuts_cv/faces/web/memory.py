"""Memory of a process with many threads, as glibc keeps it; with another C library nothing is done."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8
"""As malloc.h numbers it."""
_OTHER = OSError, TypeError, AttributeError


def share_memory() -> None:
    """Have all threads take their memory from the same two heaps.

    Each would get one of its own, in which what was freed stays: hundreds of megabytes here.
    """
    with suppress(*_OTHER):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """Give freed memory back to the system."""
    with suppress(*_OTHER):
        ctypes.CDLL(None).malloc_trim(0)
