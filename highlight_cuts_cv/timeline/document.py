"""OTIO's own JSON, looked at before OTIO sees it, which refuses whole files for one thing it does not
know and crashes where the tracks are missing.

Things of unknown schemas become stand-ins of a known one that carry the original; :func:`reveal` puts the
originals back when a timeline is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError

_KEY = "highlight_cuts_cv_unknown"
_INFINITE = re.compile(r"(?<=[\s:,\[-])Inf(?=\s*[,\]}])")
"""As OTIO reads it, and Python does not."""
_VALUES = {"RationalTime", "TimeRange", "TimeTransform", "Box2d", "V2d"}
"""Schemas of OTIO that are no objects of its registry."""
_STAND_INS = {
    "effects": otio.schema.Effect,
    "markers": otio.schema.Marker,
    "children": otio.schema.Gap,
    "media_references": otio.schema.MissingReference,
}
_CPLUSPLUS = re.compile(r" \(of type '[^']*'\)|N14opentimelineio\w*?\d(?=[A-Z])|(?<=[a-z])E(?= |$|')")
"""What OTIO's messages say in the names of a C++ compiler."""


def read_document(path: Path) -> otio.core.SerializableObject:
    """What the OTIO JSON file *path* holds.  Raises BadInputError when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"The timeline {path} cannot be read: {str(error).rstrip('.')}.") from None
    return parse_document(path, data)


def parse_document(path: Path, data: bytes) -> otio.core.SerializableObject:
    """What the OTIO JSON *data* from the file *path* hold.  Raises BadInputError."""
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
        parsed = _parsed(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).rstrip(".") or "it is nested too deeply"
        raise BadInputError(f"The timeline {path} cannot be read: {reason}.") from None
    try:
        _check(parsed)
        if _hide(parsed):
            text = json.dumps(parsed, ensure_ascii=False)
        return otio.adapters.read_from_string(text, adapter_name="otio_json")
    except BadInputError as error:
        raise BadInputError(f"The timeline {path} cannot be read: {error}") from None
    except Exception as error:  # OTIO's reader raises KeyError, TypeError, ValueError and more
        reason = _CPLUSPLUS.sub("", str(error)).strip("'\" .") or type(error).__name__
        raise BadInputError(
            f"The timeline {path} cannot be read: it is no timeline that OpenTimelineIO understands "
            f"(adapter otio_json: {reason})."
        ) from error


def reveal(text: str) -> str:
    """The JSON *text* with the originals in the places of their stand-ins."""
    return json.dumps(_revealed(json.loads(text)), indent=4, ensure_ascii=False) if _KEY in text else text


def unknown_schema(thing: otio.core.SerializableObjectWithMetadata | None) -> str | None:
    """The schema of what *thing* stands in for; ``None`` when it is itself."""
    original = thing.metadata.get(_KEY) if thing is not None else None
    return str(original["schema"]) if original is not None else None


def _check(data: Any) -> None:
    known = otio.core.type_version_map()
    for thing in _things(data):
        name, _, version = str(thing["OTIO_SCHEMA"]).rpartition(".")
        if version.isdigit() and int(version) > known.get(name, int(version)):
            raise BadInputError(
                f"it was written by a newer OpenTimelineIO ({name}.{version}; the installed "
                f"{otio.__version__} knows {name}.{known[name]}). Write it for OTIO 0.18, or update OpenTimelineIO."
            )
        if name == "Timeline" and not isinstance(thing.get("tracks", {}), dict):
            raise BadInputError(f"the timeline '{thing.get('name', '')}' in it has no tracks.")


def _things(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        if "OTIO_SCHEMA" in data:
            yield data
        for value in data.values():
            yield from _things(value)
    elif isinstance(data, list):
        for value in data:
            yield from _things(value)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        if not _INFINITE.search(text):
            raise
    return json.loads(_INFINITE.sub("Infinity", text))


def _hide(data: Any) -> bool:
    """Put a stand-in wherever OTIO insists on a known schema; whether there was such a place."""
    hidden = False
    known = otio.core.type_version_map()
    for thing in list(_things(data)):
        for place, stand_in in _STAND_INS.items():
            held = thing.get(place)
            entries = (
                enumerate(held) if isinstance(held, list) else held.items() if isinstance(held, dict) else ()
            )
            for key, value in list(entries):
                if not isinstance(value, dict) or "OTIO_SCHEMA" not in value:
                    continue
                schema = str(value["OTIO_SCHEMA"]).rpartition(".")[0]
                if schema not in known and schema not in _VALUES:
                    held[key] = _stand_in(value, schema, stand_in)  # type: ignore[index]
                    hidden = True
    return hidden


def _stand_in(
    original: dict[str, Any], schema: str, kind: type[otio.core.SerializableObjectWithMetadata]
) -> dict[str, Any]:
    # As text, so that nothing inside it is taken for a part of the timeline.
    note = {"schema": schema, "json": json.dumps(original, ensure_ascii=False)}
    result = json.loads(kind().to_json_string())
    result.update(name=str(original.get("name") or ""), metadata={_KEY: note})
    if kind is otio.schema.Gap and isinstance(original.get("source_range"), dict):
        result["source_range"] = original["source_range"]
    return dict(result)


def _revealed(data: Any) -> Any:
    if isinstance(data, list):
        return [_revealed(value) for value in data]
    if not isinstance(data, dict):
        return data
    note = data.get("metadata")
    if isinstance(note, dict) and _KEY in note:
        return json.loads(note[_KEY]["json"])
    return {key: _revealed(value) for key, value in data.items()}
