"""What ``hccv run`` makes of one timeline, or of each player of a team's spreadsheet: a reel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli.reading import bars_for
from highlight_cuts_cv.faces.console import say, say_error, table
from highlight_cuts_cv.faces.shared import Reading, load_remembered, named_for, target_path
from highlight_cuts_cv.jobs.film import check_film, join_film
from highlight_cuts_cv.jobs.remembered import Project
from highlight_cuts_cv.jobs.title_card import title_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from highlight_cuts_cv.contracts import Steps
    from highlight_cuts_cv.jobs.filling import Filled
    from highlight_cuts_cv.jobs.remembered import Outcome
    from highlight_cuts_cv.jobs.wishes import Given
    from highlight_cuts_cv.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, as the user said: of a team, the files' names are to have the players' in them, and the title
    cards, where there are any, the players' names above what is said."""

    timeline: Path
    how: Reading
    given: Given
    output: Path | None
    film: Path | None
    title: tuple[str, ...]
    sheet: Path | None

    def of(self, player: str, given: Given) -> Wish:
        """The same for the reel of one *player* of a team."""
        output, film, sheet = (
            None if path is None else named_for(path, player) for path in (self.output, self.film, self.sheet)
        )
        title = (player, *self.title) if self.title else ()
        how = replace(self.how, player=player)
        return replace(self, how=how, given=given, output=output, film=film, title=title, sheet=sheet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """A timeline that was read for a :class:`Wish`, and its project.  ``whose`` is '' where it is the only one."""

    whose: str
    wish: Wish
    target: Path
    read: Timeline
    reading: dict[str, object]
    project: Project

    def check(self) -> str:
        """What counts only because it is remembered.  Raises BadInputError for what can be known to fail."""
        wish = self.wish
        delivery = self.project.delivery(wish.given)
        if title_lines(wish.title) and wish.film is None:
            raise BadInputError(
                "A title card is the front of the film of all clips; give --film NAME.mp4 with --title."
            )
        if wish.film is not None:
            check_film(self.read, wish.film, self.target)
        if wish.sheet is not None:
            # OpenCV takes a while to load.
            from highlight_cuts_cv.faces.pictures import check_picture

            inputs = [wish.timeline, self.target, *(clip.media_path for clip in self.read.clips)]
            check_picture(wish.sheet, inputs)
        if delivery.handles and wish.film is not None:
            raise BadInputError(
                "With --handles films are longer than their clips; leave out --film or the handles."
            )
        if delivery.way != "replace" and (wish.film is not None or wish.sheet is not None):
            option, does = ("--film", "join") if wish.film else ("--sheet", "show")
            raise BadInputError(
                f"With --deliver {delivery.way} no film is made of a clip, so {option} has nothing to {does}."
            )
        return self.project.remembers(wish.given)

    def join(self, outcome: Outcome, steps: Steps) -> None:
        """Join the marked clips, where a film is asked for."""
        if self.wish.film is not None:
            renders = {result.clip_id: result.render for result in outcome.results}
            join_film(self.read, renders, self.wish.film, steps("Joining"), title_lines(self.wish.title))

    def tell(self, outcome: Outcome, filled: Sequence[Filled]) -> None:
        """Say what came of it, and write the sheet of pictures, where one is asked for."""
        from highlight_cuts_cv.faces.filled import fillings_told

        wish = self.wish
        if self.whose:
            say(f"{self.whose}:")
        _show(outcome, self.read, self.whose)
        for sentence in fillings_told([replace(one, player=one.player or self.whose) for one in filled]):
            say(sentence)
        if wish.sheet is not None:
            from highlight_cuts_cv.faces.pictures import write_picture
            from highlight_cuts_cv.faces.sheet import marked_sheet

            write_picture(wish.sheet, marked_sheet(self.read, outcome.results))
        written = [self.target.with_name(outcome.path.name), *filter(None, (wish.film, wish.sheet))]
        say(f"Wrote {' and '.join(map(str, written))}.")
        for clip_id, reason in outcome.failed.items():
            whose = f"{self.whose}@" if self.whose else ""
            say_error(f"'{whose}{clip_id}' was left as it is: {reason}")


def read_reel(wish: Wish, whose: str, warn: Callable[[str], None]) -> Reel:
    """The timeline of a *wish*, read as its project remembers, and the project, to be closed.  Raises BadInputError."""
    chosen = wish.how.chosen
    target = target_path(wish.timeline, chosen, wish.output, wish.given)
    with bars_for(wish.timeline) as step:
        read, reading = load_remembered(wish.timeline, target, wish.how, warn, step)
    project = Project(read, chosen, target)
    return Reel(whose=whose, wish=wish, target=target, read=read, reading=reading, project=project)


def _show(outcome: Outcome, timeline: Timeline, owner: str) -> None:
    from highlight_cuts_cv.faces.doubts import doubts_told
    from highlight_cuts_cv.jobs.clip import media_clip

    rows = [
        (
            result.clip_id,
            player,
            f"{track.coverage:.0%} of the frames",
            f"{result.render}{'' if result.clip_id in outcome.made else '  (as before)'}",
        )
        for result in outcome.results
        for player, track in result.tracks.items()
    ]
    if any(player for _, player, *_ in rows):
        table(("clip", "player", "shown", "render"), rows)
    else:
        table(("clip", "shown", "render"), [(clip, *rest) for clip, _, *rest in rows])
    for result in outcome.results:
        clip = media_clip(timeline.clip(result.clip_id))
        for player, track in result.tracks.items():
            named = player or owner
            whose = f"{named}@{result.clip_id}" if named else result.clip_id
            for sentence in doubts_told(track, clip, whose=f"{whose}="):
                say(f"{whose}: {sentence}")
