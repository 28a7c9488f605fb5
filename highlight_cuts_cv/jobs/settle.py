"""Looking whether somebody is where the user points, before any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.errors import BadInputError, CancelledError
from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.tracking.picks import Lookout, Pick, picked_box, shows_player

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline

ClipPicks = Mapping[str, Mapping[str, tuple[Pick, ...]]]
"""Picks by the clip's id and by player, frames within the clip."""


def settled(
    timeline: Timeline, picks: ClipPicks, setup: Setup, watch: Watch
) -> dict[str, dict[str, tuple[Pick, ...]]]:
    """The *picks*, after somebody was found at every point and number; numbers with the box of whom they mean.

    Another detector would give another person the number.  Raises BadInputError that names all picks
    that nobody fits, and CancelledError.
    """
    found: dict[str, dict[str, tuple[Pick, ...]]] = {}
    problems: list[str] = []
    for done, (clip_id, here) in enumerate(picks.items(), start=1):
        if watch.cancelled():
            raise CancelledError("The run was stopped.")
        with workbench(media_clip(timeline.clip(clip_id)), setup, cache_folder("analysis")) as bench:
            looked: dict[str, list[Pick]] = {player: [] for player in here}
            for player, pick in ((player, pick) for player, of in here.items() for pick in of):
                try:
                    looked[player].append(_looked(pick, bench.people) if _is_open(pick) else pick)
                except BadInputError as error:
                    problems.append(f"In '{clip_id}': {error}")
            bench.keep()
        found[clip_id] = {player: tuple(of) for player, of in looked.items()}
        watch.progress(done, len(picks))
    if problems:
        raise BadInputError("\n".join(problems))
    return found


def _is_open(pick: Pick) -> bool:
    return pick.box is None and shows_player(pick)


def _looked(pick: Pick, people: Lookout) -> Pick:
    box = picked_box(pick, people)
    return pick if pick.number is None else replace(pick, box=box)
