"""An optional record of every frame's terms: what spoke for whom, and why the player was lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hccv_follow.candidate import Candidate
from hccv_follow.decision import Verdict


@dataclass(frozen=True)
class FrameTerms:
    """One look: the candidates, and the verdict on the best of them.

    `lost` counts the looks since the player was last seen, `size` is the player's, in pixels.
    `follower` is "both", or "eager" or "patient" where these went apart.
    """

    frame: int
    follower: str
    candidates: tuple[Candidate, ...]
    best: Candidate | None
    verdict: Verdict
    lost: int
    size: float

    @property
    def rival(self) -> float | None:
        """The evidence of the best other candidate."""
        return max((c.total for c in self.candidates if c is not self.best), default=None)


@dataclass
class Stretch:
    """The looks of one pass, from frame `start` to `stop` (excluded); `back` where it checked another pass."""

    start: int
    stop: int
    back: bool
    frames: list[FrameTerms] = field(default_factory=list)


class Record:
    """All stretches of one or more jobs, in the order followed.  Without one, nothing is kept."""

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []

    def begin(self, start: int, stop: int, back: bool) -> None:
        """A new stretch; what is added from here on belongs to it."""
        self.stretches.append(Stretch(start, stop, back))

    def add(
        self,
        frame: int,
        eager: bool | None,
        candidates: Sequence[Candidate],
        best: Candidate | None,
        verdict: Verdict,
        lost: int,
        size: float,
    ) -> None:
        """One look of the stretch."""
        follower = "both" if eager is None else "eager" if eager else "patient"
        self.stretches[-1].frames.append(
            FrameTerms(frame, follower, tuple(candidates), best, verdict, lost, size)
        )
