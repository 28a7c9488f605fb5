"""From an OTIO timeline to a Kdenlive project: the one that it was read from, or a new one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import opentimelineio as otio

from hccv_kdenlive.editing import add_track, find, lengthen, remove_track, shift_effect, swap
from hccv_kdenlive.fresh import new_project, new_track
from hccv_kdenlive.ours import NAMESPACE, OVERLAY, Origin, drop_unused, is_overlay, origin_of
from hccv_kdenlive.parts import Builder, Film, Marker, Placed, name_of, transform
from hccv_kdenlive.project import Element, KdenliveError, Project
from hccv_kdenlive.reading import KEY

_FOLDER = "Highlight Cuts CV"
"""The bin folder of what is added to somebody's project."""
_KINDS = {"GREEN": 3, "RED": 8, "YELLOW": 4, "ORANGE": 5, "BLUE": 1, "CYAN": 2, "PURPLE": 0}
"""Kdenlive's colours of markers."""


def edit(project: Project, timeline: otio.schema.Timeline) -> None:
    """Make *project* what *timeline*, which was read from it, has become.

    Raises KdenliveError for changes other than films in the place of recordings and tracks of overlays above.
    """
    edit = _Edit(project)
    edit.stack(timeline.tracks, project.sequence())
    if edit.changed:
        drop_unused(project)


class _Edit:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._builder = Builder(project, _FOLDER)
        self.changed = False

    def stack(self, stack: otio.schema.Stack, sequence: Element) -> None:
        below = None
        there = {_note(track).get("track") for track in stack}
        for _, element in self._project.tracks(sequence):
            if element.get("id") not in there and self._shows_overlays(element):
                remove_track(self._project, sequence, element)
                self.changed = True
        for track in stack:
            known = _note(track).get("track")
            if known is not None:
                below = known
                if OVERLAY in (track.metadata.get(NAMESPACE) or {}):
                    self._overlays(track, known)
                else:
                    self._track(track)
            elif below is None:
                raise KdenliveError(
                    f"the track '{track.name}' lies below all others, where none can be added"
                )
            else:
                items = list(placed_items(track, self._project))
                below = add_track(self._builder, sequence, below, track.name, items).get("id", "")
                self.changed = True
                lengthen(self._project, sequence, max((item.end for item in items), default=0))

    def _shows_overlays(self, element: Element) -> bool:
        pieces = self._project.pieces(element)
        return bool(pieces) and all(is_overlay(self._project, piece.producer) for piece in pieces)

    def _overlays(self, track: otio.schema.Track, name: str) -> None:
        """Let a track of overlays show what it now holds, if that is something else."""
        tractor = self._project.by_id[name]
        clips = [item for item in track if isinstance(item, otio.schema.Clip)]
        if all("playlist" in _note(clip) for clip in clips) and len(clips) == len(
            self._project.pieces(tractor)
        ):
            return
        self._builder.refill(tractor, list(placed_items(track, self._project)))
        self.changed = True

    def _track(self, track: otio.schema.Track) -> None:
        for begin, lead, _, item in _items(track, self._project.rate):
            note = _note(item)
            if "playlist" not in note:
                if not isinstance(item, otio.schema.Gap):
                    raise KdenliveError(
                        f"'{item.name}' on the track '{track.name}' is new; only tracks can be added"
                    )
                continue
            piece = find(self._project, note["playlist"], int(note["entry"]))
            if begin - lead != piece.begin:
                raise KdenliveError(
                    f"'{item.name}' lies elsewhere than in the project (as after an intro); write an .otio instead"
                )
            if isinstance(item, otio.schema.Stack):
                self.stack(item, piece.producer)
                continue
            reference = item.media_reference
            if not isinstance(reference, otio.schema.ExternalReference) or not item.enabled:
                continue
            if "original" not in (item.metadata.get(NAMESPACE) or {}):
                # Found elsewhere, perhaps; Kdenlive asks the user where.
                if (origin := origin_of(self._project, piece.producer)) is not None:
                    recording = Film(path=reference.target_url, length=origin.length)
                    swap(self._builder, piece, recording, piece.first + origin.first)
                    self.changed = True
                continue
            film, first = _film(item, self._project.rate, track.kind)
            if (self._project.file(piece.producer), piece.first) == (film.path, first - lead):
                self._builder.in_bin(film)  # that of an earlier run, which stays; its markers may be others
                continue
            swap(self._builder, piece, film, first - lead)
            self.changed = True


