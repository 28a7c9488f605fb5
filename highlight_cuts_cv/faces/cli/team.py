"""``hccv run`` on a spreadsheet of several players: all of their reels at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from highlight_cuts_cv.contracts import unwatched
from highlight_cuts_cv.faces.cli.told import tell
from highlight_cuts_cv.faces.console import progress_bars, say_error, say_warning
from highlight_cuts_cv.faces.teams import opened_team

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from highlight_cuts_cv.faces.reels import Wish
    from highlight_cuts_cv.jobs.doing import Doer
    from highlight_cuts_cv.jobs.filling import Filling
    from highlight_cuts_cv.jobs.remembered import Forgotten
    from highlight_cuts_cv.jobs.timeline import Players


def run_reels(
    wish: Wish,
    players: Sequence[str],
    picks: Players,
    forgotten: Sequence[Forgotten],
    filling: Filling | None,
    doing: AbstractContextManager[Doer],
) -> None:
    """Make the reels of those *players* of a spreadsheet who are picked.  Raises as ``hccv run``."""
    with opened_team(wish, players, picks, forgotten, filling, say_warning, unwatched) as team:
        with doing as doer, progress_bars() as step:
            made = team.make(doer, step, say_warning)
        for reel in team.reels:
            if reel.whose in made.outcomes:
                tell(reel, made.outcomes[reel.whose], made.filled.get(reel.whose, []))
    for player, reason in made.failed.items():
        say_error(f"There is no reel of {player}: {reason}")
    if made.failed or any(outcome.failed for outcome in made.outcomes.values()):
        raise typer.Exit(1)
