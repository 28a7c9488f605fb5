"""Which frames of a clip a film shows, and when."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Freeze:
    """A picture that stands still: frame ``frame_index`` of the clip, for ``duration`` seconds before it
    plays on.  The film is longer by that, in whole frames, at least one."""

    frame_index: int
    duration: Fraction

    def frames(self, rate: Fraction) -> int:
        """How many frames it adds at *rate*."""
        return max(1, round(self.duration * rate))


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a film runs through a clip.

    At the constant ``rate`` (frames a second), with exactly ``frame_count`` frames at it; ``None`` keeps
    the frames as they are stored, or the clip's own length.  The frames that ``freeze`` adds come on top.
    """

    rate: Fraction | None = None
    frame_count: int | None = None
    freeze: Freeze | None = None


AS_STORED = Cadence()
"""Every frame once, when its file has it."""
