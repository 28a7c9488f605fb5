"""What the user wants of a timeline's run besides picks, as a project remembers it: plain JSON values.

``look`` is how players are marked: ``indicator`` (``name``, ``options``), ``show``, ``intro``, ``shape``, ``title`` (the lines of the card
before the film of all clips), and ``players``, each with
``name`` and, where it is their own, ``indicator``.  ``run`` has the other plugins by kind, as far as they were chosen, and how the timeline is
handed over: ``deliver``, ``editor``, ``handles``.
``reading`` has how the timeline is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.jobs.delivery import OVERLAY, REPLACING, Delivery, make_delivery
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_EXPORTER,
    DEFAULT_INDICATOR,
    DEFAULT_TRACKER,
    Choice,
    Setup,
    parse_choice,
    parse_indicators,
    parse_shape,
)
from highlight_cuts_cv.jobs.title_card import title_lines
from highlight_cuts_cv.rendering.wishes import parse_intro, parse_show

Settings = Mapping[str, object]
_PLUGINS = {"detector": DEFAULT_DETECTOR, "tracker": DEFAULT_TRACKER, "exporter": DEFAULT_EXPORTER}

_DELIVERING = (
    ("deliver", "--deliver", REPLACING.way),
    ("editor", "--for", REPLACING.target),
    ("handles", "--handles", "0"),
)
"""What a run remembers of it, the option that says so, and what it is at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the user says now, as written; ``None`` where nothing is said."""

    indicators: Sequence[str] | None = None
    detector: str | None = None
    tracker: str | None = None
    exporter: str | None = None
    quality: str | None = None
    encoder: str | None = None
    show: str | None = None
    intro: str | None = None
    shape: str | None = None
    title: Sequence[str] | None = None
    deliver: str | None = None
    editor: str | None = None
    handles: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Wishes that go together, each as its option is written; ``padding`` is in seconds, for spreadsheets."""

    show: str
    intro: str
    padding: float


STYLES: Mapping[str, Style] = {
    # Find the player while the picture stands still, then watch the play with nothing over it.
    "recruiting": Style(show="first:3", intro="1", padding=2.0),
}


def style_of(name: str | None) -> Style | None:
    """The style called *name*.  Raises BadInputError for one that there is not."""
    if name is None:
        return None
    if name not in STYLES:
        raise BadInputError(f"There is no style '{name}'; choose from: {', '.join(STYLES)}.")
    return STYLES[name]


def styled(given: Given, style: Style | None) -> Given:
    """*given* with what *style* says where nothing else is said."""
    if style is None:
        return given
    return replace(
        given,
        show=style.show if given.show is None else given.show,
        intro=style.intro if given.intro is None else given.intro,
    )


def with_given(settings: Settings, given: Given, players: Sequence[str]) -> dict[str, object]:
    """The remembered *settings* with what is *given* now, and with all of the *players*' names.

    Raises BadInputError for what cannot be read.  That plugins and options exist is not looked at.
    """
    look, run = _mapping(settings.get("look")), _mapping(settings.get("run"))
    own = {player["name"]: player.get("indicator") for player in _players(look)}
    if given.indicators is not None:
        everybodys, owned = parse_indicators(given.indicators)
        if any("@" not in text.partition(":")[0] for text in given.indicators):
            look["indicator"] = _as_json(everybodys)
        own |= {name: _as_json(choice) for name, choice in owned.items()}
    if given.show is not None:
        parse_show(given.show)
        look["show"] = given.show
    if given.intro is not None:
        parse_intro(given.intro)
        look["intro"] = given.intro
    if given.shape is not None:
        look["shape"] = parse_shape(given.shape)
    if given.title is not None:
        look["title"] = title_lines(given.title)
    for kind in _PLUGINS:
        text = getattr(given, kind)
        if text is not None:
            run[kind] = _as_json(parse_choice(text))
    for name in ("deliver", "editor", "handles"):
        if getattr(given, name) is not None:
            run[name] = getattr(given, name)
    delivery = delivery_of({"run": run})
    exporter = _choice(run.get("exporter"), DEFAULT_EXPORTER).name
    if given.exporter is None and (delivery.live or (exporter == OVERLAY) != delivery.over):
        run.pop("exporter", None)  # of another way of delivering
    shorts = {"quality": given.quality, "encoder": given.encoder}
    if any(value is not None for value in shorts.values()):
        writing = _choice(run.get("exporter"), DEFAULT_EXPORTER)
        chosen = {name: value for name, value in shorts.items() if value is not None}
        run["exporter"] = _as_json(Choice(writing.name, {**writing.options, **chosen}))
    named = list(dict.fromkeys([*own, *players]))
    if look or named not in ([], [""]):
        look.setdefault("indicator", _as_json(Choice(DEFAULT_INDICATOR)))
        look["players"] = [{"name": name, "indicator": own.get(name)} for name in named or [""]]
    return {name: value for name, value in (("look", look), ("run", run)) if value}


