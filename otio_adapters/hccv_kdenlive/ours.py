"""What is noted, on a file in the bin, of films and overlays that this tool added: so a project can be tracked again.

Kdenlive keeps properties of its own kind on what is in the bin, also those that it does not know.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hccv_kdenlive.project import Element, Project, prop, set_prop

NAMESPACE = "highlight_cuts_cv"
"""Where the tool itself keeps its notes, in OTIO's metadata."""
OVERLAY = "overlay"
_NOTE = "kdenlive:hccv"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a film stands for: ``file``, of ``length`` frames of the project, from ``first`` on.

    ``texts`` are those of the markers that came with the film.
    """

    file: str
    length: int
    first: int
    texts: tuple[str, ...] = ()


def note_origin(producer: Element, origin: Origin) -> None:
    noted = {"file": origin.file, "length": origin.length, "first": origin.first, "texts": origin.texts}
    set_prop(producer, _NOTE, json.dumps(noted, ensure_ascii=False))


def note_overlay(producer: Element) -> None:
    set_prop(producer, _NOTE, json.dumps({OVERLAY: True}))


def origin_of(project: Project, producer: Element) -> Origin | None:
    """What the film that *producer* plays stands for; ``None`` for what is no film of ours."""
    noted = _noted(project, producer)
    try:
        return Origin(
            str(noted["file"]),
            int(noted["length"]),
            int(noted["first"]),
            tuple(map(str, noted.get("texts", ()))),
        )
    except (KeyError, TypeError, ValueError):
        return None


def is_overlay(project: Project, producer: Element) -> bool:
    """Whether *producer* plays an overlay of ours."""
    return _noted(project, producer).get(OVERLAY) is True


def _noted(project: Project, producer: Element) -> dict[str, Any]:
    try:
        noted = json.loads(prop(project.in_bin(producer), _NOTE) or "{}")
    except ValueError:
        return {}
    return noted if isinstance(noted, dict) else {}


def drop_unused(project: Project) -> None:
    """Take away what an earlier run added and nothing shows any more."""
    shown = {
        entry.get("producer", "")
        for playlist in project.root.findall("playlist")
        if playlist is not project.bin
        for entry in playlist.findall("entry")
    }
    numbers = {prop(project.by_id[name], "kdenlive:id") for name in shown if name in project.by_id}
    for entry in list(project.bin.findall("entry")):
        producer = project.by_id.get(entry.get("producer", ""))
        if producer is None or prop(producer, _NOTE) is None:
            continue
        number, needed = prop(producer, "kdenlive:id"), set(shown)
        if number in numbers:
            needed.add(producer.get("id", ""))
        else:
            project.bin.remove(entry)
        for element in project.root.findall("producer") + project.root.findall("chain"):
            if prop(element, "kdenlive:id") == number and element.get("id", "") not in needed:
                project.root.remove(element)
                project.by_id.pop(element.get("id", ""), None)
