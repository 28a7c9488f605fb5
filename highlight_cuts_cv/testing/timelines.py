"""Whether a tracked timeline left everything as it was that nobody picked."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_SAME = 1e-12
_Place = tuple[str | int, ...]


def check_untouched(before: Path, after: Path, picked: Collection[int]) -> None:
    """Assert that the OTIO file *after* is *before* outside the clips whose places are *picked*.

    Places count all clips of the file from 0, in the order in which they stand in it.  Of a picked clip its
    name, its length, its effects' names and the number of its markers must be the same, and its old media
    must still be among its media.  Paths may be written in another way as long as the file's name is the same, and
    NTSC rates exactly; nothing else may differ, be missing or be new.
    """
    old, new = (json.loads(path.read_text(encoding="utf-8")) for path in (before, after))
    differences = list(_differences(old, new, (), _Picks(set(picked))))
    assert not differences, "\n".join(differences)


class _Picks:
    def __init__(self, picked: set[int]) -> None:
        self._picked = picked
        self._clips = 0

    def is_picked(self) -> bool:
        """Whether the next clip in the file was picked."""
        self._clips += 1
        return self._clips - 1 in self._picked


def _differences(old: Any, new: Any, place: _Place, picks: _Picks) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        if str(old.get("OTIO_SCHEMA", "")).startswith("Clip.") and picks.is_picked():
            yield from _of_a_pick(old, new, place)
        elif _is_time(old) and _is_time(new):
            if not _same_time(old, new):
                yield _told(old, new, place)
        else:
            yield from _of_keys(old, new, place, picks)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _differences(*pair, (*place, index), picks)
    elif not _same(old, new):
        yield _told(old, new, place)


def _of_keys(old: dict[str, Any], new: dict[str, Any], place: _Place, picks: _Picks) -> Iterator[str]:
    for key in {**old, **new}:
        if key not in old or key not in new:
            yield f"{_where((*place, key))} is only in {'the new' if key in new else 'the old'} file"
        elif key != "target_url" or _file_name(old) != _file_name(new):
            yield from _differences(old[key], new[key], (*place, key), picks)


def _of_a_pick(old: dict[str, Any], new: dict[str, Any], place: _Place) -> Iterator[str]:
    for key in ("name", "enabled", "color"):
        if old.get(key) != new.get(key):
            yield _told(old.get(key), new.get(key), (*place, key))
    for key in ("effects", "markers"):
        was, now = ([each.get("name") for each in clip.get(key) or ()] for clip in (old, new))
        if was != now:
            yield _told(was, now, (*place, key))
    length, left = ((clip.get("source_range") or {}).get("duration") for clip in (old, new))
    if length and left and not _same_time(length, left):
        yield _told(length, left, (*place, "source_range", "duration"))
    kept = [_file_name(media) for media in (new.get("media_references") or {}).values()]
    for media in (old.get("media_references") or {}).values():
        if _file_name(media) not in kept:
            yield f"{_where(place)} lost its medium {_file_name(media)}"


def _file_name(media: dict[str, Any]) -> str:
    """The file's name, which is what stays when a path is written in another way."""
    return unquote(str(media.get("target_url", ""))).replace("\\", "/").rpartition("/")[2]


def _is_time(value: dict[str, Any]) -> bool:
    return str(value.get("OTIO_SCHEMA", "")).startswith("RationalTime.")


def _same_time(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """The same number of frames at the same rate, which may be spelled exactly (29.97), or the same moment."""
    same_rate = math.isclose(old["rate"], new["rate"], rel_tol=3e-4)
    return (same_rate and _same(old["value"], new["value"])) or (
        bool(old["rate"] and new["rate"])
        and math.isclose(old["value"] / old["rate"], new["value"] / new["rate"], abs_tol=1e-6)
    )


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=_SAME) or (math.isnan(old) and math.isnan(new))
    return bool(old == new)


def _where(place: _Place) -> str:
    return "/".join(map(str, place)) or "the file"


def _told(old: Any, new: Any, place: _Place) -> str:
    return f"{_where(place)} was {json.dumps(old)[:200]} and is {json.dumps(new)[:200]}"
