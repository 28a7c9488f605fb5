"""Formats that do not carry a rate, as EDL: read at the rate given, else at the first medium's."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.cleaning import map_times
from highlight_cuts_cv.timeline.loading import choose, read_file
from highlight_cuts_cv.timeline.sources import Sources
from highlight_cuts_cv.timeline.times import exact_rate, float_rate

# What a frame number of 24 or a drop-frame timecode rules out fails, and the next is tried.
_TRIED = (Fraction(24), Fraction(25), Fraction(30), Fraction(50), Fraction(60))


def rate_argument(path: Path) -> str | None:
    """The argument by which the adapter for *path* is told the rate; ``None`` when it takes none."""
    try:
        module = otio.adapters.from_filepath(str(path)).module()
    except otio.exceptions.OTIOError:
        return None
    for name in ("read_from_string", "read_from_file"):
        takes = inspect.signature(getattr(module, name, lambda: None)).parameters
        for argument in ("rate", "fps"):
            if argument in takes:
                return argument
    return None


def load_unrated(
    path: Path,
    player: str | None,
    sources: Sources,
    adapter_args: Mapping[str, object],
    rate: Fraction | None,
) -> otio.schema.Timeline:
    """Read *path*, whose adapter has to be told the rate.

    Raises BadInputError like :func:`~highlight_cuts_cv.timeline.loading.load`, and where the timecodes do
    not fit the rate.
    """
    if rate is not None:
        return _read(path, player, adapter_args, rate)
    timeline = _first_that_fits(path, player, adapter_args)
    found = next(filter(None, map(sources.peek, timeline.find_clips())), None)
    if found is None:
        return timeline
    rate = found.info.rate
    try:
        timeline = _read(path, player, adapter_args, rate)
    except BadInputError as error:
        raise BadInputError(
            f"{error} It was read at the rate of {found.path.name}, which is its first medium; give --rate."
        ) from error
    sources.warnings.append(
        f"{path.name} does not say its rate: it was read at {float(rate):.6g} frames a second, "
        f"as {found.path.name} has. If that is wrong, give --rate."
    )
    return timeline


def _first_that_fits(path: Path, player: str | None, args: Mapping[str, object]) -> otio.schema.Timeline:
    for rate in _TRIED:
        with suppress(BadInputError):
            return _read(path, player, args, rate)
    return _read(path, player, args, _TRIED[0])  # for its sentence


def _read(path: Path, player: str | None, args: Mapping[str, object], rate: Fraction) -> otio.schema.Timeline:
    argument = rate_argument(path) or "rate"
    try:
        return choose(path, read_file(path, {**args, argument: float(rate)}), player)
    except BadInputError:
        if rate not in (30, 60):
            raise
    # Drop-frame timecode counts as at 29.97, also where the pictures come at 30 exactly.
    ntsc = float(rate * 1000 / 1001)
    timeline = choose(path, read_file(path, {**args, argument: ntsc}), player)

    def at_rate(time: otio.opentime.RationalTime) -> otio.opentime.RationalTime:
        return (
            otio.opentime.RationalTime(time.value, float_rate(rate))
            if exact_rate(time.rate) != rate
            else time
        )

    map_times(timeline, at_rate)
    return timeline
