"""A Kdenlive project: MLT XML with properties of Kdenlive's own.  Nothing here knows OpenTimelineIO."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

Element = ElementTree.Element

_CLOCK = re.compile(r"(\d+):(\d+):(-?)(\d+)(?:([.,:;])(\d+))?")
"""Kdenlive writes a time before 0 with the sign on its seconds: 00:00:-0.033."""
_SEQUENCE = "17"
"""Kdenlive's producer type of a timeline."""


class KdenliveError(ValueError):
    """What is wrong with a project, or cannot be written as one, as a sentence."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a track that shows something: frames at the project's rate.

    ``entry`` is its element in the playlist called ``playlist``, and ``index`` its place among that
    playlist's entries; it shows ``length`` frames from ``first`` of ``producer`` on.
    """

    begin: int
    length: int
    first: int
    entry: Element
    playlist: str
    index: int
    producer: Element

    @property
    def end(self) -> int:
        return self.begin + self.length


def prop(element: Element, name: str) -> str | None:
    """The text of a property of *element*; ``None`` without one."""
    for child in element.findall("property"):
        if child.get("name") == name:
            return child.text or ""
    return None


def set_prop(element: Element, name: str, value: object) -> Element:
    """Give *element* a property, or change it."""
    found = next((child for child in element.findall("property") if child.get("name") == name), None)
    if found is None:
        found = Element("property", {"name": name})
        # Properties stand before whatever else there is.
        element.insert(len(element.findall("property")), found)
    found.text = str(value)
    return found


