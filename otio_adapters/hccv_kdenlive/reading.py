"""From a Kdenlive project to an OTIO timeline."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio

from hccv_kdenlive.ours import NAMESPACE, OVERLAY, Origin, is_overlay, origin_of
from hccv_kdenlive.project import Element, Piece, Project, prop

KEY = "highlight_cuts_kdenlive"
"""Where, in the metadata, it is noted from which element of the project a thing was read."""
_NAMED = {"qtblend": "Transform", "affine": "Transform", "pan_zoom": "Pan and zoom"}
"""Names of effects that do not say what they do."""
_ORIGINAL = "original"
"""What the tool calls the recording behind a film, and its note of the way back to it."""


def read(project: Project, path: Path | None) -> otio.schema.Timeline:
    """The project's open timeline.  *path* is noted as where the project lies."""
    sequence = project.sequence()
    timeline = otio.schema.Timeline(prop(sequence, "kdenlive:clipname") or (path.stem if path else ""))
    timeline.metadata[KEY] = {"project": path.as_posix() if path else ""}
    timeline.global_start_time = otio.opentime.RationalTime(0, float(project.rate))
    timeline.tracks.extend(_tracks(project, sequence, {sequence.get("id", "")}))
    guides = prop(sequence, "kdenlive:sequenceproperties.guides") or prop(
        project.bin, "kdenlive:docproperties.guides"
    )
    timeline.tracks.markers.extend(_markers(guides, project.rate))
    return timeline


def _tracks(project: Project, sequence: Element, seen: set[str]) -> list[otio.schema.Track]:
    """The tracks of a timeline, pictures first: OTIO's programs list them so."""
    video: list[otio.schema.Track] = []
    audio: list[otio.schema.Track] = []
    for number, (shown, element) in enumerate(project.tracks(sequence), start=1):
        sound = prop(element, "kdenlive:audio_track") == "1"
        kind = otio.schema.TrackKind.Audio if sound else otio.schema.TrackKind.Video
        name = prop(element, "kdenlive:track_name") or f"{'A' if sound else 'V'}{number}"
        track = otio.schema.Track(name, kind=kind)
        track.metadata[KEY] = {"track": element.get("id", "")}
        track.enabled = shown.get("hide") not in ("both", "audio" if sound else "video")
        _fill(project, track, project.pieces(element), seen)
        clips = [item for item in track if not isinstance(item, otio.schema.Gap)]
        if clips and all(OVERLAY in (item.metadata.get(NAMESPACE) or {}) for item in clips):
            track.metadata[NAMESPACE] = {OVERLAY: True}
        (audio if sound else video).append(track)
    return [*video, *reversed(audio)]  # Kdenlive has its first audio track on top


def _fill(project: Project, track: otio.schema.Track, pieces: list[Piece], seen: set[str]) -> None:
    at, rate = 0, project.rate
    for index, piece in enumerate(pieces):
        before = max(pieces[index - 1].end - piece.begin, 0) if index else 0
        after = max(piece.end - pieces[index + 1].begin, 0) if index + 1 < len(pieces) else 0
        if piece.begin > at:
            track.append(otio.schema.Gap(source_range=_span(0, piece.begin - at, rate)))
        if before:  # a mix: the cut is in its middle
            track.append(
                otio.schema.Transition(
                    "mix",
                    otio.schema.TransitionTypes.SMPTE_Dissolve,
                    otio.opentime.RationalTime(before - before // 2, float(rate)),
                    otio.opentime.RationalTime(before // 2, float(rate)),
                )
            )
        lead, trail = before - before // 2, after // 2
        item = _item(project, piece, track.kind, seen)
        item.source_range = _span(piece.first + lead, piece.length - lead - trail, rate)
        if (
            isinstance(item, otio.schema.Clip)
            and item.effects
            and isinstance(item.effects[0], otio.schema.LinearTimeWarp)
        ):
            start = (piece.first + lead) * Fraction(item.effects[0].time_scalar).limit_denominator(100_000)
            item.source_range = _span(round(start), piece.length - lead - trail, rate)
        if isinstance(item, otio.schema.Clip) and (origin := origin_of(project, piece.producer)) is not None:
            _with_original(project, item, origin)
        track.append(item)
        at = piece.end - trail


def _item(project: Project, piece: Piece, kind: str, seen: set[str]) -> otio.core.Item:
    producer, rate = piece.producer, project.rate
    name = (
        prop(producer, "kdenlive:clipname")
        or Path(project.file(producer) or "").name
        or prop(producer, "mlt_service")
    )
    where = {"playlist": piece.playlist, "entry": piece.index}
    identity = producer.get("id", "")
    if project.is_sequence(producer) and identity not in seen:
        stack = otio.schema.Stack(name or "sequence")
        seen.add(identity)  # one that lies there twice is edited once
        stack.extend(_tracks(project, producer, seen))
        stack.metadata[KEY] = where
        return stack
    clip = otio.schema.Clip(name or "clip")
    clip.metadata[KEY] = where
    hidden = prop(producer, "set.test_audio" if kind == otio.schema.TrackKind.Audio else "set.test_image")
    clip.enabled = hidden != "1"
    if is_overlay(project, producer):
        clip.metadata[NAMESPACE] = {OVERLAY: True}
    file, speed = project.file(producer), project.speed(producer)
    if file is None or speed is None or speed <= 0:
        clip.media_reference = otio.schema.GeneratorReference(name or "", prop(producer, "mlt_service") or "")
        return clip
    length = round(project.length(producer) * speed)
    clip.media_reference = otio.schema.ExternalReference(file, _span(0, length, rate))
    if speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))
    clip.effects.extend(_effect(element, piece.first) for element in _filters(piece.entry))
    clip.markers.extend(_markers(prop(project.in_bin(producer), "kdenlive:markers"), rate))
    return clip