def create(timeline: otio.schema.Timeline, size: tuple[int, int]) -> Project:
    """A new project of *size* (width, height) that shows *timeline*."""
    rate = _rate(timeline)
    project, sequence = new_project(timeline.name or "Sequence 1", rate, size)
    builder = Builder(project)
    tracks = [track for track in timeline.tracks if isinstance(track, otio.schema.Track)]
    if len(tracks) < len(timeline.tracks):
        raise KdenliveError("it has more than tracks in it, which a new project cannot show")
    audio = [track for track in tracks if track.kind == otio.schema.TrackKind.Audio]
    video = [track for track in tracks if track.kind != otio.schema.TrackKind.Audio]
    for track in (*reversed(audio), *video):
        items = list(placed_items(track, project))
        new_track(builder, sequence, track.name, track in audio, items, track.enabled)
        lengthen(project, sequence, max((item.end for item in items), default=0))
    return project


def placed_items(track: otio.schema.Track, project: Project) -> Iterator[Placed]:
    """What lies on a track, with what its transitions show of it."""
    rate, before = project.rate, 0
    for begin, lead, trail, item in _items(track, rate):
        if isinstance(item, otio.schema.Gap) or not item.enabled:
            before = 0
            continue
        if not isinstance(item, otio.schema.Clip):
            raise KdenliveError(
                f"the nested '{item.name}' cannot be written into a project that is not its own"
            )
        if not isinstance(item.media_reference, otio.schema.ExternalReference):
            before = 0
            continue
        film, first = _film(item, rate, track.kind)
        length = lead + _frames(item.trimmed_range().duration, rate) + trail
        effects = list(_filters(item, first - lead, length, project))
        # Both halves of the transition before, when what it comes from is there.
        yield Placed(
            begin=begin - lead,
            length=length,
            first=first - lead,
            film=film,
            filters=effects,
            mixed=lead + before if lead and before else 0,
        )
        before = trail


def _filters(clip: otio.schema.Clip, first: int, length: int, project: Project) -> Iterator[Element]:
    for effect in clip.effects:
        rects = _rects(effect)
        if rects is not None:
            yield transform(_fitted(rects, project), project, length - 1)
        elif "filter" in _note(effect):
            copied = ElementTree.fromstring(str(_note(effect)["filter"]))
            copied.attrib.pop("id", None)
            shift_effect(project, copied, first - int(_note(effect)["first"]))
            yield copied


def _rects(effect: otio.schema.Effect) -> dict[str, Any] | None:
    ours = effect.metadata.get(NAMESPACE)
    return dict(ours) if hasattr(ours, "get") and "rects" in ours else None


def _fitted(marker: dict[str, Any], project: Project) -> list[tuple[int, float, float, float, float, float]]:
    """The keyframes of a marker from the recording's pixels to the project's, which shows it whole."""
    width, height = project.size
    scale = min(width / marker["width"], height / marker["height"])
    left, top = (width - scale * marker["width"]) / 2, (height - scale * marker["height"]) / 2
    return [
        (int(frame), left + x * scale, top + y * scale, w * scale, h * scale, opacity)
        for frame, x, y, w, h, opacity in marker["rects"]
    ]


