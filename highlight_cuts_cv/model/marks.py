"""What an editor's timeline says about a clip that was followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mark:
    """A note at a place of a clip's render: ``frames`` frames from ``frame`` on, at the timeline's rate.

    ``doubtful`` marks are those that somebody should look at.
    """

    frame: int
    frames: int
    text: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class LiveMarker:
    """A marker without a film: its ``picture``, and what moves it.

    ``keys`` are (frame, left, top, width, height, opacity) each, in frames of what the clip shows on the timeline and
    display pixels of its recording, opacity from 0 to 1; straight lines lie between.  ``color`` (red, green, blue, 0 to 1)
    is what it mostly has, ``player`` whom it marks ('' where there is only one).
    """

    picture: Path
    keys: Sequence[tuple[float, ...]]
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    player: str = ""
