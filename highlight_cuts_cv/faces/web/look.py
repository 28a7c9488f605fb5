"""How players are marked, as the page sets it and the project remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.web.models import ChoiceModel, LookModel, PlayerModel
from highlight_cuts_cv.jobs.delivery import OVERLAY
from highlight_cuts_cv.jobs.setup import DEFAULT_EXPORTER, DEFAULT_INDICATOR, Choice, Setup
from highlight_cuts_cv.jobs.title_card import title_lines
from highlight_cuts_cv.jobs.wishes import setup_of


@dataclass(frozen=True, slots=True)
class Look:
    """What is set; see :class:`~highlight_cuts_cv.faces.web.models.LookModel`."""

    model: LookModel

    @classmethod
    def of(cls, stored: object) -> Look:
        """What was remembered; the usual marker and one player where that is nothing, or of another version."""
        try:
            return cls(LookModel.model_validate(stored))
        except ValueError:
            usual = ChoiceModel(name=DEFAULT_INDICATOR)
            return cls(LookModel(indicator=usual, players=[PlayerModel(name="")]))

    def as_json(self) -> Mapping[str, object]:
        """Plain values, for :meth:`of`."""
        return self.model.model_dump(mode="json")

    def setup(self, settings: Mapping[str, object], quality: str | None = None) -> Setup:
        """The plugins that follow, draw and render; *settings* has what else is remembered.  Raises BadInputError."""
        names = [player.name for player in self.model.players]
        setup = setup_of({**settings, "look": self.as_json()}, names)
        if quality is None:
            return setup
        return replace(
            setup, exporter=Choice(setup.exporter.name, {**setup.exporter.options, "quality": quality})
        )

    def check(self, settings: Mapping[str, object]) -> None:
        """Raise BadInputError for plugins, options and wishes that do not exist."""
        from highlight_cuts_cv.jobs.timeline import check_setup

        names = [player.name for player in self.model.players]
        if len(set(names)) < len(names):
            raise BadInputError("Two players have the same name; give each one of their own.")
        title_lines(self.model.title)
        setup = self.setup(settings)
        if setup.exporter.name == OVERLAY:  # of another way of delivering; films are burnt in
            setup = replace(setup, exporter=Choice(DEFAULT_EXPORTER))
        check_setup(setup)

    def marks_as(self, other: Look) -> bool:
        """Whether the markers look as in *other*, whatever the films are like."""
        films = {"shape": "", "title": []}
        return self.model.model_copy(update=films) == other.model.model_copy(update=films)

    def renamed(self, name: str, new: str) -> Look:
        """With another name for a player.  Raises BadInputError for one that is taken or empty."""
        if not new:
            raise BadInputError("A name has letters; give the player one.")
        if new in [player.name for player in self.model.players]:
            raise BadInputError(f"There is a player called '{new}' already; take another name.")
        players = [
            player.model_copy(update={"name": new}) if player.name == name else player
            for player in self.model.players
        ]
        return Look(self.model.model_copy(update={"players": players}))

    def without(self, name: str) -> Look:
        """Without a player.  Raises BadInputError for the only one."""
        players = [player for player in self.model.players if player.name != name]
        if not players:
            raise BadInputError("Somebody has to be marked; add another player first, or rename this one.")
        return Look(self.model.model_copy(update={"players": players}))

    def check_player(self, name: str) -> None:
        """Raise BadInputError for a player who is none."""
        if name not in [player.name for player in self.model.players]:
            raise BadInputError(f"There is no player '{name}' in this session; add them first.")
