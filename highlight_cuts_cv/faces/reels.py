"""What a run makes of one timeline, or of each player of a team's spreadsheet: a reel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.shared import Reading, load_remembered, named_for, target_path
from highlight_cuts_cv.jobs.film import check_film, join_film
from highlight_cuts_cv.jobs.remembered import Project
from highlight_cuts_cv.jobs.title_card import title_lines
from highlight_cuts_cv.jobs.wishes import Given, style_of, styled
from highlight_cuts_cv.timeline.formats import is_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from highlight_cuts_cv.contracts import Steps
    from highlight_cuts_cv.jobs.remembered import Outcome
    from highlight_cuts_cv.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, as the user said: of a team, the files' names are to have the players' in them, and the title
    cards, where there are any, the players' names above what is said."""

    timeline: Path
    how: Reading
    given: Given
    output: Path | None = None
    film: Path | None = None
    sheet: Path | None = None

    def in_style(self, name: str | None) -> Wish:
        """The same in the style of that *name*, where nothing else is said.  Raises BadInputError."""
        style, how = style_of(name), self.how
        if style is not None and how.padding is None and is_table(self.timeline):
            how = replace(how, padding=style.padding)
        return replace(self, how=how, given=styled(self.given, style))

    def of(self, player: str, given: Given) -> Wish:
        """The same for the reel of one *player* of a team."""
        output, film, sheet = (
            None if path is None else named_for(path, player) for path in (self.output, self.film, self.sheet)
        )
        title = [player, *given.title] if given.title else given.title
        how, given = replace(self.how, player=player), replace(given, title=title)
        return replace(self, how=how, given=given, output=output, film=film, sheet=sheet)


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
        if title_lines(wish.given.title or ()) and wish.film is None:
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
        # A card that is remembered stands before a film, where one is asked for.
        without_card = replace(wish.given, title=wish.given.title or ())
        return self.project.remembers(wish.given if wish.film else without_card)

    def join(self, outcome: Outcome, steps: Steps) -> None:
        """Join the marked clips, where a film is asked for."""
        if self.wish.film is not None:
            renders = {result.clip_id: result.render for result in outcome.results}
            title = self.project.title(self.wish.given)
            join_film(self.read, renders, self.wish.film, steps("Joining"), title)


def read_reel(wish: Wish, whose: str, warn: Callable[[str], None], steps: Steps) -> Reel:
    """The timeline of a *wish*, read as its project remembers, and the project, to be closed.  Raises BadInputError."""
    chosen = wish.how.chosen
    target = target_path(wish.timeline, chosen, wish.output, wish.given)
    read, reading = load_remembered(wish.timeline, target, wish.how, warn, steps)
    project = Project(read, chosen, target)
    return Reel(whose=whose, wish=wish, target=target, read=read, reading=reading, project=project)
