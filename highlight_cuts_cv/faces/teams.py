"""A spreadsheet of several players: all of their reels in one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.reels import Reel, Wish, read_reel
from highlight_cuts_cv.faces.shared import named_for
from highlight_cuts_cv.jobs import team
from highlight_cuts_cv.jobs.filling import Filled, Filling, fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from highlight_cuts_cv.contracts import Steps
    from highlight_cuts_cv.jobs.doing import Doer
    from highlight_cuts_cv.jobs.remembered import Forgotten, Outcome
    from highlight_cuts_cv.jobs.timeline import Players
    from highlight_cuts_cv.recognition.everybody import Person
    from highlight_cuts_cv.tracking.picks import Pick


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a team's reels, by player: ``outcomes``, or ``failed``, why there is none; ``filled`` as of a run."""

    outcomes: Mapping[str, Outcome]
    failed: Mapping[str, str]
    filled: Mapping[str, Sequence[Filled]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Team:
    """The ``reels`` of those who are picked, now or earlier, with what is ``new`` and what is to be ``gone``, by player."""

    reels: Sequence[Reel]
    new: Mapping[str, dict[str, list[Pick]]]
    gone: Mapping[str, list[Forgotten]]
    filling: Filling | None

    def make(self, doer: Doer, steps: Steps, warn: Callable[[str], None]) -> Made:
        """Follow, render and write them all.  Raises as :func:`~highlight_cuts_cv.jobs.team.run_team`."""
        for reel in self.reels:
            reel.project.take(
                {"": self.new[reel.whose]},
                reel.wish.given,
                _settings(reel),
                steps,
                self.gone[reel.whose],
                may_be_none=True,
            )
        seen: dict[str, list[Person]] = {}
        filled: dict[str, list[Filled]] = {}
        for reel in self.reels:
            if self.filling is None:
                break
            project, given = reel.project, reel.wish.given
            filled[reel.whose] = fill(
                project, reel.read, given, _settings(reel), self.filling, steps, warn, doer, seen
            )
        picked = [reel for reel in self.reels if reel.project.picks()]
        if not picked:
            raise BadInputError("Nobody is picked any more, so there is no reel.")
        for reel in self.reels:
            if reel not in picked:
                warn(f"Nobody is picked for {reel.whose} any more, so there is no new reel.")
        wanted = [
            team.Reel(
                reel.whose,
                reel.project,
                reel.project.setup(reel.wish.given),
                reel.project.delivery(reel.wish.given),
            )
            for reel in picked
        ]
        outcomes, failed = team.run_team(wanted, steps, warn, doer)
        for reel in self.reels:
            if reel.whose in outcomes:
                reel.join(outcomes[reel.whose], steps)
        return Made(outcomes, failed, filled)


@contextmanager
def opened_team(
    wish: Wish,
    players: Sequence[str],
    picks: Players,
    forgotten: Sequence[Forgotten],
    filling: Filling | None,
    warn: Callable[[str], None],
    steps: Steps,
) -> Iterator[Team]:
    """The reels of those *players* of a spreadsheet who are picked, with all checked that can be known to fail.

    Raises BadInputError.
    """
    if filling is not None and filling.number is not None:
        raise BadInputError(
            f"One number cannot be that of all players; choose one with --player: {', '.join(players)}."
        )
    _check_names(wish, players)
    told: set[str] = set()

    def warn_once(sentence: str) -> None:
        # What is wrong with the spreadsheet or its videos is so for every player.
        if sentence not in told:
            told.add(sentence)
            warn(sentence)

    with ExitStack() as opened:
        reels = []
        for player in players:
            indicators = team.own_indicators(wish.given.indicators, player, players)
            own = wish.of(player, replace(wish.given, indicators=indicators))
            reel = read_reel(own, player, warn_once, steps)
            opened.enter_context(reel.project)
            reels.append(reel)
        timelines = {reel.whose: reel.read for reel in reels}
        new, gone = team.divided_picks(picks, timelines), team.divided_forgotten(forgotten, timelines)
        picked = [reel for reel in reels if new[reel.whose] or reel.project.picks()]
        if not picked:
            raise BadInputError(
                f"Nobody was picked; give --pick PLAYER@CLIP=FRAME:... for at least one of {', '.join(players)}."
            )
        for reel in reels:
            if reel not in picked:
                warn(f"Nobody was picked for {reel.whose}, so there is no reel.")
        for reel in picked:
            if known := reel.check():
                warn(f"{reel.whose}, as before: {known}.")
        yield Team(picked, new, gone, filling)


def _settings(reel: Reel) -> dict[str, object]:
    return {"reading": reel.reading}


def _check_names(wish: Wish, players: Sequence[str]) -> None:
    """Raise BadInputError where two players' files would have one name, also where case makes no difference."""
    taken: dict[str, str] = {}
    for player in players:
        name = named_for(wish.timeline, player).name.casefold()
        if name in taken:
            raise BadInputError(
                f"The files of '{taken[name]}' and '{player}' would have one name; call one of them otherwise in "
                f"{wish.timeline}, or make their reels one after another, each with --player and -o."
            )
        taken[name] = player