def _film(clip: otio.schema.Clip, rate: Fraction, kind: str) -> tuple[Film, int]:
    """What *clip* plays, and from which of its frames on, as the project counts them."""
    reference, used = clip.media_reference, clip.trimmed_range()
    available = reference.available_range or used
    speed = next(
        (
            Fraction(each.time_scalar).limit_denominator(100_000)
            for each in clip.effects
            if isinstance(each, otio.schema.LinearTimeWarp)
        ),
        Fraction(1),
    )
    origin = _seconds(available.start_time)
    length = max(_frames(available.duration, rate), 1)
    placed = [
        (marker, _whole((_seconds(marker.marked_range.start_time) - origin) * rate))
        for marker in clip.markers
    ]
    markers = tuple(
        Marker(
            frame,
            max(_frames(marker.marked_range.duration, rate), 1),
            marker.comment or marker.name,
            int(_note(marker).get("type", _KINDS.get(marker.color, 0))),
        )
        for marker, frame in placed
        if 0 <= frame < length  # a film has less than its recording, of which Kdenlive marks all
    )
    film = Film(
        path=reference.target_url,
        length=length,
        speed=speed,
        sound=kind == otio.schema.TrackKind.Audio,
        name=name_of(reference.target_url),
        markers=markers,
        origin=_origin(clip, rate),
        overlay=OVERLAY in (clip.metadata.get(NAMESPACE) or {}),
    )
    if speed <= 0:
        raise KdenliveError(f"'{clip.name}' plays backwards, which cannot be written")
    return film, _whole((_seconds(used.start_time) - origin) * rate / speed)


def _origin(clip: otio.schema.Clip, rate: Fraction) -> Origin | None:
    """What a film stands for, where *clip* plays one."""
    back = (clip.metadata.get(NAMESPACE) or {}).get("original") or {}
    original = clip.media_references().get(back.get("reference"))
    if not isinstance(original, otio.schema.ExternalReference) or original.available_range is None:
        return None
    there = original.available_range
    first = _whole((_seconds(back["first"]) - _seconds(there.start_time)) * rate)
    texts = tuple(
        marker.comment or marker.name
        for marker in clip.markers
        if "mark" in (marker.metadata.get(NAMESPACE) or {})
    )
    return Origin(original.target_url, _frames(there.duration, rate), first, texts)


def _items(track: otio.schema.Track, rate: Fraction) -> Iterator[tuple[int, int, int, otio.core.Item]]:
    """Begin, frames shown before it and behind its end in transitions, and item, for all on a track."""
    at, lead = Fraction(0), 0
    children: Sequence[otio.core.Composable] = list(track)
    for index, item in enumerate(children):
        if isinstance(item, otio.schema.Transition):
            continue
        behind = children[index + 1] if index + 1 < len(children) else None
        ahead = children[index - 1] if index else None
        lead = _frames(ahead.in_offset, rate) if isinstance(ahead, otio.schema.Transition) else 0
        trail = _frames(behind.out_offset, rate) if isinstance(behind, otio.schema.Transition) else 0
        yield _whole(at * rate), lead, trail, item
        at += _seconds(item.duration())


def _rate(timeline: otio.schema.Timeline) -> Fraction:
    start = timeline.global_start_time
    rates = [start.rate] if start is not None and start.rate > 1 else []
    rates += [
        clip.source_range.duration.rate for clip in timeline.find_clips() if clip.source_range is not None
    ]
    if not rates:
        raise KdenliveError("it has no clip that says its rate")
    return _exact(max(rates[:1] if start is not None and start.rate > 1 else rates))


def _exact(rate: float) -> Fraction:
    ntsc = Fraction(round(rate) * 1000, 1001)
    return ntsc if abs(float(ntsc) - rate) < 1e-3 else Fraction(rate).limit_denominator(1001)


def _seconds(time: otio.opentime.RationalTime) -> Fraction:
    return Fraction(time.value).limit_denominator(1_000_000) / _exact(time.rate)


def _frames(time: otio.opentime.RationalTime, rate: Fraction) -> int:
    return _whole(_seconds(time) * rate)


def _whole(frames: Fraction) -> int:
    return int((frames + Fraction(1, 2)) // 1)


def _note(item: Any) -> dict[str, Any]:
    note = item.metadata.get(KEY)
    return dict(note) if hasattr(note, "get") else {}


def source_of(timeline: otio.schema.Timeline) -> Path | None:
    """The project that *timeline* was read from, where it still is."""
    path = _note(timeline).get("project")
    return Path(path) if path and Path(path).is_file() else None
