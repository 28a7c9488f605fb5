"""How a timeline is handed over: in which way, and for which editor."""

from __future__ import annotations

from dataclasses import dataclass, replace

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.jobs.setup import DEFAULT_EXPORTER, Choice, Setup

WAYS = ("replace", "overlay", "live")
OVERLAY = "overlay"
"""What the exporter is called that writes what lies above the clips."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """``way`` is ``replace`` (a film with the marker in the place of each clip's recording), ``overlay`` (the
    marker alone, as a film on a track above) or ``live`` (as a picture with keyframes on a track above, which only
    an editor's project can hold); ``target`` is the editor the timeline is written for."""

    way: str = "replace"
    target: str = "any"

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise BadInputError(
                f"There is no way '{self.way}' to deliver a timeline; choose {', '.join(WAYS)}."
            )

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


def make_delivery(way: str, target: str) -> Delivery:
    """How the timeline is handed over, and for which editor.  Raises BadInputError."""
    from highlight_cuts_cv.timeline import TARGETS

    if target not in TARGETS:
        raise BadInputError(
            f"'{target}' is no editor that timelines are written for; choose {', '.join(TARGETS)}."
        )
    return Delivery(way, target)


def setup_for(delivery: Delivery, setup: Setup) -> Setup:
    """*setup* with an exporter that writes what *delivery* needs.  Raises BadInputError where it cannot.

    An overlay is as large as the picture, since no editor reads places from a timeline, and all scale
    what is of one size alike.
    """
    from highlight_cuts_cv.plugin.registry import get_registry

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
