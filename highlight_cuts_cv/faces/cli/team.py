"""``hccv run`` on a spreadsheet of several players: all of their reels at once."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli.reels import Reel, Wish, read_reel
from highlight_cuts_cv.faces.console import progress_bars, say_error, say_warning
from highlight_cuts_cv.faces.shared import named_for
from highlight_cuts_cv.jobs import team
from highlight_cuts_cv.jobs.filling import Filled, Filling, fill

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from highlight_cuts_cv.jobs.doing import Doer
    from highlight_cuts_cv.jobs.remembered import Forgotten
    from highlight_cuts_cv.jobs.timeline import Players
    from highlight_cuts_cv.recognition.everybody import Person


def run_reels(
    wish: Wish,
    players: Sequence[str],
    picks: Players,
    forgotten: Sequence[Forgotten],
    filling: Filling | None,
    doing: AbstractContextManager[Doer],
) -> None:
    """Make the reels of those *players* of a spreadsheet who are picked.  Raises as ``hccv run``."""
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
            say_warning(sentence)

    with ExitStack() as opened:
        reels = []
        for player in players:
            indicators = team.own_indicators(wish.given.indicators, player, players)
            reel = read_reel(wish.of(player, replace(wish.given, indicators=indicators)), player, warn_once)
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
                say_warning(f"Nobody was picked for {reel.whose}, so there is no reel.")
        for reel in picked:
            if known := reel.check():
                say_warning(f"{reel.whose}, as before: {known}.")
        _mark(picked, new, gone, filling, doing)


def _mark(
    reels: Sequence[Reel],
    new: Players,
    gone: dict[str, list[Forgotten]],
    filling: Filling | None,
    doing: AbstractContextManager[Doer],
) -> None:
    filled: dict[str, list[Filled]] = {}
    with doing as doer, progress_bars() as step:
        for reel in reels:
            reel.project.take(
                {"": new[reel.whose]}, reel.wish.given, {"reading": reel.reading}, step, gone[reel.whose]
            )
        seen: dict[str, list[Person]] = {}
        for reel in reels:
            if filling is None:
                break
            settings: dict[str, object] = {"reading": reel.reading}
            filled[reel.whose] = fill(
                reel.project, reel.read, reel.wish.given, settings, filling, step, say_warning, doer, seen
            )
        wanted = [
            team.Reel(
                reel.whose,
                reel.project,
                reel.project.setup(reel.wish.given),
                reel.project.delivery(reel.wish.given),
            )
            for reel in reels
        ]
        outcomes, failed = team.run_team(wanted, step, say_warning, doer)
        for reel in reels:
            if reel.whose in outcomes:
                reel.join(outcomes[reel.whose], step)
    for reel in reels:
        if reel.whose in outcomes:
            reel.tell(outcomes[reel.whose], filled.get(reel.whose, []))
    for player, reason in failed.items():
        say_error(f"There is no reel of {player}: {reason}")
    if failed or any(outcome.failed for outcome in outcomes.values()):
        raise typer.Exit(1)


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
