"""New elements of a project: films in its bin, tracks, and what composes them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

from hccv_kdenlive.ours import Origin, note_origin, note_overlay
from hccv_kdenlive.project import Element, Project, prop, set_prop

ADDED = "237"
"""What Kdenlive notes on what it adds by itself, as the compositing of tracks."""
_STILLS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker of a clip: its frame, for how many, and its text; ``kind`` is one of Kdenlive's colours."""

    frame: int
    frames: int
    text: str
    kind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A file as a project shows it: ``length`` frames of the project, at ``speed``; ``sound`` plays only that."""

    path: str
    length: int
    speed: Fraction = Fraction(1)
    sound: bool = False
    name: str = ""
    markers: tuple[Marker, ...] = ()
    origin: Origin | None = None
    overlay: bool = False

    @property
    def still(self) -> bool:
        return self.path.lower().endswith(_STILLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A film on a track: ``length`` frames from ``first`` of it, at ``begin``; with effects of its own."""

    begin: int
    length: int
    first: int
    film: Film
    filters: Sequence[Element] = field(default_factory=tuple)
    mixed: int = 0
    """Frames that it shares with the one before."""

    @property
    def end(self) -> int:
        return self.begin + self.length


class Builder:
    """Adds to a project: films to the bin folder called *folder*, or to the bin itself.

    Names and numbers are free ones.
    """

    def __init__(self, project: Project, folder: str = "") -> None:
        self._called = folder
        self.project = project
        self._names = (f"hccv{number}" for number in count() if f"hccv{number}" not in project.by_id)
        used = {
            int(text)
            for each in project.root.iter("property")
            if each.get("name") == "kdenlive:id" and (text := (each.text or "").strip()).isdigit()
        }
        used |= {
            int(number)
            for each in project.bin.findall("property")
            for number in (each.get("name") or "").split(".")[2:3]
            if number.isdigit()
        }
        self._numbers = (number for number in count(2) if number not in used)
        self._films: dict[str, tuple[int, Element, list[Marker]]] = {}
        self._folder: int | None = None

    def in_bin(self, film: Film) -> int:
        """Put *film* into the bin, once for each file, which has the markers of all its clips; its number there."""
        if film.path not in self._films and (known := self._known(film)) is not None:
            if film.overlay or film.origin is not None:
                self._note(known, film)
                _set_markers(known, film.markers)
            self._films[film.path] = int(prop(known, "kdenlive:id") or 0), known, [*film.markers]
        if film.path not in self._films:
            number = next(self._numbers)
            producer = self._producer(film, number)
            self._note(producer, film)
            self._define(producer)
            last = self.project.time(film.length - 1)
            self.project.bin.append(
                Element(
                    "entry", {"producer": producer.get("id", ""), "in": self.project.time(0), "out": last}
                )
            )
            self._films[film.path] = number, producer, []
        number, producer, marked = self._films[film.path]
        if new := [mark for mark in dict.fromkeys(film.markers) if mark not in marked]:
            marked += new
            _set_markers(producer, marked)
        return number

    def _known(self, film: Film) -> Element | None:
        """What the bin has of the file of *film*, if that is as long."""
        for entry in self.project.bin.findall("entry"):
            found = self.project.by_id.get(entry.get("producer", ""))
            if found is not None and found.tag != "tractor" and self.project.file(found) == film.path:
                return found if self.project.length(found) == film.length else None
        return None

    @staticmethod
    def _note(producer: Element, film: Film) -> None:
        if film.overlay:
            note_overlay(producer)
        elif film.origin is not None:
            note_origin(producer, film.origin)

    def producer(self, film: Film) -> tuple[str, int]:
        """A producer of *film* for a track; its name, and the film's number in the bin."""
        number = self.in_bin(film)
        made = self._producer(film, number)
        set_prop(made, "set.test_audio", int(not film.sound))
        set_prop(made, "set.test_image", int(film.sound))
        if film.speed != 1:
            made.tag = "producer"
            set_prop(made, "mlt_service", "timewarp")
            set_prop(made, "resource", f"{float(film.speed):g}:{film.path}")
            set_prop(made, "warp_speed", f"{float(film.speed):g}")
            set_prop(made, "warp_resource", film.path)
            set_prop(made, "length", int(film.length / film.speed))
            made.set("out", self.project.time(int(film.length / film.speed) - 1))
        self._define(made)
        return made.get("id", ""), number

    def entry(self, placed: Placed, playing: dict[tuple[str, Fraction], tuple[str, int]]) -> Element:
        """A new playlist entry that shows *placed*.

        *playing* has what the playlist's producers play: Kdenlive repairs projects where a file has two there.
        """
        film = placed.film
        if (film.path, film.speed) not in playing:
            playing[film.path, film.speed] = self.producer(film)
        self.in_bin(film)  # with the markers of this clip, too
        name, number = playing[film.path, film.speed]
        time = self.project.time
        made = Element(
            "entry",
            {"producer": name, "in": time(placed.first), "out": time(placed.first + placed.length - 1)},
        )
        set_prop(made, "kdenlive:id", number)
        made.extend(placed.filters)
        return made

    def track(self, name: str, sound: bool, items: Sequence[Placed], before: Element) -> Element:
        """A track of *items*, defined before the element *before*; its tractor.

        What is mixed with the one before lies on the track's other playlist.
        """
        lists = [Element("playlist", {"id": next(self._names)}) for _ in range(2)]
        time = self.project.time
        tractor = Element(
            "tractor",
            {
                "id": next(self._names),
                "in": time(0),
                "out": time(max([item.end for item in items], default=1) - 1),
            },
        )
        if sound:
            for each in (*lists, tractor):
                set_prop(each, "kdenlive:audio_track", 1)
        for property_, value in (
            ("track_name", name),
            ("trackheight", 67),
            ("timeline_active", 1),
            ("collapsed", 0),
        ):
            set_prop(tractor, f"kdenlive:{property_}", value)
        mixes = self._fill(lists, items, sound)
        for each in lists:
            tractor.append(
                Element("track", {"hide": "video" if sound else "audio", "producer": each.get("id", "")})
            )
        tractor.extend(mixes)
        place = list(self.project.root).index(before)
        for offset, each in enumerate((*lists, tractor)):
            _indent(each)
            self.project.root.insert(place + offset, each)
            self.project.by_id[each.get("id", "")] = each
        return tractor

    def refill(self, tractor: Element, items: Sequence[Placed]) -> None:
        """Let a track of overlays, which is there already, show *items* and nothing else."""
        lists = [self.project.by_id[each.get("producer", "")] for each in tractor.findall("track")]
        for each in lists:
            for item in [*each.findall("entry"), *each.findall("blank")]:
                each.remove(item)
        self._fill(lists, items, False)
        for each in lists:
            _indent(each)
        tractor.set("out", self.project.time(max([item.end for item in items], default=1) - 1))

    def _fill(self, lists: Sequence[Element], items: Sequence[Placed], sound: bool) -> list[Element]:
        """Put *items* onto the two playlists of a track; the mixes between them."""
        ends, turn = [0, 0], 0
        playing: list[dict[tuple[str, Fraction], tuple[str, int]]] = [{}, {}]
        time = self.project.time
        mixes = []
        for item in items:
            # What is in no mix lies on the first playlist; Kdenlive repairs projects where it does not.
            turn = 1 - turn if item.mixed else 0
            if item.mixed:
                mixes.append(self._mix(item, turn, sound))
            if item.begin > ends[turn]:
                lists[turn].append(Element("blank", {"length": time(item.begin - ends[turn])}))
            lists[turn].append(self.entry(item, playing[turn]))
            ends[turn] = item.end
        return mixes

    def _mix(self, item: Placed, turn: int, sound: bool) -> Element:
        time = self.project.time
        made = Element("transition", {"in": time(item.begin), "out": time(item.begin + item.mixed)})
        service = "mix" if sound else "luma"
        values: dict[str, object] = {
            "a_track": 0,
            "b_track": 1,
            "mlt_service": service,
            "kdenlive_id": service,
        }
        values |= {"kdenlive:mixcut": item.mixed // 2, "reverse": 1 - turn}
        values |= (
            {"start": -1, "accepts_blanks": 1}
            if sound
            else {"softness": 0, "alpha_over": 1, "factory": "loader", "resource": ""}
        )
        for key, value in values.items():
            set_prop(made, key, value)
        return made

    def _producer(self, film: Film, number: int) -> Element:
        service = "qimage" if film.still else "avformat-novalidate"
        tag = "producer" if film.still or not self._has_chains() else "chain"
        made = Element(
            tag,
            {"id": next(self._names), "in": self.project.time(0), "out": self.project.time(film.length - 1)},
        )
        values: dict[str, object] = {
            "length": film.length,
            "eof": "pause",
            "resource": film.path,
            "mlt_service": service,
        }
        values |= {"ttl": 25, "aspect_ratio": 1} if film.still else {"seekable": 1}
        values |= {
            "kdenlive:id": number,
            "kdenlive:clip_type": 2 if film.still else 0,
            "kdenlive:folderid": self._own_folder(),
        }
        values |= {"kdenlive:control_uuid": f"{{{uuid.uuid5(uuid.NAMESPACE_URL, film.path)}}}"}
        if film.name:
            values["kdenlive:clipname"] = film.name
        for key, value in values.items():
            set_prop(made, key, value)
        return made

    def _has_chains(self) -> bool:
        """Whether the project is of a version that knows chains: what it has of its own tells."""
        return (
            self.project.root.find("chain") is not None
            or self.project.root.find("producer[@id='producer0']") is None
        )

    def _own_folder(self) -> int:
        if not self._called:
            return -1
        if self._folder is None:
            top = "kdenlive:folder.-1."
            for each in self.project.bin.findall("property"):
                name = each.get("name") or ""
                if name.startswith(top) and each.text == self._called and name[len(top) :].isdigit():
                    self._folder = int(name[len(top) :])  # of an earlier run
        if self._folder is None:
            self._folder = next(self._numbers)
            set_prop(self.project.bin, f"kdenlive:folder.-1.{self._folder}", self._called)
        return self._folder

    def _define(self, producer: Element) -> None:
        """Before whatever may name it: right behind the profile."""
        _indent(producer)
        profile = self.project.root.find("profile")
        place = 0 if profile is None else list(self.project.root).index(profile) + 1
        self.project.root.insert(place, producer)
        self.project.by_id[producer.get("id", "")] = producer


def _set_markers(producer: Element, markers: Iterable[Marker]) -> None:
    """Give a clip of the bin *markers* and no others; nothing changes where it has them."""
    marks = [
        {
            "comment": mark.text,
            "duration": mark.frames if mark.frames > 1 else 0,
            "pos": mark.frame,
            "type": mark.kind,
        }
        for mark in sorted(markers, key=lambda mark: mark.frame)
    ]
    try:
        known = json.loads(prop(producer, "kdenlive:markers") or "[]")
    except ValueError:
        known = None
    if known != marks:
        set_prop(producer, "kdenlive:markers", json.dumps(marks, ensure_ascii=False, indent=4) + "\n")
        _indent(producer)


def qtblend(track: int) -> Element:
    """What lays the video track at *track* over those below."""
    values = {"a_track": 0, "b_track": track, "compositing": 0, "distort": 0, "rotate_center": 0}
    return _transition({**values, "mlt_service": "qtblend", "kdenlive_id": "qtblend"})


def audio_mix(track: int) -> Element:
    """What adds the sound of the track at *track*."""
    return _transition(
        {
            "a_track": 0,
            "b_track": track,
            "mlt_service": "mix",
            "kdenlive_id": "mix",
            "accepts_blanks": 1,
            "sum": 1,
        }
    )


def transform(
    keys: Sequence[tuple[int, float, float, float, float, float]], project: Project, last: int
) -> Element:
    """Kdenlive's Transform effect: (frame, x, y, width, height, opacity) each, straight lines between."""
    made = Element("filter", {"in": project.time(0), "out": project.time(last)})
    rect = ";".join(
        f"{project.time(frame)}={x:.2f} {y:.2f} {w:.2f} {h:.2f} {opacity:.4f}"
        for frame, x, y, w, h, opacity in keys
    )
    values: dict[str, object] = {
        "rotate_center": 1,
        "mlt_service": "qtblend",
        "kdenlive_id": "qtblend",
        "compositing": 0,
        "distort": 0,
    }
    for key, value in {
        **values,
        "rect": rect,
        "rotation": f"{project.time(0)}=0",
        "kdenlive:collapsed": 0,
    }.items():
        set_prop(made, key, value)
    return made


def _transition(values: dict[str, object]) -> Element:
    made = Element("transition")
    for key, value in {**values, "internal_added": ADDED, "always_active": 1}.items():
        set_prop(made, key, value)
    return made


def _indent(element: Element) -> None:
    ElementTree.indent(element, " ", 1)
    element.tail = "\n "


def name_of(path: str) -> str:
    """How the bin calls a file."""
    return Path(path).name


__all__ = [
    "ADDED",
    "Builder",
    "Film",
    "Marker",
    "Placed",
    "audio_mix",
    "name_of",
    "prop",
    "qtblend",
    "transform",
]
