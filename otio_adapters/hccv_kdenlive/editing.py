"""Changing a project in place: films for recordings, and tracks above."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from hccv_kdenlive.parts import ADDED, Builder, Film, Placed, qtblend
from hccv_kdenlive.project import Element, KdenliveError, Piece, Project, prop, set_prop

_KEYFRAMES = re.compile(r"(?:^|;)\s*(-?\d+(?::\d+:\d+(?:[.,:]\d+)?)?)\s*([|~!$a-zA-Z-]?)=")
"""The times in a list of keyframes, with the sign of how they go on."""


def find(project: Project, playlist: str, index: int) -> Piece:
    """The piece that a clip was read from.  Raises KdenliveError where it is no longer there."""
    element = project.by_id.get(playlist)
    if element is not None:
        for piece in project.pieces(element):
            if piece.index == index:
                return piece
    raise KdenliveError(f"the project has no longer the entry {index} of the playlist {playlist}")


def swap(builder: Builder, piece: Piece, film: Film, first: int) -> None:
    """Let *piece* show *film* from *first* on; its effects go with the picture."""
    project, entry = builder.project, piece.entry
    name, number = builder.producer(film)
    entry.set("producer", name)
    entry.set("in", project.time(first))
    entry.set("out", project.time(first + piece.length - 1))
    set_prop(entry, "kdenlive:id", number)
    offset = first - piece.first
    for effect in entry.findall("filter"):
        shift_effect(project, effect, offset)


def shift_effect(project: Project, effect: Element, offset: int) -> None:
    """Move an effect by *offset* frames of what it is on: its range where it has one, else its keyframes."""
    if effect.get("in") is None:
        _move_keyframes(project, effect, offset)
    for end in ("in", "out"):
        if effect.get(end) is not None:
            effect.set(end, project.time(max(project.frames(effect.get(end)) + offset, 0)))


def _move_keyframes(project: Project, effect: Element, offset: int) -> None:
    """Move keyframes that count from the recording's first frame, for there is no other begin."""
    for value in effect.findall("property"):
        text = value.text or ""
        if not _KEYFRAMES.match(text):
            continue
        keys = []
        for each in filter(str.strip, text.split(";")):
            found = _KEYFRAMES.match(each)
            if not found:
                break
            frame = project.frames(found[1]) + offset
            keys.append((frame, f"{found[2]}={each[found.end() :]}"))
        else:
            # Of those before the film's begin the last one holds until there.
            early = [key for key in keys if key[0] < 0]
            kept = [key for key in keys if key[0] >= 0]
            if early and (not kept or kept[0][0] > 0):
                kept.insert(0, (0, early[-1][1]))
            value.text = ";".join(f"{project.time(frame)}{rest}" for frame, rest in kept)


def add_track(builder: Builder, sequence: Element, above: str, name: str, items: list[Placed]) -> Element:
    """Add a video track directly above the track whose tractor is *above*; return its tractor.

    Whatever counts tracks in that timeline counts it, too.
    """
    project = builder.project
    shown = [track.get("producer") for track in sequence.findall("track")]
    if above not in shown:
        raise KdenliveError(f"the project has no longer the track {above}")
    place = shown.index(above) + 1
    tractor = builder.track(name, False, items, before=sequence)
    below = sequence.findall("track")[place - 1]
    made = Element("track", {"producer": tractor.get("id", "")})
    made.tail = below.tail
    sequence.insert(list(sequence).index(below) + 1, made)
    model = None
    for transition in sequence.findall("transition"):
        lower, upper = (int(prop(transition, side) or 0) for side in ("a_track", "b_track"))
        # A composition goes with the track directly below it, as where Kdenlive adds a track.
        if upper >= place and (
            lower >= place or (lower == place - 1 and prop(transition, "force_track") != "1")
        ):
            set_prop(transition, "a_track", lower + 1)
        if upper >= place:
            set_prop(transition, "b_track", upper + 1)
        if prop(transition, "internal_added") == ADDED and int(prop(transition, "b_track") or 0) == place - 1:
            model = transition
    composing = qtblend(place)
    composing.tail = "\n  "
    if model is not None:  # as the project composes its other tracks
        composing = Element("transition", {key: value for key, value in model.attrib.items() if key != "id"})
        composing.extend(Element("property", dict(each.attrib)) for each in model.findall("property"))
        for old, new in zip(model.findall("property"), composing, strict=True):
            new.text, new.tail = old.text, old.tail
        composing.text, composing.tail = model.text, model.tail
        set_prop(composing, "b_track", place)
    last = model if model is not None else sequence.findall("track")[-1]
    sequence.insert(list(sequence).index(last) + 1, composing)
    _count_track(project, sequence, place, 1)
    return tractor


