"""A spreadsheet of a whole team: a reel for each player, all of them in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import Steps, no_warning, unwatched
from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.jobs.delivery import Delivery
from highlight_cuts_cv.jobs.doing import HERE, Doer
from highlight_cuts_cv.jobs.remembered import Forgotten, Outcome, Project
from highlight_cuts_cv.jobs.rerun import Wanted, rerun_all
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.jobs.timeline import Players
from highlight_cuts_cv.tracking.picks import Pick

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Reel:
    """One player's reel of a team's, with everything checked: see :meth:`Project.take`."""

    player: str
    project: Project
    setup: Setup
    delivery: Delivery


def run_team(
    reels: Sequence[Reel],
    steps: Steps = unwatched,
    warn: Callable[[str], None] = no_warning,
    doer: Doer = HERE,
) -> tuple[dict[str, Outcome], dict[str, str]]:
    """As :meth:`Project.run` for all *reels* of one spreadsheet: by player what each came to, and why there is none.

    Rows of several players that show the same pictures are done one after another, and what is found out about
    those pictures is found out once.  Raises as that does, but for a player none of whose clips could be marked.
    """
    outcomes: dict[str, Outcome] = {}
    failed: dict[str, str] = {}
    with reels[0].project.alone(steps) as store:
        wanted = [
            [_called(one, reel.player) for one in reel.project.wanted(reel.setup, reel.delivery)]
            for reel in reels
        ]
        came = iter(rerun_all(store, [one for each in wanted for one in each], steps, doer))
        for reel, each in zip(reels, wanted, strict=True):
            of_reel = [next(came) for _ in each]
            try:
                outcomes[reel.player] = reel.project.delivered(each, of_reel, reel.delivery, steps, warn)
            except JobFailedError as error:
                failed[reel.player] = str(error)
    return outcomes, failed


def divided_picks(picks: Players, timelines: Mapping[str, Timeline]) -> dict[str, dict[str, list[Pick]]]:
    """By the reel's player the *picks* by clip; *timelines* are the reels, by player.

    ``PLAYER@`` names the reel; without it the clip has to be in one reel only.  Raises BadInputError.
    """
    divided: dict[str, dict[str, list[Pick]]] = {player: {} for player in timelines}
    for player, of_clips in picks.items():
        for clip, of_clip in of_clips.items():
            divided[_owner(player, clip, timelines)].setdefault(clip, []).extend(of_clip)
    return divided


def divided_forgotten(
    forgotten: Iterable[Forgotten], timelines: Mapping[str, Timeline]
) -> dict[str, list[Forgotten]]:
    """The same for what is to be forgotten."""
    divided: dict[str, list[Forgotten]] = {player: [] for player in timelines}
    for player, clip, moment in forgotten:
        divided[_owner(player, clip, timelines)].append(("", clip, moment))
    return divided


def own_indicators(texts: Sequence[str] | None, player: str, players: Iterable[str]) -> list[str] | None:
    """What of ``--indicator`` is for the reel of *player*: their own, else everybody's.  Raises BadInputError."""
    own: list[str] = []
    everybodys: list[str] = []
    for text in texts or ():
        name, colon, options = text.partition(":")
        owner, at, name = name.rpartition("@")
        if at:
            _check(owner, players)
        (everybodys if not at else own if owner == player else []).append(f"{name}{colon}{options}")
    return own or everybodys or None


def _owner(player: str, clip: str, timelines: Mapping[str, Timeline]) -> str:
    if player:
        _check(player, timelines)
        return player
    having = [name for name, timeline in timelines.items() if _has(timeline, clip)]
    if not having:
        first = next(iter(timelines))
        raise BadInputError(
            f"None of the players has a clip '{clip}'; 'hccv clips --player {first}' lists those of one."
        )
    if len(having) > 1:
        raise BadInputError(
            f"'{clip}' is in the reels of {' and '.join(having)}; say whose is meant: '{having[0]}@{clip}=FRAME:...'."
        )
    return having[0]


def _has(timeline: Timeline, clip: str) -> bool:
    try:
        timeline.clip(clip)
    except BadInputError:
        return False
    return True


def _check(player: str, players: Iterable[str]) -> None:
    if player not in players:
        raise BadInputError(f"There is no player '{player}' here; the players are: {', '.join(players)}.")


def _called(one: Wanted, player: str) -> Wanted:
    return replace(one, task=replace(one.task, label=f"{one.task.label} ({player})"))
