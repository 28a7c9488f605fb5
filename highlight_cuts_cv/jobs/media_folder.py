"""The folder of a timeline's renders: every timeline has one of its own, and every clip a film of its own in it."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.timeline.names import safe_name

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline.clips import TimelineClip

OWNER_NOTE = "owner.json"
"""The file in a media folder that says whose it is."""


def media_folder(timeline: Path) -> Path:
    """The folder for the renders of the timeline file *timeline*, beside it; it is not made yet.

    Its name is the timeline's whole stem.  Where that has signs which editors trip over, the stem's
    digest tells apart what looks the same without them.  A folder that belongs to another timeline is
    left alone, and the next free number taken.
    """
    plain = safe_name(timeline.stem)
    if plain != timeline.stem:
        plain = f"{plain}-{_digest(timeline.stem)}"
    for number in itertools.count(1):
        folder = timeline.parent / f"{plain}{'' if number == 1 else f'-{number}'}.media"
        if not folder.exists() or _owner(folder) == timeline.name:
            return folder
    raise AssertionError("unreachable")


def take_folder(folder: Path, timeline: Path) -> None:
    """Make the media folder and leave the note whose it is.  Raises OSError."""
    folder.mkdir(exist_ok=True)
    with atomic_output(folder / OWNER_NOTE) as note:
        note.write_text(json.dumps({"timeline": timeline.name}, ensure_ascii=False) + "\n", encoding="utf-8")


def film_names(clips: Iterable[TimelineClip]) -> dict[str, str]:
    """File names for the clips' films, by clip id: from what a clip shows, not from its place.

    So clips that change places, or between which others come and go, keep their films.
    """
    names: dict[str, str] = {}
    times: Counter[str] = Counter()
    for clip in clips:
        shown = [str(clip.media_path), str(clip.start), clip.frame_count, str(clip.rate)]
        name = f"{safe_name(clip.name or clip.media_path.stem)}-{_digest(json.dumps(shown))}"
        times[name] += 1  # a timeline may show the same pictures twice
        names[clip.clip_id] = f"{name}{f'-{times[name]}' if times[name] > 1 else ''}.tracked.mp4"
    return names


def _owner(folder: Path) -> object:
    try:
        return json.loads((folder / OWNER_NOTE).read_text(encoding="utf-8")).get("timeline")
    except (OSError, ValueError, AttributeError):
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
