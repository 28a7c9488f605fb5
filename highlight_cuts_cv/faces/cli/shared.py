"""What several verbs do with their arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.console import say_warning
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_TRACKER,
    Choice,
    Setup,
    parse_choice,
)
from highlight_cuts_cv.rendering.wishes import parse_intro, parse_show


def load_timeline(path: Path, media_root: Path | None, player: str | None, padding: float | None) -> Any:
    from highlight_cuts_cv.timeline import read_timeline

    if padding is not None and path.suffix.lower() not in (".csv", ".tsv"):
        raise BadInputError(f"--padding widens the intervals of a CSV, but {path} is none; leave it out.")
    arguments: dict[str, Any] = {} if padding is None else {"padding": padding}
    read = read_timeline(path, media_root=media_root, player=player, **arguments)
    for warning in read.warnings:
        say_warning(warning)
    return read


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
    """The plugins as chosen on the command line; *quality* and *encoder* are options of the exporter."""
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
