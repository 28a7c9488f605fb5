"""How a process keeps memory, where its C library is glibc; with another nothing is done."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""As malloc.h numbers them."""
_OTHER = OSError, TypeError, AttributeError
_LARGE = 1 << 20
"""Bytes: what is a picture of, not what is found in one."""
_KEPT = 16 << 20
"""Bytes that the end of a heap may be free without being given back; it would go and come with every picture."""


@cache
def keep_pictures_apart() -> None:
    """Have each picture lie in memory of its own, which goes back to the system with it.

    Left to itself glibc takes pictures into its heaps once one was freed.  What is remembered of a picture then takes a bite out
    of the place of one that has gone, the next does not fit there any more, and the heap grows: at 3840x2160 by tens of
    megabytes at a time, how often depends on how threads happen to take turns.
    """
    with suppress(*_OTHER):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT)


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
