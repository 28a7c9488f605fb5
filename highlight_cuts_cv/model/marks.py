"""What an editor's timeline says about a clip that was followed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A note at a place of a clip's render: ``frames`` frames from ``frame`` on, at the timeline's rate.

    ``doubtful`` marks are those that somebody should look at.
    """

    frame: int
    frames: int
    text: str
    doubtful: bool = False