def setup_of(settings: Settings, players: Sequence[str]) -> Setup:
    """The plugins that do the work for the *players* who are picked.  Raises BadInputError.

    What is remembered in a form that this version does not know counts as not said.
    """
    look, run = _mapping(settings.get("look")), _mapping(settings.get("run"))
    own = {player["name"]: player.get("indicator") for player in _players(look)}
    return Setup(
        detector=_choice(run.get("detector"), DEFAULT_DETECTOR),
        tracker=_choice(run.get("tracker"), DEFAULT_TRACKER),
        exporter=_choice(run.get("exporter"), DEFAULT_EXPORTER),
        indicator=_choice(look.get("indicator"), DEFAULT_INDICATOR),
        indicators={
            name: _choice(choice, DEFAULT_INDICATOR)
            for name, choice in own.items()
            if choice is not None and name in players
        },
        show=parse_show(_text(look.get("show"))),
        freeze=parse_intro(_text(look.get("intro"))),
        shape=parse_shape(_text(look.get("shape"))),
    )


def delivery_of(settings: Settings) -> Delivery:
    """How the timeline is handed over.  Raises BadInputError."""
    run = _mapping(settings.get("run"))
    return make_delivery(
        _text(run.get("deliver")) or REPLACING.way,
        _text(run.get("editor")) or REPLACING.target,
        _text(run.get("handles")),
    )


def title_of(settings: Settings) -> list[str]:
    """The lines of the title card, none for no card.  Raises BadInputError."""
    lines = _mapping(settings.get("look")).get("title")
    return title_lines([line for line in lines if isinstance(line, str)] if isinstance(lines, list) else [])


def told(settings: Settings, given: Given) -> str:
    """What counts only because it is remembered, as the command line would say it; '' where nothing does."""
    look, run = _mapping(settings.get("look")), _mapping(settings.get("run"))
    said = []
    if given.indicators is None:
        indicators = [("", look.get("indicator")), *((p["name"], p.get("indicator")) for p in _players(look))]
        said += [
            f"--indicator {player and f'{player}@'}{text}"
            for player, choice in indicators
            if choice is not None
            and (text := _written(_choice(choice, DEFAULT_INDICATOR))) != DEFAULT_INDICATOR
        ]
    for name in ("show", "intro", "shape"):
        if getattr(given, name) is None and look.get(name):
            said.append(f"--{name} {look[name]}")
    if given.title is None:
        said += [f'--title "{line}"' for line in title_of(settings)]
    for kind, usual in _PLUGINS.items():
        if getattr(given, kind) is None and (text := _written(_choice(run.get(kind), usual))) != usual:
            said.append(f"--{kind} {text}")
    for name, option, usual in _DELIVERING:
        if getattr(given, name) is None and run.get(name) not in (None, "", usual):
            said.append(f"{option} {run[name]}")
    return " ".join(said)


def _written(choice: Choice) -> str:
    options = ",".join(f"{name}={value}" for name, value in choice.options.items())
    return f"{choice.name}:{options}" if options else choice.name


def _as_json(choice: Choice) -> dict[str, object]:
    return {"name": choice.name, "options": dict(choice.options)}


def _choice(stored: object, usual: str) -> Choice:
    name, options = _mapping(stored).get("name"), _mapping(stored).get("options")
    return Choice(name, _mapping(options)) if isinstance(name, str) else Choice(usual)


def _players(look: Mapping[str, Any]) -> list[dict[str, Any]]:
    players = look.get("players")
    found = [_mapping(player) for player in players] if isinstance(players, list) else []
    return [player for player in found if isinstance(player.get("name"), str)]


def _mapping(stored: object) -> dict[str, Any]:
    return dict(stored) if isinstance(stored, Mapping) else {}


def _text(stored: object) -> str:
    return stored if isinstance(stored, str) else ""
