"""Whether a tracked timeline left everything as it was that nobody picked."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_SAME = 1e-12
_INFINITE = re.compile(r"(?<=[\s:,\[-])Inf(?=\s*[,\]}])")
"""As OTIO writes it, and Python does not read it."""
_DEFAULTS: dict[str, Any] = {
    "color": None,
    "enabled": True,
    "effects": [],
    "markers": [],
    "metadata": {},
    "name": "",
    "comment": "",
    "global_start_time": None,
    "source_range": None,
    "available_range": None,
    "available_image_bounds": None,
}
"""What OTIO writes where an older or a hand-written file says nothing."""
_OURS = {"overlay", "mark"}
"""What notes of tracks and markers that this tool added hold."""
_Place = tuple[str | int, ...]


def check_untouched(before: Path, after: Path, picked: Collection[int]) -> None:
    """Assert that the OTIO file *after* is *before* outside the clips whose places are *picked*.

    Places count all clips of the file from 0, in the order in which they stand in it.  Of a picked clip its
    name, its length, its effects' names and the number of its markers must be the same, and its old media
    must still be among its media.  Tracks of overlays and markers that the tool added are not looked at.  Paths may
    be written in another way as long as the file's name is the same, and
    NTSC rates exactly, and what of a medium there is may be said where nothing was; nothing else may
    differ, be missing or be new.
    """
    texts = (path.read_text(encoding="utf-8-sig") for path in (before, after))
    old, new = (json.loads(_INFINITE.sub("Infinity", text)) for text in texts)
    differences = list(_differences(_upgraded(old), new, (), _Picks(set(picked))))
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
        if str(old.get("OTIO_SCHEMA", "")).startswith("Clip."):
            if picks.is_picked():
                yield from _of_a_pick(old, new, place)
            else:
                yield from _of_keys(_with_length(old, new), new, place, picks)
        elif _is_time(old) and _is_time(new):
            if not _same_time(old, new):
                yield _told(old, new, place)
        else:
            yield from _of_keys(old, new, place, picks)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new := _without_ours(new)):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _differences(*pair, (*place, index), picks)
    elif not _same(old, new):
        yield _told(old, new, place)


def _without_ours(things: list[Any]) -> list[Any]:
    """*things* but for the tracks of overlays and the markers that this tool added."""
    return [
        thing
        for thing in things
        if not isinstance(thing, dict)
        or not _OURS.intersection((thing.get("metadata") or {}).get("highlight_cuts_cv") or ())
    ]


def _of_keys(old: dict[str, Any], new: dict[str, Any], place: _Place, picks: _Picks) -> Iterator[str]:
    for key in {**old, **new}:
        if key in _DEFAULTS and old.get(key) in (None, _DEFAULTS[key]) and key in new:
            if new[key] not in (None, _DEFAULTS[key]):
                yield _told(old.get(key), new[key], (*place, key))
        elif key not in old or key not in new:
            yield f"{_where((*place, key))} is only in {'the new' if key in new else 'the old'} file"
        elif key != "target_url" or _file_name(old) != _file_name(new):
            yield from _differences(old[key], new[key], (*place, key), picks)


def _of_a_pick(old: dict[str, Any], new: dict[str, Any], place: _Place) -> Iterator[str]:
    for key in ("name", "enabled", "color"):
        was = _DEFAULTS[key] if old.get(key) is None else old[key]
        if was != new.get(key, _DEFAULTS[key]):
            yield _told(was, new.get(key), (*place, key))
    for key in ("effects", "markers"):
        was, now = ([each.get("name") for each in _without_ours(clip.get(key) or [])] for clip in (old, new))
        if was != now:
            yield _told(was, now, (*place, key))
    length, left = ((clip.get("source_range") or {}).get("duration") for clip in (old, new))
    if length and left and not _same_time(length, left):
        yield _told(length, left, (*place, "source_range", "duration"))
    kept = list((new.get("media_references") or {}).values())
    for media in (old.get("media_references") or {}).values():
        if not any(_is_kept(media, each) for each in kept):
            yield f"{_where(place)} lost its medium {_file_name(media) or media.get('name')}"


def _with_length(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The clip *old*; where it does not say what of its active medium there is, with what *new* says."""
    key = old.get("active_media_reference_key")
    media = dict(old.get("media_references") or {})
    active, now = media.get(key), (new.get("media_references") or {}).get(key)
    if not active or not now or active.get("available_range"):
        return old
    media[key] = {**active, "available_range": now.get("available_range")}
    return {**old, "media_references": media}


def _is_kept(media: dict[str, Any], each: dict[str, Any]) -> bool:
    """Whether *each* is *media*; what named no file may name one now, but has its name and notes."""
    if _file_name(media):
        return _file_name(each) == _file_name(media)
    return all((each.get(key) or None) == (media.get(key) or None) for key in ("name", "metadata"))


def _upgraded(data: Any) -> Any:
    """*data* with clips as OTIO writes them since 0.15, when they got several media."""
    if isinstance(data, list):
        return [_upgraded(each) for each in data]
    if not isinstance(data, dict):
        return data
    result = {key: _upgraded(value) for key, value in data.items()}
    if result.get("OTIO_SCHEMA") == "Clip.1":
        medium = result.pop("media_reference", None) or {"OTIO_SCHEMA": "MissingReference.1"}
        key = "DEFAULT_MEDIA"
        result |= {
            "OTIO_SCHEMA": "Clip.2",
            "media_references": {key: medium},
            "active_media_reference_key": key,
        }
    return result


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