def _with_original(project: Project, clip: otio.schema.Clip, origin: Origin) -> None:
    """Let *clip*, which shows a film in the place of a recording, carry the recording, too, as in an .otio."""
    rate, shown = project.rate, clip.source_range
    original = otio.schema.ExternalReference(
        (project.base / origin.file).as_posix(), _span(0, origin.length, rate)
    )
    film = clip.media_reference
    clip.name = _called(project, origin.file)
    clip.set_media_references({clip.DEFAULT_MEDIA_KEY: film, _ORIGINAL: original}, clip.DEFAULT_MEDIA_KEY)
    clip.metadata[NAMESPACE] = {
        _ORIGINAL: {
            "reference": _ORIGINAL,
            "displaced_default": _ORIGINAL,
            "source_range": _span(
                int(shown.start_time.value) + origin.first, int(shown.duration.value), rate
            ),
            "written_range": shown,
            "effects": [],
            "first": otio.opentime.RationalTime(origin.first, float(rate)),
        }
    }
    for marker in clip.markers:
        if marker.comment in origin.texts:
            marker.metadata[NAMESPACE] = {"mark": True}


def _called(project: Project, file: str) -> str:
    """What the bin calls a recording."""
    for entry in project.bin.findall("entry"):
        found = project.by_id.get(entry.get("producer", ""))
        if found is not None and project.file(found) == (project.base / file).as_posix():
            return prop(found, "kdenlive:clipname") or Path(file).name
    return Path(file).name


def _filters(entry: Element) -> list[Element]:
    return [each for each in entry.findall("filter") if prop(each, "internal_added") is None]


def _effect(element: Element, first: int) -> otio.schema.Effect:
    """An effect of an entry from *first* on, which carries its own element, for those who copy it to another."""
    service = prop(element, "kdenlive_id") or prop(element, "mlt_service") or "effect"
    return otio.schema.Effect(
        _NAMED.get(service, service),
        prop(element, "mlt_service") or service,
        {KEY: {"filter": ElementTree.tostring(element, encoding="unicode").strip(), "first": first}},
    )


def _markers(text: str | None, rate: Fraction) -> list[otio.schema.Marker]:
    try:
        listed = json.loads(text or "[]")
        return [
            otio.schema.Marker(
                name=str(mark["comment"]),
                marked_range=_span(int(mark["pos"]), max(int(mark.get("duration", 0)), 1), rate),
                metadata={KEY: {"type": mark.get("type", 0)}},
                comment=str(mark["comment"]),
            )
            for mark in listed
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []  # notes of another version; they stay where they are


def _span(start: int, count: int, rate: Fraction) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(start, float(rate)), otio.opentime.RationalTime(count, float(rate))
    )
