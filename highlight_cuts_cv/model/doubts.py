"""Where a track is in doubt: lost, or perhaps on somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from highlight_cuts_cv.model.boxes import BoundingBox


class Why(StrEnum):
    """What makes for doubt, in words to show."""

    CROSSING = "crossing"
    """Somebody else was in front of or beside the player."""
    LEFT = "left the picture"
    CUT = "cut"
    """A new shot, and nothing tells who is who."""
    TWO = "two people in one box"
    """The pick holds two people."""
    HARDLY_SEEN = "hardly seen"
    """Blurred, tiny, hidden by a thing, or looking unlike before."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of a track in which the player is lost or may be somebody else, frames ``start <= i < stop``.

    A pick in frame ``ask`` would settle it: ``candidates`` are the people there, the likeliest first;
    where the player is shown that is who the marker is on.  ``ask`` is ``None`` where nobody looked.
    Raises :class:`ValueError` for frames that are no stretch, and for an ``ask`` outside it.
    """

    start: int
    stop: int
    why: Why
    ask: int | None = None
    candidates: tuple[BoundingBox, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise ValueError(f"a doubt needs 0 <= start < stop, but got {self.start} and {self.stop}")
        if self.ask is not None and not self.start <= self.ask < self.stop:
            raise ValueError(f"what to ask in frame {self.ask} lies outside {self.start} to {self.stop}")
        object.__setattr__(self, "why", Why(self.why))


def check_doubts(doubts: Sequence[Doubt], count: int) -> None:
    """Raise :class:`ValueError` unless *doubts* follow one another within *count* frames."""
    end = 0
    for doubt in doubts:
        if doubt.start < end or doubt.stop > count:
            raise ValueError(f"doubts must follow one another within {count} frames, but got {list(doubts)}")
        end = doubt.stop


def doubts_within(doubts: Sequence[Doubt], first: int, count: int, shift: int = 0) -> tuple[Doubt, ...]:
    """The parts of *doubts* in the *count* frames from *first* on, counted from *shift* there.

    >>> [(d.start, d.stop) for d in doubts_within([Doubt(2, 9, Why.CUT)], first=5, count=3)]
    [(0, 3)]
    """
    parts = []
    for doubt in doubts:
        start, stop = max(doubt.start, first), min(doubt.stop, first + count)
        if start < stop:
            to = shift - first
            ask = doubt.ask if doubt.ask is not None and start <= doubt.ask < stop else None
            known = doubt.candidates if ask is not None else ()
            parts.append(Doubt(start + to, stop + to, doubt.why, None if ask is None else ask + to, known))
    return tuple(parts)