def remove_track(project: Project, sequence: Element, tractor: Element) -> None:
    """Take the track *tractor* away; whatever counts tracks in that timeline no longer counts it."""
    tracks = sequence.findall("track")
    place = [track.get("producer") for track in tracks].index(tractor.get("id"))
    sequence.remove(tracks[place])
    for transition in sequence.findall("transition"):
        numbers = {side: int(prop(transition, side) or 0) for side in ("a_track", "b_track")}
        if numbers["b_track"] == place:
            sequence.remove(transition)
            continue
        for side, number in numbers.items():
            if number >= place:  # what was composed with it is with the track below again
                set_prop(transition, side, number - 1)
    for name in [*(track.get("producer", "") for track in tractor.findall("track")), tractor.get("id", "")]:
        if (element := project.by_id.pop(name, None)) is not None:
            project.root.remove(element)
    _count_track(project, sequence, place, -1)


def _count_track(project: Project, sequence: Element, place: int, more: int) -> None:
    """Groups name tracks by their number, without the black ground; targets do, too.  *more* is 1 for a track that is
    new at *place*, -1 for one that was there."""
    first = place - 1 if more > 0 else place
    for holder, prefix in (
        (sequence, "kdenlive:sequenceproperties."),
        (project.bin, "kdenlive:docproperties."),
    ):
        groups = prop(holder, f"{prefix}groups")
        if groups is not None and (moved := _moved_groups(groups, first, more)) is not None:
            set_prop(holder, f"{prefix}groups", moved)
        for name in ("activeTrack", "audioTarget", "videoTarget"):
            value = prop(holder, f"{prefix}{name}")
            if value is not None and value.lstrip("-").isdigit() and int(value) >= first:
                set_prop(holder, f"{prefix}{name}", int(value) + more)
        for name in ("tracksCount", "tracks"):
            value = prop(holder, f"{prefix}{name}")
            if value is not None and value.isdigit():
                set_prop(holder, f"{prefix}{name}", int(value) + more)


def _moved_groups(text: str, first: int, more: int) -> str | None:
    try:
        groups = json.loads(text)
    except ValueError:
        return None
    if not groups:
        return None

    def move(group: object) -> None:
        if isinstance(group, list):
            for each in group:
                move(each)
        elif isinstance(group, dict):
            move(group.get("children"))
            track, colon, rest = str(group.get("data", "")).partition(":")
            if colon and track.isdigit() and int(track) >= first:
                group["data"] = f"{int(track) + more}:{rest}"

    move(groups)
    return json.dumps(groups, ensure_ascii=False, indent=4) + "\n"


def lengthen(project: Project, sequence: Element, end: int) -> None:
    """Let a timeline be at least *end* frames long."""
    for element in (sequence, *_shows(project, sequence)):
        if project.frames(element.get("out")) < end - 1:
            element.set("out", project.time(end - 1))


def _shows(project: Project, sequence: Element) -> Iterator[Element]:
    """The tractor that shows the open timeline, and its track."""
    for tractor in project.root.findall("tractor"):
        track = tractor.find("track")
        if (
            prop(tractor, "kdenlive:projectTractor")
            and track is not None
            and track.get("producer") == sequence.get("id")
        ):
            yield from (tractor, track)


__all__ = ["add_track", "find", "lengthen", "remove_track", "shift_effect", "swap"]
