"""Which streams of a container are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av


def read_only(container: Any, streams: Sequence[Any]) -> None:
    """Leave out all streams but these: what is not wanted is not even read where the format allows."""
    wanted = {stream.index for stream in streams}
    for stream in container.streams:
        if stream.index not in wanted:
            stream.discard = av.stream.Discard.all
