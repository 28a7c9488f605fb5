"""Timelines for Final Cut Pro, as FCPXML 1.8, which all its versions since 10.4.1 and DaVinci Resolve read; with markers
that move (see :mod:`~highlight_cuts_cv.timeline.titles`) as 1.10, for 10.6 and later.

Written after the format's published definition; the OpenTimelineIO adapter for it drops dissolves and writes NTSC rates
as decimals, which no program reads.  The lowest track of pictures is the main storyline, what lies on others is connected to it
in lanes.  All times are fractions of seconds.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as Xml

import opentimelineio as otio

from highlight_cuts_cv.timeline.locate import plain_path
from highlight_cuts_cv.timeline.places import items_of, transitions_around
from highlight_cuts_cv.timeline.shown import Shown, file_of
from highlight_cuts_cv.timeline.times import nearest_frame, seconds
from highlight_cuts_cv.timeline.titles import (
    TITLE,
    UID,
    MovingMarker,
    add_tracker,
    fill_title,
    first_frame,
    moving_marker,
    time_text,
)

VERSION, LIVE_VERSION = "1.8", "1.10"


class FcpxmlError(ValueError):
    """What FCPXML cannot hold, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A clip, or nothing, on a track: in frames, ``first`` of the file counted from its timecode.

    Where it is a marker that moves, the time in it begins at ``origin``.
    """

    begin: int
    length: int
    clip: otio.schema.Clip | None
    first: int = 0
    origin: int = 0
    marker: MovingMarker | None = None


def named_titles(timeline: otio.schema.Timeline) -> None:
    """Let the markers that move name the title that shows them, and not their pictures."""
    for clip in timeline.find_clips():
        if moving_marker(clip) is not None:
            clip.media_reference.target_url = TITLE


def write_fcpxml(
    timeline: otio.schema.Timeline,
    path: Path,
    rate: Fraction,
    size: tuple[int, int],
    silent: Container[str] = (),
) -> None:
    """Write *timeline*, at *rate* and of *size* (width, height), to *path*.

    Where it has no tracks of sound, pictures play their own, but for files (paths with slashes) that are *silent*.
    Raises FcpxmlError.
    """
    document = _Writer(timeline, rate, size, silent).document()
    Xml.indent(document)
    text = Xml.tostring(document, encoding="unicode")
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{text}\n', encoding="utf-8", newline="\n"
    )


class _Writer:
    def __init__(
        self, timeline: otio.schema.Timeline, rate: Fraction, size: tuple[int, int], silent: Container[str]
    ) -> None:
        self._timeline, self._rate, self._size, self._silent = timeline, rate, size, silent
        self._live = any(moving_marker(clip) is not None for clip in timeline.find_clips())
        self._root = Xml.Element("fcpxml", version=LIVE_VERSION if self._live else VERSION)
        self._resources = Xml.SubElement(self._root, "resources")
        width, height = size
        Xml.SubElement(
            self._resources,
            "format",
            id="r1",
            frameDuration=time_text(1 / rate),
            width=str(width),
            height=str(height),
        )
        self._assets: dict[str, Xml.Element] = {}
        self._made: list[tuple[int, _Piece, Xml.Element]] = []
        """What was written of clips, with their lanes; the storyline's is 0."""
        if self._live:
            Xml.SubElement(self._resources, "effect", id="title", name=TITLE, uid=UID)

    def document(self) -> Xml.Element:
        name = self._timeline.name or "Timeline"
        start = self._timeline.global_start_time
        begin = nearest_frame(seconds(start), self._rate) if start is not None else 0
        tracks = [
            track for track in self._timeline.tracks if isinstance(track, otio.schema.Track) and track.enabled
        ]
        if len(tracks) < len([*self._timeline.tracks]):
            raise FcpxmlError("it has more than tracks in it, or one that is switched off")
        video = [track for track in tracks if track.kind != otio.schema.TrackKind.Audio]
        audio = [track for track in tracks if track.kind == otio.schema.TrackKind.Audio]
        if not video:
            raise FcpxmlError("it has no pictures")
        lanes = [(lane, "video", track) for lane, track in enumerate(video[1:], start=1)]
        lanes += [(-lane, "audio", track) for lane, track in enumerate(audio, start=1)]
        for _, _, track in lanes:
            if any(isinstance(item, otio.schema.Transition) for item in track):
                raise FcpxmlError(
                    f"the track '{track.name or track.kind}' has a transition, which only the lowest track of "
                    "pictures can have"
                )
        length = max(
            sum(piece.length for piece in self._pieces(track))
            for track in (video[0], *(t for *_, t in lanes))
        )
        event = Xml.SubElement(Xml.SubElement(self._root, "library"), "event", name=name)
        project = Xml.SubElement(event, "project", name=name)
        sequence = Xml.SubElement(
            project,
            "sequence",
            format="r1",
            duration=self._at(length),
            tcStart=self._at(begin),
            tcFormat="NDF",
        )
        spine = Xml.SubElement(sequence, "spine")
        self._storyline(spine, video[0], begin, length, lanes, "video" if audio else "all")
        self._track()
        return self._root

    def _track(self) -> None:
        """Give the clips below markers that move a tracker."""
        for lane, piece, _ in self._made:
            if piece.marker is None:
                continue
            below = [
                (under, self._shared(piece, other), element)
                for under, other, element in self._made
                if 0 <= under < lane and other.marker is None and self._shared(piece, other) > 0
            ]
            if below:
                _, _, marked = max(below, key=lambda found: found[:2])
                count = sum(1 for _ in self._root.iter("tracking-shape"))
                add_tracker(marked, piece.marker.player or "Player", f"tracked{count + 1}")

    @staticmethod
    def _shared(one: _Piece, other: _Piece) -> int:
        return min(one.begin + one.length, other.begin + other.length) - max(one.begin, other.begin)

    def _storyline(
        self,
        spine: Xml.Element,
        main: otio.schema.Track,
        begin: int,
        length: int,
        lanes: list[tuple[int, str, otio.schema.Track]],
        plays: str,
    ) -> None:
        pieces = list(self._pieces(main))
        end = sum(piece.length for piece in pieces)
        if end < length:
            pieces.append(_Piece(end, length - end, None))
        connected = [
            (piece, lane, kind) for lane, kind, track in lanes for piece in self._pieces(track) if piece.clip
        ]
        for piece in pieces:
            before = transitions_around(piece.clip)[0] if piece.clip is not None else None
            if before is not None:
                lead, trail = (
                    nearest_frame(seconds(t), self._rate) for t in (before.in_offset, before.out_offset)
                )
                Xml.SubElement(
                    spine,
                    "transition",
                    name=before.name or "Cross Dissolve",
                    offset=self._at(begin + piece.begin - lead),
                    duration=self._at(lead + trail),
                )
            holder, counted = self._element(spine, piece, begin + piece.begin, plays)
            self._made.append((0, piece, holder))
            for other, lane, kind in connected:
                if piece.begin <= other.begin < piece.begin + piece.length:
                    made, _ = self._element(holder, other, counted + other.begin - piece.begin, kind)
                    made.set("lane", str(lane))
                    self._made.append((lane, other, made))
                    self._mark(made, other)
            if piece.clip is not None:
                self._mark(holder, piece)

    def _element(
        self, parent: Xml.Element, piece: _Piece, offset: int, plays: str
    ) -> tuple[Xml.Element, int]:
        """What shows *piece*, and the time in it at which it begins, from which what it holds is counted."""
        place = {"offset": self._at(offset), "duration": self._at(piece.length)}
        if piece.clip is None:
            return Xml.SubElement(parent, "gap", {"name": "Gap", "start": "0s", **place}), 0
        name = piece.clip.name or "clip"
        if piece.marker is not None:
            called = {"ref": "title", "name": f"{piece.marker.player or 'Player'} in {name}"}
            title = Xml.SubElement(parent, "title", {**called, "start": self._at(piece.first), **place})
            fill_title(title, piece.marker, self._size, self._rate, f"style{len(self._made)}")
            return title, piece.first
        asset = self._asset(piece.clip)
        if plays == "all" and plain_path(piece.clip.media_reference.target_url) in self._silent:
            plays = "video"
        if plays == "all":
            asset.set("hasAudio", "1")
        shown = {"ref": asset.attrib["id"], "name": name, "start": self._at(piece.first)}
        return (
            Xml.SubElement(parent, "asset-clip", {**shown, **place, "srcEnable": plays, "tcFormat": "NDF"}),
            piece.first,
        )

    def _mark(self, element: Xml.Element, piece: _Piece) -> None:
        assert piece.clip is not None
        for marker in piece.clip.markers:
            start = piece.origin + nearest_frame(seconds(marker.marked_range.start_time), self._rate)
            if piece.first <= start < piece.first + piece.length:
                count = max(nearest_frame(seconds(marker.marked_range.duration), self._rate), 1)
                text = marker.comment or marker.name or "Marker"
                made = Xml.SubElement(
                    element, "marker", start=self._at(start), duration=self._at(count), value=text
                )
                if marker.color == otio.schema.MarkerColor.RED:  # as what is to be done, which is red there
                    made.set("completed", "0")

    def _asset(self, clip: otio.schema.Clip) -> Xml.Element:
        reference = clip.media_reference
        assert isinstance(reference, otio.schema.ExternalReference)
        path = plain_path(reference.target_url)
        if path not in self._assets:
            there = reference.available_range or clip.trimmed_range()
            self._assets[path] = Xml.SubElement(
                self._resources,
                "asset",
                id=f"r{len(self._assets) + 2}",
                name=Path(path).stem,
                start=self._at(nearest_frame(seconds(there.start_time), self._rate)),
                duration=self._at(nearest_frame(seconds(there.duration), self._rate)),
                format="r1",
            )
            file = Path(path).absolute().as_uri()
            if self._live:
                Xml.SubElement(self._assets[path], "media-rep", kind="original-media", src=file)
            else:
                self._assets[path].set("src", file)
        asset = self._assets[path]
        heard = clip.parent() is not None and clip.parent().kind == otio.schema.TrackKind.Audio
        asset.set("hasAudio" if heard else "hasVideo", "1")
        return asset

    def _pieces(self, track: otio.schema.Track) -> Iterator[_Piece]:
        for begin, end, item in items_of(track):
            first, last = nearest_frame(begin, self._rate), nearest_frame(end, self._rate)
            if last <= first:
                continue
            shown = isinstance(item, otio.schema.Clip) and isinstance(
                item.media_reference, otio.schema.ExternalReference
            )
            if not shown and not isinstance(item, otio.schema.Gap):
                raise FcpxmlError(f"'{item.name or item.schema_name()}' is no clip of a file")
            if not shown or not item.enabled:
                yield _Piece(first, last - first, None)
                continue
            if any(isinstance(effect, otio.schema.TimeEffect) for effect in item.effects):
                raise FcpxmlError(f"the speed of '{item.name}' is changed")
            source = nearest_frame(seconds(item.trimmed_range().start_time), self._rate)
            marker = moving_marker(item)
            origin = first_frame(self._rate) if marker is not None else 0
            yield _Piece(first, last - first, item, origin + source, origin, marker)

    def _at(self, frames: int) -> str:
        return time_text(frames / self._rate)


