"""What the command line and the Python functions do alike with what they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from highlight_cuts_cv.contracts import Steps, unwatched
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.jobs.delivery import REPLACING, Delivery
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_TRACKER,
    Choice,
    Setup,
    parse_choice,
    parse_shape,
)
from highlight_cuts_cv.rendering.wishes import parse_intro, parse_show

if TYPE_CHECKING:
    from highlight_cuts_cv.jobs.wishes import Given
    from highlight_cuts_cv.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a timeline is read, as the user said; ``None`` where nothing is said.

    ``media_root`` is where moved media is looked for; ``player`` chooses one of a CSV's, ``padding`` is seconds
    added before and after each of its intervals; ``rate`` is for formats that carry none; ``name`` chooses
    one of several timelines.
    """

    media_root: Path | None = None
    player: str | None = None
    padding: float | None = None
    rate: str | None = None
    name: str | None = None

    @property
    def chosen(self) -> str | None:
        """The player or timeline that was chosen among several."""
        return self.player or self.name


def load_timeline(
    path: Path, how: Reading, warn: Callable[[str], None], steps: Steps = unwatched
) -> Timeline:
    """The timeline *path*, read; *warn* hears what was left out.  Raises BadInputError.

    *steps* look on while a bundle is unpacked.
    """
    from highlight_cuts_cv.timeline import parse_rate, read_timeline
    from highlight_cuts_cv.timeline.formats import is_table

    if how.padding is not None and not is_table(path):
        raise BadInputError(f"Padding widens the intervals of a CSV, but {path} is none; leave it out.")
    arguments: dict[str, Any] = {} if how.padding is None else {"padding": how.padding}
    rate = None if how.rate is None else parse_rate(how.rate)
    read = read_timeline(
        path,
        media_root=how.media_root,
        player=how.player,
        rate=rate,
        name=how.name,
        steps=steps,
        **arguments,
    )
    for warning in read.warnings:
        warn(warning)
    return read


def load_remembered(
    path: Path, output: Path, how: Reading, warn: Callable[[str], None], steps: Steps = unwatched
) -> tuple[Timeline, dict[str, object]]:
    """As :func:`load_timeline`, read as its project remembers where nothing else is said; and how that was, to remember.

    *output* is the timeline that is written, which decides where the project lies if it cannot lie beside *path*.
    """
    from highlight_cuts_cv.jobs.remembered import remembered_settings

    before = remembered_settings(path, how.chosen, output).get("reading")
    known: dict[str, Any] = dict(before) if isinstance(before, dict) else {}
    given = {
        "media_root": None if how.media_root is None else str(how.media_root.absolute()),
        "padding": how.padding,
        "rate": how.rate,
    }
    known |= {name: value for name, value in given.items() if value is not None}
    root = known.get("media_root")
    so = replace(
        how,
        media_root=None if root is None else Path(root),
        padding=known.get("padding"),
        rate=known.get("rate"),
    )
    return load_timeline(path, so, warn, steps), known


def target_path(timeline: Path, chosen: str | None, output: Path | None, given: Given) -> Path:
    """The timeline to write: *output*, else beside *timeline*, as what is *given* and remembered needs it.

    Raises BadInputError.
    """
    from highlight_cuts_cv.jobs.remembered import remembered_settings
    from highlight_cuts_cv.jobs.wishes import delivery_of, with_given

    if output is not None:
        return output
    usual = tracked_path(timeline, chosen)
    known = remembered_settings(timeline, chosen, usual)
    return tracked_path(timeline, chosen, delivery_of(with_given(known, given, [])))


def tracked_path(timeline: Path, chosen: str | None, delivery: Delivery = REPLACING) -> Path:
    """Where the tracked timeline goes unless another place is named: beside *timeline*.

    The name of the player or timeline that was *chosen* is in it, so that the next choice does not replace it.  A
    project stays one, what is live becomes one, what a plugin delivers has its suffix, and other formats that hold
    what was done stay theirs.
    """
    from highlight_cuts_cv.timeline.formats import own_suffix

    suffix = delivery.suffix or (delivery.live_suffixes[0] if delivery.live else own_suffix(timeline))
    tracked = timeline.with_name(f"{timeline.stem}.tracked{suffix}")
    return tracked if chosen is None else named_for(tracked, chosen)


def named_for(path: Path, chosen: str) -> Path:
    """*path* with the name of the player or timeline that was *chosen* in it, before its suffix and a ``.tracked``.

    >>> named_for(Path("team.tracked.otio"), "Sam B.").name, named_for(Path("film.mp4"), "Ann").name
    ('team.Sam-B.tracked.otio', 'film.Ann.mp4')
    """
    name = re.sub(r"[^\w.-]+", "-", chosen).strip("-.") or "player"
    stem = path.stem.removesuffix(".tracked")
    return path.with_name(f"{stem}.{name}{path.stem[len(stem) :]}{path.suffix}")


def make_setup(
    indicator: Choice,
    exporter: str,
    show: str,
    intro: str,
    *,
    quality: str | None = None,
    encoder: str | None = None,
    shape: str = "",
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
        shape=parse_shape(shape),
    )
