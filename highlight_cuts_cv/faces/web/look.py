"""How players are marked, as the page sets it and the project remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.web.models import ChoiceModel, LookModel, PlayerModel
from highlight_cuts_cv.jobs.setup import DEFAULT_EXPORTER, DEFAULT_INDICATOR, Choice, Setup
from highlight_cuts_cv.rendering.wishes import parse_intro, parse_show


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

    def setup(self, quality: str | None = None) -> Setup:
        """The plugins that follow, draw and render.  Raises BadInputError."""
        model = self.model
        own = {
            player.name: _choice(player.indicator) for player in model.players if player.indicator is not None
        }
        return Setup(
            indicator=_choice(model.indicator),
            indicators=own,
            show=parse_show(model.show),
            freeze=parse_intro(model.intro),
            exporter=Choice(DEFAULT_EXPORTER, {} if quality is None else {"quality": quality}),
        )

    def check(self) -> None:
        """Raise BadInputError for plugins, options and wishes that do not exist."""
        from highlight_cuts_cv.jobs.timeline import check_setup

        names = [player.name for player in self.model.players]
        if len(set(names)) < len(names):
            raise BadInputError("Two players have the same name; give each one of their own.")
        check_setup(self.setup())

    def check_player(self, name: str) -> None:
        """Raise BadInputError for a player who is none."""
        if name not in [player.name for player in self.model.players]:
            raise BadInputError(f"There is no player '{name}' in this session; add them first.")


def _choice(model: ChoiceModel) -> Choice:
    return Choice(model.name, dict(model.options))
