"""Formats that do not carry a rate, as EDL: read at the rate given, else at the first medium's."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.cleaning import map_times
from highlight_cuts_cv.timeline.loading import Loaded, choose, read_file
from highlight_cuts_cv.timeline.sources import Sources
from highlight_cuts_cv.timeline.times import exact_rate, float_rate

# What a frame number of 24 or a drop-frame timecode rules out fails, and the next is tried.
_TRIED = (
    Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(50), Fraction(60), Fraction(60000, 1001),
)  # fmt: skip
_MISMATCH = "ignore_timecode_mismatch"
"""Argument of the EDL adapter to read also what is shown at another speed than it was recorded at."""


def rate_argument(path: Path) -> str | None:
    """The argument by which the adapter for *path* is told the rate; ``None`` when it takes none."""
    takes = _arguments(path)
    return next((argument for argument in ("rate", "fps") if argument in takes), None)


def _arguments(path: Path) -> set[str]:
    """What the reader of the adapter for *path* can be told."""
    try:
        module = otio.adapters.from_filepath(str(path)).module()
    except otio.exceptions.OTIOError:
        return set()
    readers = (getattr(module, name, lambda: None) for name in ("read_from_string", "read_from_file"))
    return {argument for reader in readers for argument in inspect.signature(reader).parameters}


def _forgiving(path: Path) -> dict[str, object]:
    """The argument that lets events play for longer or shorter than what they show."""
    return {_MISMATCH: True} if _MISMATCH in _arguments(path) else {}


def load_unrated(
    path: Path,
    name: str | None,
    sources: Sources,
    adapter_args: Mapping[str, object],
    rate: Fraction | None,
) -> Loaded:
    """Read *path*, whose adapter has to be told the rate.

    Raises BadInputError like :func:`~highlight_cuts_cv.timeline.loading.load`, and where the timecodes do
    not fit the rate.
    """
    forgiven = {**adapter_args, **_forgiving(path)}
    unequal = (
        f"In {path.name} there are events that are shown for longer or shorter than they were recorded; "
        "each is taken to last as long as its source."
    )
    if rate is not None:
        try:
            return _read(path, name, adapter_args, rate)
        except BadInputError:
            loaded = _read(path, name, forgiven, rate)  # else that one's sentence
        sources.warnings.append(unequal)
        return loaded
    try:
        loaded, fitting = _first_that_fits(path, name, adapter_args)
    except BadInputError:
        # Lengths that differ at every rate are no sign of a wrong one.
        adapter_args = forgiven
        loaded, fitting = _first_that_fits(path, name, adapter_args)
        sources.warnings.append(unequal)
    found = next(filter(None, map(sources.peek, loaded.timeline.find_clips())), None)
    if found is None:
        return loaded
    rate, note = found.info.rate, f"{path.name} does not say its rate"
    try:
        loaded = _read(path, name, adapter_args, rate)
    except BadInputError:
        sources.warnings.append(
            f"{note}, and its timecodes do not fit the {float(rate):.6g} frames a second of {found.path.name}: "
            f"it was read at {float(fitting):.6g}. If that is wrong, give --rate."
        )
        return loaded
    sources.warnings.append(
        f"{note}: it was read at {float(rate):.6g} frames a second, as {found.path.name} has. "
        "If that is wrong, give --rate."
    )
    return loaded


def _first_that_fits(path: Path, name: str | None, args: Mapping[str, object]) -> tuple[Loaded, Fraction]:
    """The timeline at the first of the usual rates that its timecodes allow, and that rate."""
    reasons = []
    for rate in _TRIED:
        try:
            return _at(path, name, args, float(rate)), rate
        except BadInputError as error:
            reasons.append(error)
    # What most rates end in is wrong with the file; the others are wrong about the rate.
    texts = [str(reason) for reason in reasons]
    raise max(reasons, key=lambda reason: texts.count(str(reason)))


def _read(path: Path, name: str | None, args: Mapping[str, object], rate: Fraction) -> Loaded:
    try:
        return _at(path, name, args, float(rate))
    except BadInputError:
        if rate not in (30, 60):
            raise
    # Drop-frame timecode counts as at 29.97, also where the pictures come at 30 exactly.
    loaded = _at(path, name, args, float(rate * 1000 / 1001))

    def at_rate(time: otio.opentime.RationalTime) -> otio.opentime.RationalTime:
        return (
            otio.opentime.RationalTime(time.value, float_rate(rate))
            if exact_rate(time.rate) != rate
            else time
        )

    map_times(loaded.timeline, at_rate)
    return loaded


def _at(path: Path, name: str | None, args: Mapping[str, object], rate: float) -> Loaded:
    return choose(path, read_file(path, {**args, rate_argument(path) or "rate": rate}), name)