def read_shown(path: Path, rate: Fraction) -> list[Shown]:
    """What the FCPXML at *path* shows when, at *rate*, if it is as :func:`write_fcpxml` writes it."""
    root = Xml.fromstring(path.read_bytes())
    assets = {asset.attrib["id"]: asset for asset in root.iter("asset")}
    titles = {effect.attrib["id"]: effect.get("name", "") for effect in root.iter("effect")}
    sequence, spine = root.find(".//sequence"), root.find(".//spine")
    assert sequence is not None and spine is not None
    zero = _frames(sequence, "tcStart", rate)
    crossed = {}
    for crossing in spine.findall("transition"):
        at = _frames(crossing, "offset", rate)
        crossed[at] = at + _frames(crossing, "duration", rate)

    def shown(element: Xml.Element, begin: int, lane: int) -> Shown:
        if element.tag == "title":
            file, first = titles[element.attrib["ref"]], _frames(element, "start", rate) - first_frame(rate)
        else:
            asset = assets[element.attrib["ref"]]
            source = asset.find("media-rep")
            file = file_of((asset if source is None else source).attrib["src"])
            first = _frames(element, "start", rate) - _frames(asset, "start", rate)
        length, origin = _frames(element, "duration", rate), begin
        if not lane:
            for start, end in crossed.items():
                if start < origin < end:  # into it
                    begin, first, length = start, first - (origin - start), length + origin - start
                if start < origin + _frames(element, "duration", rate) < end:
                    length += end - origin - _frames(element, "duration", rate)
        return Shown(
            track=lane,
            begin=begin - zero,
            length=length,
            first=first,
            file=file,
            speed=1.0,
        )

    found = []
    for element in spine:
        if element.tag == "transition":
            continue
        offset, start = _frames(element, "offset", rate), _frames(element, "start", rate)
        if element.tag == "asset-clip":
            found.append(shown(element, offset, 0))
        for other in [*element.findall("asset-clip"), *element.findall("title")]:
            begin = offset + _frames(other, "offset", rate) - start
            found.append(shown(other, begin, int(other.attrib["lane"])))
    return found


def _frames(element: Xml.Element, name: str, rate: Fraction) -> int:
    return nearest_frame(Fraction(element.get(name, "0s").removesuffix("s")), rate)
