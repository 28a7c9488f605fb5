"""Fill the clips in which nobody was picked with the player of the others, where that is sure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import Steps, no_warning, unwatched
from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.doing import HERE, Doer
from highlight_cuts_cv.jobs.same_player import Proposal, everybody_in, propose
from highlight_cuts_cv.jobs.setup import DEFAULT_IDENTIFIER, Choice
from highlight_cuts_cv.model import ClipInfo
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.recognition.everybody import Person
from highlight_cuts_cv.tracking.picks import Pick

if TYPE_CHECKING:
    from highlight_cuts_cv.jobs.remembered import Forgotten, Outcome, Project
    from highlight_cuts_cv.jobs.timeline import Players
    from highlight_cuts_cv.jobs.wishes import Given
    from highlight_cuts_cv.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How the player is told in clips without a pick: by looks, and by the ``number`` that the player wears, if given."""

    number: str | None = None
    identifier: Choice = field(default_factory=lambda: Choice(DEFAULT_IDENTIFIER))


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of a clip without a pick of ``player``: who it may be, and the first of them is picked where sure."""

    player: str
    proposal: Proposal


def check_filling(filling: Filling) -> None:
    """Raises BadInputError for an identifier that is not there, or does not start."""
    if filling.number is not None:
        get_registry().identifier(filling.identifier.name, filling.identifier.options).close()


def run_filling(
    project: Project,
    timeline: Timeline,
    picks: Players,
    given: Given,
    settings: Mapping[str, object],
    filling: Filling | None,
    steps: Steps = unwatched,
    warn: Callable[[str], None] = no_warning,
    forgotten: Iterable[Forgotten] = (),
    doer: Doer = HERE,
) -> tuple[Outcome, list[Filled]]:
    """Take the *picks*, fill the other clips as *filling* says, if it does, and run the project.

    Raises as :meth:`~highlight_cuts_cv.jobs.remembered.Project.take` and ``run`` do, BadInputError where nothing tells
    whom to look for, and JobFailedError where nobody is picked and nobody sure enough.
    """
    forgotten = [*forgotten]
    if picks or forgotten or filling is None or filling.number is None or project.picks():
        project.take(picks, given, settings, steps, forgotten)
    filled = [] if filling is None else fill(project, timeline, given, settings, filling, steps, warn, doer)
    if not project.picks():
        raise JobFailedError(
            "Nobody is the player surely enough in any clip; pick the player in one: --pick CLIP=FRAME:..."
        )
    return project.run(project.setup(given), project.delivery(given), steps, warn, doer), filled


def fill(
    project: Project,
    timeline: Timeline,
    given: Given,
    settings: Mapping[str, object],
    filling: Filling,
    steps: Steps,
    warn: Callable[[str], None],
    doer: Doer,
    seen: dict[str, list[Person]] | None = None,
) -> list[Filled]:
    """Follow who is picked, look for the same people in the other clips, and pick them there where that is sure.

    Those picks are remembered like the user's.  *seen* has who was found in which stretch of a recording, for the next
    reel that shows it.
    """
    picks = project.picks()
    players = sorted({player for here in picks.values() for player in here}) or [""]
    if filling.number is not None and len(players) > 1:
        raise BadInputError(
            f"{' and '.join(players)} are picked here; one number cannot be all of theirs. Leave --number out."
        )
    setup = project.setup(given)
    results = project.run(setup, project.delivery(given), steps, warn, doer).results if picks else ()
    looked_at = {} if seen is None else seen

    def people_in(clip: ClipInfo) -> list[Person]:
        # Each clip is looked at once, however many players are looked for.
        stretch = repr((clip.media.path, clip.first_frame, clip.frame_count, setup.detector))
        if stretch not in looked_at:
            looked_at[stretch] = everybody_in(clip, setup, steps)
        return looked_at[stretch]

    filled: list[Filled] = []
    for player in players:
        known = {
            result.clip_id: (media_clip(timeline.clip(result.clip_id)), result.tracks[player])
            for result in results
            if player in result.tracks
        }
        empty = [media_clip(clip) for clip in timeline.clips if player not in picks.get(clip.clip_id, {})]
        proposals = propose(known, empty, people_in, filling.number, filling.identifier, steps)
        filled += [Filled(player, proposal) for proposal in proposals]
    sure: dict[str, dict[str, tuple[Pick, ...]]] = {}
    for one in filled:
        if (best := one.proposal.accepted) is not None:
            sure.setdefault(one.player, {})[one.proposal.clip_id] = (best.pick,)
    if sure:
        project.take(sure, given, settings, steps)
    return filled
