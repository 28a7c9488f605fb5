"""Plugins chosen by name, with options, as users write them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.rendering.wishes import ALWAYS, FreezeWish, Show

DEFAULT_DETECTOR = "player-nano"
DEFAULT_IDENTIFIER = "numbers"
DEFAULT_TRACKER = "follow"
DEFAULT_INDICATOR = "dot"
DEFAULT_EXPORTER = "burn"
SHAPES = ("", "vertical")
"""Of films: '' is the recording's, ``vertical`` a part of it, 9:16, that follows the player."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A plugin by name with its options as given (unchecked)."""

    name: str
    options: Mapping[str, object] = field(default_factory=dict)


# A comma ends a value only where another "name=" follows, so that texts may hold commas.
_NEXT_OPTION = re.compile(r",(?=[A-Za-z_][A-Za-z0-9_-]*=)")


def parse_choice(text: str) -> Choice:
    """Read ``NAME`` or ``NAME:OPTION=VALUE,OPTION=VALUE``; NAME may be ``PLUGIN:NAME``.  Raises BadInputError.

    >>> parse_choice("label:text=Smith, A.,size=1.5")
    Choice(name='label', options={'text': 'Smith, A.', 'size': '1.5'})
    >>> parse_choice("mine:label:text=3:0")
    Choice(name='mine:label', options={'text': '3:0'})
    """
    name, _, rest = text.partition(":")
    second, _, beyond = rest.partition(":")
    # A value may hold colons, but an option has its "=" before the first of them.
    if second and "=" not in second:
        name, rest = f"{name}:{second}", beyond
    options: dict[str, object] = {}
    for part in _NEXT_OPTION.split(rest) if rest else []:
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise BadInputError(f"'{text}' is not NAME or NAME:OPTION=VALUE,OPTION=VALUE.")
        options[key] = value
    return Choice(name, options)


def parse_indicators(texts: Sequence[str]) -> tuple[Choice, dict[str, Choice]]:
    """Read ``NAME:OPTION=VALUE`` and ``PLAYER@NAME:OPTION=VALUE``: everybody's indicator, and players' own.

    Raises BadInputError for two of one player.

    >>> parse_indicators(["ring", "Sam@label:text=@sam"])
    (Choice(name='ring', options={}), {'Sam': Choice(name='label', options={'text': '@sam'})})
    """
    chosen: dict[str, Choice] = {}
    for text in texts:
        name, colon, options = text.partition(":")
        player, _, name = name.rpartition("@")
        if player in chosen:
            whom = f"for '{player}'" if player else "for everybody"
            raise BadInputError(f"There are two indicators {whom}; keep one, or write PLAYER@{name}.")
        chosen[player] = parse_choice(f"{name}{colon}{options}")
    return chosen.pop("", Choice(DEFAULT_INDICATOR)), chosen


def parse_shape(text: str) -> str:
    """One of :data:`SHAPES`.  Raises BadInputError.

    >>> parse_shape("vertical"), parse_shape("")
    ('vertical', '')
    """
    if text not in SHAPES:
        raise BadInputError(
            f"'{text}' is no shape of films; write vertical (9:16), or '' for the recording's."
        )
    return text


def check_owners(owners: Iterable[str], players: Container[str]) -> None:
    """Raise BadInputError for an indicator of somebody who is not among the picked *players*."""
    for player in owners:
        if player not in players:
            raise BadInputError(
                f"There is an indicator for '{player}', but no pick; give --pick '{player}@CLIP=FRAME:...'."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Which plugins do the work, when the marker shows, and whether a picture stands still with it.

    ``indicators`` has those of players, by name, who have one of their own.  ``shape`` is one of :data:`SHAPES`.
    """

    detector: Choice = Choice(DEFAULT_DETECTOR)
    tracker: Choice = Choice(DEFAULT_TRACKER)
    indicator: Choice = Choice(DEFAULT_INDICATOR)
    exporter: Choice = Choice(DEFAULT_EXPORTER)
    indicators: Mapping[str, Choice] = field(default_factory=dict)
    show: Show = ALWAYS
    freeze: FreezeWish | None = None
    shape: str = ""

    def indicator_of(self, player: str) -> Choice:
        """The indicator that marks *player*."""
        return self.indicators.get(player, self.indicator)