class Project:
    """A parsed project.  Raises KdenliveError where it is none."""

    def __init__(self, text: str | bytes, base: Path) -> None:
        # Comments and instructions stay, as everything else.
        builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
        try:
            self.root = ElementTree.fromstring(text, ElementTree.XMLParser(target=builder))
        except ElementTree.ParseError as error:
            raise KdenliveError(f"it is no XML ({error})") from None
        profile = self.root.find("profile")
        if self.root.tag != "mlt" or profile is None:
            raise KdenliveError("it is no Kdenlive project: there is no profile in it")
        try:
            self.rate = Fraction(int(profile.attrib["frame_rate_num"]), int(profile.attrib["frame_rate_den"]))
            self.size = int(profile.attrib["width"]), int(profile.attrib["height"])
        except (KeyError, ValueError, ZeroDivisionError):
            raise KdenliveError("its profile says no frame rate or size") from None
        if self.rate <= 0:
            raise KdenliveError("its profile says no frame rate")
        self.base = base / (self.root.get("root") or "")
        self.by_id = {
            element.get("id", ""): element
            for element in self.root
            if element.tag in ("producer", "chain", "playlist", "tractor")
        }

    @property
    def bin(self) -> Element:
        """The playlist that is the project bin."""
        found = self.by_id.get("main_bin")
        if found is None:
            raise KdenliveError("it has no project bin, so Kdenlive did not write it")
        return found

    def in_bin(self, producer: Element) -> Element:
        """What the bin has of the clip that *producer* is of, with its markers and where it was before its proxy."""
        number = prop(producer, "kdenlive:id")
        for entry in self.bin.findall("entry") if number else ():
            found = self.by_id.get(entry.get("producer", ""))
            if found is not None and prop(found, "kdenlive:id") == number:
                return found
        return producer

    def sequence(self) -> Element:
        """The tractor of the timeline that was open: since 23.04 one of several, before it the last one."""
        tractors = [element for element in self.root if element.tag == "tractor"]
        if not tractors:
            raise KdenliveError("it has no timeline")
        last = tractors[-1]
        if prop(last, "kdenlive:projectTractor") is not None:
            track = last.find("track")
            found = None if track is None else self.by_id.get(track.get("producer", ""))
            if found is None:
                raise KdenliveError("its open timeline is missing")
            return found
        return last

    def is_sequence(self, producer: Element) -> bool:
        """Whether *producer* is a timeline that lies in another as a clip."""
        return producer.tag == "tractor" and (
            prop(producer, "kdenlive:producer_type") == _SEQUENCE
            or prop(producer, "kdenlive:uuid") is not None
        )

    def tracks(self, sequence: Element) -> list[tuple[Element, Element]]:
        """The tracks of a timeline from bottom to top: their ``track`` element and what it shows.

        The black ground is none.
        """
        found = []
        for track in sequence.findall("track"):
            shown = self.by_id.get(track.get("producer", ""))
            if shown is not None and shown.tag in ("tractor", "playlist"):
                found.append((track, shown))
        return found

    def pieces(self, track: Element) -> list[Piece]:
        """What lies on a track, by begin; in a mix, the later piece begins before the earlier one ends."""
        playlists = (
            [track]
            if track.tag == "playlist"
            else [
                self.by_id[name]
                for each in track.findall("track")
                if (name := each.get("producer", "")) in self.by_id
            ]
        )
        return sorted(
            (piece for playlist in playlists for piece in self._pieces(playlist)), key=lambda p: p.begin
        )

    def _pieces(self, playlist: Element) -> Iterator[Piece]:
        at = index = 0
        for item in playlist:
            if item.tag == "blank":
                at += self.frames(item.get("length"))
            elif item.tag == "entry":
                first = self.frames(item.get("in"))
                length = self.frames(item.get("out")) - first + 1
                producer = self.by_id.get(item.get("producer", ""))
                if producer is None:
                    raise KdenliveError(f"the playlist {playlist.get('id')} names a producer that is missing")
                yield Piece(at, length, first, item, playlist.get("id", ""), index, producer)
                at, index = at + length, index + 1

    def frames(self, text: str | None) -> int:
        """A time as the project writes it, in frames: a number, a clock time or a timecode."""
        text = (text or "0").strip()
        if text.lstrip("-").isdigit():
            return int(text)
        found = _CLOCK.fullmatch(text)
        if not found:
            raise KdenliveError(f"'{text}' is no time")
        hours, minutes, seconds = (int(found[group]) for group in (1, 2, 4))
        whole = (hours * 60 + minutes) * 60 + seconds
        if found[5] in (":", ";"):
            frames = round(whole * self.rate) + int(found[6])
        else:
            frames = round((whole + Fraction(f"0.{found[6] or 0}")) * self.rate)
        return -frames if found[3] else frames

    def time(self, frames: int) -> str:
        """*frames* as Kdenlive writes them: a clock time in milliseconds."""
        milliseconds = round(Fraction(frames) / self.rate * 1000)
        seconds, rest = divmod(milliseconds, 1000)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"

    def file(self, producer: Element) -> str | None:
        """The absolute path of the recording that *producer* shows, not its proxy; ``None`` for what is no file."""
        service = prop(producer, "mlt_service") or ""
        resource = prop(producer, "resource") or ""
        if service == "timewarp":
            resource = prop(producer, "warp_resource") or resource.partition(":")[2]
        elif not service.startswith(("avformat", "qimage", "pixbuf")):
            return None
        known = self.in_bin(producer)
        original = prop(known, "kdenlive:originalurl")
        if original and prop(known, "kdenlive:proxy") not in (None, "", "-"):
            resource = original
        return (self.base / resource).as_posix() if resource else None

    def speed(self, producer: Element) -> Fraction | None:
        """How fast *producer* plays; ``None`` where that changes within the clip."""
        if producer.find("link") is not None:
            links = [prop(link, "mlt_service") for link in producer.findall("link")]
            return None if "timeremap" in links else Fraction(1)
        if prop(producer, "mlt_service") != "timewarp":
            return Fraction(1)
        text = prop(producer, "warp_speed") or (prop(producer, "resource") or "").partition(":")[0]
        try:
            return Fraction(text)
        except (ValueError, ZeroDivisionError):
            return None

    def length(self, producer: Element) -> int:
        """How many frames *producer* has."""
        length = prop(producer, "length")
        return self.frames(length) if length else self.frames(producer.get("out")) + 1

    def to_string(self) -> str:
        """The project as text, declared as Kdenlive does."""
        text = ElementTree.tostring(self.root, encoding="unicode")
        return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n"
