"""What the command line and the Python functions do alike with what they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.jobs.delivery import Delivery
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_TRACKER,
    Choice,
    Setup,
    parse_choice,
)
from highlight_cuts_cv.rendering.wishes import parse_intro, parse_show

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline


def load_timeline(
    path: Path,
    media_root: Path | None,
    player: str | None,
    padding: float | None,
    warn: Callable[[str], None],
    rate: str | None = None,
) -> Timeline:
    """The timeline *path*, read; *warn* hears what was left out.  Raises BadInputError.

    *media_root* is where moved media is looked for; *player* chooses one of a CSV's, *padding* is seconds
    added before and after each of its intervals, *rate* is for formats that carry none.
    """
    from highlight_cuts_cv.timeline import parse_rate, read_timeline

    if padding is not None and path.suffix.lower() not in (".csv", ".tsv"):
        raise BadInputError(f"Padding widens the intervals of a CSV, but {path} is none; leave it out.")
    arguments: dict[str, Any] = {} if padding is None else {"padding": padding}
    wanted = None if rate is None else parse_rate(rate)
    read = read_timeline(path, media_root=media_root, player=player, rate=wanted, **arguments)
    for warning in read.warnings:
        warn(warning)
    return read


def tracked_path(timeline: Path, player: str | None, live: bool = False) -> Path:
    """Where the tracked timeline goes unless another place is named: beside *timeline*.

    The player's name is in it where a CSV has several: each has a timeline of their own.  A project stays one,
    and what is *live* becomes one.
    """
    stem = timeline.stem
    if player is not None:
        name = re.sub(r"[^\w.-]+", "-", player).strip("-.")
        stem = f"{stem}.{name or 'player'}"
    suffix = ".kdenlive" if live or timeline.suffix.lower() == ".kdenlive" else ".otio"
    return timeline.with_name(f"{stem}.tracked{suffix}")


def make_delivery(deliver: str, target: str) -> Delivery:
    """How the timeline is handed over, and for which editor.  Raises BadInputError."""
    from highlight_cuts_cv.timeline import TARGETS

    if target not in TARGETS:
        raise BadInputError(
            f"'{target}' is no editor that timelines are written for; choose {', '.join(TARGETS)}."
        )
    return Delivery(deliver, target)


def make_setup(
    indicator: Choice,
    exporter: str,
    show: str,
    intro: str,
    *,
    quality: str | None = None,
    encoder: str | None = None,
    tracker: str = DEFAULT_TRACKER,
    detector: str = DEFAULT_DETECTOR,
) -> Setup:
    """The plugins as chosen; *quality* and *encoder*, where given, are options of the exporter.

    Raises BadInputError for what cannot be read; that plugins and options exist is not looked at.
    """
    writing = parse_choice(exporter)
    shorts = {"quality": quality, "encoder": encoder}
    given = {name: value for name, value in shorts.items() if value is not None}
    return Setup(
        tracker=parse_choice(tracker),
        detector=parse_choice(detector),
        indicator=indicator,
        exporter=Choice(writing.name, {**writing.options, **given}),
        show=parse_show(show),
        freeze=parse_intro(intro),
    )
