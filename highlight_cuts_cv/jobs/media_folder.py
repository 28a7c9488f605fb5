"""The folder of a timeline's renders: every timeline has one of its own, and every clip a film of its own in it."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.texts import as_json
from highlight_cuts_cv.timeline.names import safe_name

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline.clips import TimelineClip

OWNER_NOTE = "owner.json"
"""The file in a media folder that says whose it is, and which clip each film shows."""
_ENDINGS = {"replace": ".tracked.mp4", "overlay": ".overlay.mov", "live": ".marker.png"}
"""Of what is made for a clip, by the way in which it is delivered."""
_NAME = re.compile(r"\.(?:tracked|overlay|marker)\..*")


def lies_above(film: Path) -> bool:
    """Whether a clip's film is the marker alone, by its name."""
    return film.name.endswith(_ENDINGS["overlay"])


def media_folder(timeline: Path) -> Path:
    """The folder for the renders of the timeline file *timeline*, beside it; it is not made yet.

    Its name is the timeline's whole stem but for a ``.tracked`` at its end.  Where that has signs which
    editors trip over, the stem's digest tells apart what looks the same without them.  A folder that
    belongs to another timeline is left alone, and the next free number taken.
    """
    stem = timeline.stem.removesuffix(".tracked") or timeline.stem
    plain = safe_name(stem)
    if plain != stem:
        plain = f"{plain}-{_digest(stem)}"
    for number in itertools.count(1):
        folder = timeline.parent / f"{plain}{'' if number == 1 else f'-{number}'}.media"
        if not folder.exists() or _note(folder).get("timeline") == timeline.name:
            return folder
    raise AssertionError("unreachable")


def take_folder(folder: Path, timeline: Path) -> None:
    """Make the media folder and leave the note whose it is.  Raises OSError."""
    folder.mkdir(exist_ok=True)
    if _note(folder).get("timeline") != timeline.name:
        _write_note(folder, timeline, {})


def film_names(clips: Sequence[TimelineClip], folder: Path, way: str = "replace") -> dict[str, str]:
    """File names for the clips' films in their media folder, by clip id.

    A clip that has a film there already keeps its name, wherever the clip now stands: what it shows
    tells who it is.  No other clip is ever given that name.  *way* is how they are delivered.
    """
    films = _films(folder)
    kept = {shows: name for name, shows in films.items()}
    shown = _shown(clips)
    names = {clip_id: kept[shows] for clip_id, shows in shown.items() if shows in kept}
    # On Windows and macOS names that differ in case alone are one file's.
    taken = {name.casefold() for name in (*films, *names.values())}
    for clip_id in shown:
        if clip_id not in names:
            plain = safe_name(clip_id)
            numbered = (f"{plain}-{number}" for number in itertools.count(2))
            names[clip_id] = next(
                name for name in itertools.chain([plain], numbered) if name.casefold() not in taken
            )
            taken.add(names[clip_id].casefold())
    return {clip_id: f"{name}{_ENDINGS[way]}" for clip_id, name in names.items()}


def remember_films(timeline: Path, clips: Sequence[TimelineClip], films: Mapping[str, Path]) -> None:
    """Note beside the *films* (by clip id) which clip each shows, before a timeline points at them.

    Raises OSError.
    """
    shown = _shown(clips)
    for folder in {film.parent for film in films.values()}:
        here = {clip_id: film.name for clip_id, film in films.items() if film.parent == folder}
        new = {_NAME.sub("", name): shown[clip_id] for clip_id, name in here.items()}
        _write_note(folder, timeline, {**_films(folder), **new})


def _shown(clips: Sequence[TimelineClip]) -> dict[str, str]:
    """By clip id, a sign for what the clip shows; the same pictures twice have two."""
    times: Counter[str] = Counter()
    signs = {}
    for clip in clips:
        what = json.dumps([str(clip.media_path), str(clip.start), clip.frame_count, str(clip.rate)])
        times[what] += 1
        signs[clip.clip_id] = _digest(f"{what} {times[what]}")
    return signs


def _note(folder: Path) -> dict[str, object]:
    try:
        note = json.loads((folder / OWNER_NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _films(folder: Path) -> dict[str, str]:
    films = _note(folder).get("films")
    return {str(name): str(shows) for name, shows in films.items()} if isinstance(films, dict) else {}


def _write_note(folder: Path, timeline: Path, films: Mapping[str, str]) -> None:
    with atomic_output(folder / OWNER_NOTE) as file:
        text = as_json({"timeline": timeline.name, "films": dict(films)}, indent=1)
        file.write_text(text + "\n", encoding="utf-8", newline="\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
