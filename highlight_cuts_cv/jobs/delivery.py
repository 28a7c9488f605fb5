"""How a timeline is handed over: in which way, and for which editor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.jobs.setup import DEFAULT_EXPORTER, Choice, Setup, parse_choice

WAYS = ("replace", "overlay", "live")
LONGEST = 60
"""Seconds of handles."""
LIVE_SUFFIXES = {"any": (".kdenlive", ".fcpxml"), "kdenlive": (".kdenlive",), "finalcut": (".fcpxml",)}
"""By editor, the projects that hold a marker's keyframes, the usual one first."""
OVERLAY = "overlay"
"""What the exporter is called that writes what lies above the clips."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """``way`` is ``replace`` (a film with the marker in the place of each clip's recording), ``overlay`` (the
    marker alone, as a film on a track above) or ``live`` (as a picture or title with keyframes on a track above, which
    only an editor's project can hold); ``target`` is the editor the timeline is written for.  With ``deliverer`` a
    plugin writes it, and ``way`` says what is made of the clips.  Films reach ``handles`` seconds beyond their cuts."""

    way: str = "replace"
    target: str = "any"
    deliverer: Choice | None = None
    handles: Fraction = Fraction(0)

    @property
    def suffix(self) -> str:
        """That of what a plugin writes; empty for timelines."""
        from highlight_cuts_cv.plugin.registry import get_registry

        return "" if self.deliverer is None else get_registry().deliverers.find(self.deliverer.name).suffix

    @property
    def live_suffixes(self) -> tuple[str, ...]:
        """Of the projects that a live marker can be written in, the usual one first."""
        return LIVE_SUFFIXES.get(self.target, ())

    @property
    def over(self) -> bool:
        """Whether what is written lies above the clips."""
        return self.way != "replace"

    @property
    def live(self) -> bool:
        """Whether no film is made."""
        return self.way == "live"


REPLACING = Delivery()
"""As films in the place of the clips, for any editor."""


def parse_handles(text: str) -> Fraction:
    """Seconds that films reach beyond their cuts; '' is none.  Raises BadInputError.

    >>> parse_handles("0.5"), parse_handles("")
    (Fraction(1, 2), Fraction(0, 1))
    """
    try:
        reach = Fraction(text.strip() or 0)
    except (ValueError, ZeroDivisionError):
        reach = Fraction(-1)
    if not 0 <= reach <= LONGEST:
        raise BadInputError(f"'{text}' is no length of handles; give seconds from 0 to {LONGEST}.")
    return reach


def make_delivery(way: str, target: str, handles: str = "") -> Delivery:
    """How the timeline is handed over, in one of :data:`WAYS` or by a plugin, for which editor, and with which handles.

    Raises BadInputError.
    """
    from highlight_cuts_cv.timeline import TARGETS

    if target not in TARGETS:
        raise BadInputError(
            f"'{target}' is no editor that timelines are written for; choose {', '.join(TARGETS)}."
        )
    delivery = Delivery(way, target) if way in WAYS else _of_plugin(parse_choice(way), target)
    if delivery.live and target not in LIVE_SUFFIXES:
        more = ", or write each clip with 'hccv export --exporter fusion'" if target == "resolve" else ""
        raise BadInputError(
            f"With --deliver live the marker is keyframes, which are written for Kdenlive and Final Cut Pro only; "
            f"for '{target}' deliver an overlay{more}, or choose --for kdenlive or --for finalcut."
        )
    reach = parse_handles(handles)
    if reach and delivery.live:
        raise BadInputError(
            "With --deliver live no film is made that could have handles: the recording itself can be trimmed out, but the "
            "player is followed, and so marked, within the cuts only. Leave them out, or deliver an overlay."
        )
    if reach and delivery.deliverer is not None:
        raise BadInputError(
            f"With --deliver {way} there are no films that could have handles; leave them out."
        )
    return replace(delivery, handles=reach)


def _of_plugin(choice: Choice, target: str) -> Delivery:
    """The delivery of a plugin's deliverer.  Raises BadInputError that lists the ways where there is none."""
    from highlight_cuts_cv.plugin.registry import get_registry

    shelf = get_registry().deliverers
    if choice.name.rpartition(":")[2] not in shelf.specs:
        known = ", ".join([*WAYS, *shelf.names()])
        raise BadInputError(f"There is no way '{choice.name}' to deliver a timeline; choose {known}.")
    spec = shelf.find(choice.name)
    return Delivery("overlay" if spec.overlays else "replace", target, choice)


def check_laid_over(delivery: Delivery, setup: Setup, players: Iterable[str]) -> None:
    """Raise BadInputError now, before any work, when the marker of one of *players* dims the picture and so
    cannot lie above it."""
    from highlight_cuts_cv.plugin.registry import get_registry

    for player in players if delivery.over else ():
        name = setup.indicator_of(player).name
        if get_registry().indicators.find(name).shades:
            raise BadInputError(
                f"The indicator '{name}' dims the picture around the player, which a marker above the picture cannot; "
                "choose another, or --deliver replace."
            )


def setup_for(delivery: Delivery, setup: Setup) -> Setup:
    """*setup* with an exporter that writes what *delivery* needs.  Raises BadInputError where it cannot.

    An overlay is as large as the picture, since no editor reads places from a timeline, and all scale
    what is of one size alike.
    """
    from highlight_cuts_cv.plugin.registry import get_registry

    if delivery.handles and setup.freeze is not None:
        raise BadInputError("An intro and handles do not go together; leave one of both out.")
    if setup.shape and delivery.over:
        raise BadInputError(
            f"With --deliver {delivery.way} the recording stays in the timeline as it is, so the film cannot be "
            f"{setup.shape}; leave out --shape, or deliver films."
        )
    chosen = setup.exporter
    spec = get_registry().exporters.find(chosen.name)
    if not delivery.over:
        if not spec.film:
            raise BadInputError(
                f"What the exporter '{chosen.name}' writes cannot stand in for a clip; "
                "use it with 'hccv export', and 'burn' for timelines."
            )
        return setup
    if delivery.live:
        if chosen != Choice(DEFAULT_EXPORTER):
            raise BadInputError(
                "With --deliver live no film is made, so no exporter and no quality can be chosen."
            )
        if setup.freeze is not None:
            raise BadInputError(
                "With --deliver live no film is made, and an intro needs one; leave one of both out."
            )
        return setup
    if chosen == Choice(DEFAULT_EXPORTER):
        return replace(setup, exporter=Choice(OVERLAY, {"size": "frame"}))
    if chosen.name != OVERLAY:
        raise BadInputError(
            f"With --deliver overlay the exporter is 'overlay', which writes the marker alone; '{chosen.name}' "
            "and its options, as the quality, are for films."
        )
    if chosen.options.get("size", "frame") != "frame":
        raise BadInputError(
            "An overlay in a timeline is as large as the picture, since a timeline cannot say where a smaller "
            "one belongs; leave out size=tight."
        )
    return replace(setup, exporter=Choice(OVERLAY, {**chosen.options, "size": "frame"}))
