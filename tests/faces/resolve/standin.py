"""Stands in for DaVinci Resolve: records every call, and has the odd ways that its documentation and its users tell of.

Ends of items are exclusive; indexes of timelines and tracks begin at 1; what cannot be done is answered by None or
False, without a reason: an import while one file is missing, or under a name that is taken.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio


class StandIn:
    """Anything that records what it is asked."""

    def __init__(self, calls: list[tuple[Any, ...]]) -> None:
        self.calls = calls

    def told(self, *call: Any) -> None:
        self.calls.append((type(self).__name__, *call))


class Item(StandIn):
    def __init__(self, calls: list[tuple[Any, ...]], name: str, start: int, end: int) -> None:
        super().__init__(calls)
        self.name, self.start, self.end = name, start, end

    def GetName(self) -> str:
        return self.name

    def GetStart(self, subframe_precision: bool) -> int:
        return self.start

    def GetEnd(self, subframe_precision: bool) -> int:
        return self.end


class Timeline(StandIn):
    def __init__(
        self, calls: list[tuple[Any, ...]], name: str, edit: otio.schema.Timeline, exports: bool = True
    ) -> None:
        super().__init__(calls)
        self.name, self.edit, self.exports = name, edit, exports

    def GetName(self) -> str:
        return self.name

    def Export(self, path: str, kind: object, subkind: object) -> bool:
        self.told("Export", path, kind, subkind)
        if self.exports:
            otio.adapters.write_to_file(self.edit, path)
        return self.exports

    def GetTrackCount(self, kind: str) -> int:
        return len(self.edit.video_tracks() if kind == "video" else self.edit.audio_tracks())

    def GetItemListInTrack(self, kind: str, index: int) -> list[Item] | None:
        if not 1 <= index <= self.GetTrackCount(kind):
            return None
        begin = self.edit.global_start_time
        items = []
        for clip in self.edit.video_tracks()[index - 1].find_clips():
            place = clip.trimmed_range_in_parent()
            start = round(begin.value + place.start_time.value)
            items.append(Item(self.calls, clip.name, start, start + round(place.duration.value)))
        return items


class MediaPool(StandIn):
    def __init__(self, calls: list[tuple[Any, ...]], project: Project) -> None:
        super().__init__(calls)
        self.project = project

    def ImportTimelineFromFile(self, path: str, options: dict[str, object]) -> Timeline | None:
        self.told("ImportTimelineFromFile", path, dict(options))
        if options["timelineName"] in [each.GetName() for each in self.project.timelines]:
            return None
        edit = otio.adapters.read_from_file(path)
        files = [clip.media_reference.target_url for clip in edit.find_clips()]
        if not all(Path(file).is_absolute() and Path(file).is_file() for file in files):
            return None
        made = Timeline(self.calls, str(options["timelineName"]), edit)
        self.project.timelines.append(made)
        return made


class Project(StandIn):
    def __init__(self, calls: list[tuple[Any, ...]], name: str, timelines: list[Timeline]) -> None:
        super().__init__(calls)
        self.name, self.timelines = name, timelines
        self.current: Timeline | None = timelines[0] if timelines else None

    def GetName(self) -> str:
        return self.name

    def GetCurrentTimeline(self) -> Timeline | None:
        return self.current

    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        self.told("SetCurrentTimeline", timeline.GetName())
        self.current = timeline
        return True

    def GetTimelineCount(self) -> int:
        return len(self.timelines)

    def GetTimelineByIndex(self, index: int) -> Timeline | None:
        return self.timelines[index - 1] if 1 <= index <= len(self.timelines) else None

    def GetMediaPool(self) -> MediaPool:
        return MediaPool(self.calls, self)


class Resolve(StandIn):
    EXPORT_OTIO, EXPORT_NONE = "otio", "none"

    def __init__(self, project: Project | None) -> None:
        super().__init__(project.calls if project else [])
        self.project = project

    def GetProjectManager(self) -> Resolve:
        return self

    def GetCurrentProject(self) -> Project | None:
        return self.project


PAGE = """
import json, pathlib, signal, sys, time
exported = pathlib.Path(sys.argv[2])
with open(exported.parent / "asked.json", "w") as asked:
    json.dump(sys.argv[1:], asked)
change = {change!r}
if change == "fails":
    sys.exit("Error: there is no video.")
signal.signal(signal.SIGTERM, lambda *_: ((exported.parent / "ended").touch(), sys.exit(0)))
text = exported.read_text()
time.sleep(0.3)
part = exported.with_suffix(".part")
part.write_text(text.replace("/raw/", "/films/"))
part.replace(exported.with_name(exported.stem + ".tracked.otio"))
time.sleep(60)
"""
"""A program that stands in for the page: it makes the films at once and stays until it is ended."""


def asked(folder: Path) -> list[str]:
    """What the page was started with."""
    return [str(each) for each in json.loads((folder / "asked.json").read_text())]
