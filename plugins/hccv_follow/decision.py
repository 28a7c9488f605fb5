"""Whether the best candidate is the player."""

from __future__ import annotations

from dataclasses import dataclass

from hccv_follow.absence import Absence
from hccv_follow.candidate import Candidate
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class DecisionSettings:
    """The evidence that it takes."""

    accept: float = setting(0.48, "evidence needed to follow")
    reaccept: float = setting(0.55, "evidence needed after a gap")
    gap: int = setting(2, "looks without the player; more are a gap")
    alone_margin: float = setting(
        0.25, "evidence; with a larger margin nothing else around looks like the player"
    )
    alone_bonus: float = setting(0.08, "evidence; what is needed less then")
    long_away: float = setting(
        0.4, "seconds after which a lost player may have gone anywhere, and only looks tell"
    )


NOBODY = "nobody there"
TOO_LITTLE = "too little evidence"
LOOK_ALIKE = "may be a look-alike"
OUT = "expected outside the picture"


@dataclass(frozen=True)
class Verdict:
    """The candidate that is the player, or why there is none; what was needed, and the margin to the next best."""

    chosen: Candidate | None
    needed: float
    margin: float
    reason: str = ""


def judge(
    chosen: Candidate | None,
    margin: float,
    lost: int,
    likeness: float,
    absence: Absence,
    fps: float,
    settings: DecisionSettings,
) -> Verdict:
    """Accept or reject the best candidate, *lost* looks after the last one.

    *likeness* is its response in units of the usual one.
    """
    s = settings
    needed = s.accept if lost <= s.gap else s.reaccept
    if margin > s.alone_margin:
        needed -= s.alone_bonus
    if chosen is None:
        return Verdict(None, needed, margin, NOBODY)
    if chosen.total < needed:
        return Verdict(None, needed, margin, TOO_LITTLE)
    long_away = absence.out or lost > s.long_away * fps
    if long_away and not absence.believes(likeness):
        return Verdict(None, needed, margin, LOOK_ALIKE)
    return Verdict(chosen, needed, margin)
