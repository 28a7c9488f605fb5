"""The manifest of a joined film: what each of the films was made from that it was joined from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.jobs.manifest import (
    UNREADABLE,
    Manifest,
    damaged,
    manifest_as_stored,
    manifest_from,
    manifest_path,
    may_be_written,
    read_manifest,
    store,
    stored_beside,
)
from highlight_cuts_cv.media import source_frames
from highlight_cuts_cv.media.joining.fitting import PictureFormat, format_of
from highlight_cuts_cv.media.joining.joint import whole
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.reading.spans import clip_of
from highlight_cuts_cv.model import BadInputError, ColorTags, MediaInfo


@dataclass(frozen=True, slots=True)
class Fit:
    """How a film was made to fit in a joined one: what its pictures were, and which of them are shown (``None``: each once)."""

    format: PictureFormat
    shown: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedPart:
    """A stretch of a joined film, ``seconds`` long: the film ``name`` with that one's manifest, or a card with the lines ``card``.

    With neither nothing is known of it.  ``fit`` says how it was fitted in, if it was.
    """

    name: str
    seconds: Fraction
    made: Manifest | None = None
    card: tuple[str, ...] = ()
    fit: Fit | None = None


def leave_joined_manifest(films: Sequence[Path], card: Sequence[str], joined: Path, watch: Watch) -> None:
    """Say beside a film that was *joined* from *films* what they were made from, if that is known of any.

    The first film is a title card where *card* has lines.  The film stands without it, too.
    """
    try:
        if not may_be_written(joined):
            watch.warn(f"{manifest_path(joined)} is no manifest and was left alone; {joined.name} has none.")
            return
        target = load(joined).info
        parts = [
            part
            for number, film in enumerate(films)
            for part in _parts(film, tuple(card) if number == 0 else (), target)
        ]
        if any(part.made for part in parts):
            store(joined, {"parts": [_part_as_stored(part) for part in parts]})
        else:
            manifest_path(joined).unlink(missing_ok=True)  # an earlier film's
    except (OSError, BadInputError) as error:
        watch.warn(f"The manifest of {joined.name} could not be written: {str(error).rstrip('.')}.")


def read_joined_manifest(film: Path) -> tuple[JoinedPart, ...] | None:
    """The parts of a film that was joined; ``None`` for one that was not, or has no manifest.

    Raises BadInputError for a manifest that is damaged.
    """
    stored = stored_beside(film)
    if stored is None or "parts" not in stored:
        return None
    try:
        return tuple(_part(part) for part in stored["parts"])
    except UNREADABLE:
        raise damaged(film) from None


def _parts(film: Path, card: tuple[str, ...], target: MediaInfo) -> list[JoinedPart]:
    media = load(film)
    fit = _fit(media.info, target)
    seconds = whole(media).length
    if fit is not None and fit.shown is not None:
        seconds = len(fit.shown) / target.rate
    if card:
        return [JoinedPart(name=film.name, seconds=seconds, card=card, fit=fit)]
    joined = read_joined_manifest(film)
    if joined is None:
        return [JoinedPart(name=film.name, seconds=seconds, made=read_manifest(film), fit=fit)]
    if fit is None:
        return list(joined)
    if any(part.fit or part.card for part in joined):
        return [JoinedPart(name=film.name, seconds=seconds)]  # fitted twice: nobody knows in which way
    return _fitted_parts(joined, fit, media.info.rate, target.rate)


def _fitted_parts(
    joined: Sequence[JoinedPart], fit: Fit, rate: Fraction, target_rate: Fraction
) -> list[JoinedPart]:
    """The parts of a joined film of the given *rate* that was fitted as a whole into another one."""
    parts, end = [], Fraction(0)
    for part in joined:
        first, end = round(end * rate), end + part.seconds
        if fit.shown is None:
            parts.append(replace(part, fit=fit))
            continue
        stop = round(end * rate)
        shown = tuple(number - first for number in fit.shown if first <= number < stop)
        if shown:
            parts.append(replace(part, seconds=len(shown) / target_rate, fit=replace(fit, shown=shown)))
    return parts


def _fit(info: MediaInfo, target: MediaInfo) -> Fit | None:
    """How a film's pictures were made those of a joined one, which copies what is of its kind."""
    had = format_of(info)
    resampled = had.rate != target.rate or (info.variable_rate and not target.variable_rate)
    shown = tuple(source_frames(clip_of(info), target.rate)) if resampled else None
    return None if had == format_of(target) and shown is None else Fit(had, shown)


def _part_as_stored(part: JoinedPart) -> dict[str, Any]:
    stored: dict[str, Any] = {"name": part.name, "seconds": str(part.seconds)}
    if part.card:
        stored["card"] = list(part.card)
    if part.made is not None:
        stored["made"] = manifest_as_stored(part.made)
    if part.fit is not None:
        had = part.fit.format
        ratios = {"sample_aspect_ratio": str(had.sample_aspect_ratio), "rate": str(had.rate)}
        stored["fitted"] = asdict(had) | ratios | {"shown": part.fit.shown}
    return stored


def _part(stored: dict[str, Any]) -> JoinedPart:
    made, fitted = stored.get("made"), stored.get("fitted")
    part = JoinedPart(
        name=str(stored["name"]),
        seconds=Fraction(stored["seconds"]),
        made=None if made is None else manifest_from(made),
        card=tuple(str(line) for line in stored.get("card", ())),
    )
    return part if fitted is None else replace(part, fit=_fit_from(dict(fitted)))


def _fit_from(stored: dict[str, Any]) -> Fit:
    shown = stored.pop("shown")
    had = PictureFormat(
        width=int(stored["width"]),
        height=int(stored["height"]),
        sample_aspect_ratio=Fraction(stored["sample_aspect_ratio"]),
        rate=Fraction(stored["rate"]),
        pixel_format=str(stored["pixel_format"]),
        color=ColorTags(**stored["color"]),
        interlaced=bool(stored["interlaced"]),
    )
    return Fit(had, None if shown is None else tuple(int(number) for number in shown))
