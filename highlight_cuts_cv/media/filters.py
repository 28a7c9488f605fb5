"""What a filter graph has ready."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av


def pulled(graph: Any) -> Iterator[Any]:
    """The frames that come out of *graph* before it needs another one or ends."""
    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
