"""``NAME.manifest.json`` beside a film: which pictures of which recording it shows, and where the marker lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from highlight_cuts_cv import __version__
from highlight_cuts_cv.contracts import Cadence, Freeze
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.texts import as_json
from highlight_cuts_cv.model import BadInputError, ClipInfo, Crop, Shade, SpriteTrack

_KIND = "highlight-cuts-cv manifest"
_SUFFIX = ".manifest.json"
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError)
"""What is raised by values that are none of a manifest."""

Area = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a film was made from.

    It shows ``frame_count`` frames of ``recording`` from ``first_frame`` on, from ``start_offset`` seconds into that one,
    in ``cadence``.  ``pictures`` are the digests of those that were decoded, by their index within the clip;
    ``sound`` those of its streams.  ``areas`` are where something is drawn, by index: left, top, right, bottom
    in pixels; ``shades`` what is dimmed.  ``crop`` is the part of the pictures that it shows.
    """

    recording: str
    first_frame: int
    frame_count: int
    start_offset: Fraction
    cadence: Cadence
    pictures: Mapping[int, str] = field(default_factory=dict)
    sound: Sequence[str] = ()
    areas: Mapping[int, Sequence[Area]] = field(default_factory=dict)
    shades: Sequence[Shade] = ()
    crop: Crop | None = None


def manifest_path(film: Path) -> Path:
    """Where a film's manifest lies."""
    return film.with_name(film.stem + _SUFFIX)


def manifest_of(
    clip: ClipInfo,
    cadence: Cadence,
    sprites: SpriteTrack,
    pictures: Mapping[int, str],
    sound: Sequence[str],
    crop: Crop | None = None,
) -> Manifest:
    """The manifest of a film of a clip with these sprites."""
    return Manifest(
        recording=clip.media.path.name,
        first_frame=clip.first_frame,
        frame_count=clip.frame_count,
        start_offset=clip.start_offset,
        cadence=cadence,
        pictures=pictures,
        sound=sound,
        areas=areas_of(sprites),
        shades=[shade for shade in sprites.shades if shade.strength > 0],
        crop=crop,
    )


def areas_of(sprites: SpriteTrack) -> dict[int, list[Area]]:
    """Where sprites lie, by the index of the frame."""
    areas: dict[int, list[Area]] = {}
    for placed in sprites.placements:
        height, width = placed.sprite.rgba.shape[:2]
        if placed.opacity > 0 and width and height:
            area = (placed.x, placed.y, placed.x + width, placed.y + height)
            areas.setdefault(placed.frame_index, []).append(area)
    return areas


def may_be_written(film: Path) -> bool:
    """Whether the manifest's place is free, or has an earlier one."""
    path = manifest_path(film)
    return not path.exists() or _stored(path).get("kind") == _KIND


def write_manifest(film: Path, manifest: Manifest) -> Path:
    """Write the manifest beside its film, which is finished.  Raises OSError."""
    return store(film, manifest_as_stored(manifest))


def store(film: Path, stored: dict[str, Any]) -> Path:
    """Write what is *stored* of a finished film beside it.  Raises OSError."""
    head = {"kind": _KIND, "version": __version__, "film": {"name": film.name, "sha256": file_digest(film)}}
    path = manifest_path(film)
    with atomic_output(path) as temporary:
        temporary.write_text(as_json(head | stored) + "\n", encoding="utf-8", newline="\n")
    return path


def stored_beside(film: Path) -> dict[str, Any] | None:
    """What is stored beside *film*, or ``None`` where nothing is.  Raises BadInputError for what is no manifest."""
    path = manifest_path(film)
    if not path.exists():
        return None
    stored = _stored(path)
    if stored.get("kind") != _KIND:
        raise damaged(film)
    return stored


def stored_digest(film: Path) -> str:
    """The SHA-256 that *film* had when its manifest was written; empty where that says none."""
    head = (stored_beside(film) or {}).get("film")
    return str(head.get("sha256", "")) if isinstance(head, dict) else ""


def damaged(film: Path) -> BadInputError:
    """The error for a manifest that says nothing."""
    return BadInputError(
        f"{manifest_path(film)} is no manifest of a film, or is damaged; move it away and check with --track."
    )


def manifest_as_stored(manifest: Manifest) -> dict[str, Any]:
    """A manifest in values of JSON, without its film."""
    cadence, freeze = manifest.cadence, manifest.cadence.freeze
    stored: dict[str, Any] = {
        "recording": {
            "name": manifest.recording,
            "first_frame": manifest.first_frame,
            "frame_count": manifest.frame_count,
            "start_offset": str(manifest.start_offset),
        },
        "cadence": {
            "rate": None if cadence.rate is None else str(cadence.rate),
            "frame_count": cadence.frame_count,
            "freeze": None if freeze is None else [freeze.frame_index, str(freeze.duration)],
        },
        "pictures": {str(index): digest for index, digest in sorted(manifest.pictures.items())},
        "sound": list(manifest.sound),
        "marker": {
            str(index): [[round(float(side), 2) for side in area] for area in areas]
            for index, areas in sorted(manifest.areas.items())
        },
        "shades": [
            {name: value if isinstance(value, int) else float(value) for name, value in asdict(shade).items()}
            for shade in manifest.shades
        ],
    }
    if manifest.crop is not None:
        crop = manifest.crop
        stored["crop"] = {"width": crop.width, "height": crop.height, "left": crop.lefts.tolist()}
    return stored


def read_manifest(film: Path) -> Manifest | None:
    """The manifest beside *film*, or ``None``.  Raises BadInputError for one that is damaged."""
    stored = stored_beside(film)
    try:
        return None if stored is None else manifest_from(stored)
    except UNREADABLE:
        raise damaged(film) from None


def file_digest(path: Path) -> str:
    """The SHA-256 of a file.  Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stored(path: Path) -> dict[str, Any]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def manifest_from(stored: dict[str, Any]) -> Manifest:
    """The manifest that is *stored*, whichever film it is of.  Raises one of :data:`UNREADABLE`."""
    recording, cadence = stored["recording"], stored["cadence"]
    freeze = cadence["freeze"]
    return Manifest(
        recording=str(recording["name"]),
        first_frame=int(recording["first_frame"]),
        frame_count=int(recording["frame_count"]),
        start_offset=Fraction(recording["start_offset"]),
        cadence=Cadence(
            None if cadence["rate"] is None else Fraction(cadence["rate"]),
            None if cadence["frame_count"] is None else int(cadence["frame_count"]),
            None if freeze is None else Freeze(int(freeze[0]), Fraction(freeze[1])),
        ),
        pictures={int(index): str(digest) for index, digest in stored["pictures"].items()},
        sound=[str(digest) for digest in stored["sound"]],
        areas={
            int(index): [(float(a), float(b), float(c), float(d)) for a, b, c, d in areas]
            for index, areas in stored["marker"].items()
        },
        shades=[Shade(**shade) for shade in stored["shades"]],
        crop=_crop(stored.get("crop"), int(recording["frame_count"])),
    )


def _crop(stored: dict[str, Any] | None, frame_count: int) -> Crop | None:
    if stored is None:
        return None
    lefts = np.array([float(left) for left in stored["left"]], np.float64)
    if len(lefts) != frame_count or not np.isfinite(lefts).all():
        raise ValueError
    return Crop(lefts, int(stored["width"]), int(stored["height"]))
