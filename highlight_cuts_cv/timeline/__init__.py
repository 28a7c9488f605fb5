"""OpenTimelineIO timelines in, as clips, and out, with tracked renders: imported only when used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
    from highlight_cuts_cv.timeline.freezing import freeze_obstacles, freeze_window
    from highlight_cuts_cv.timeline.names import is_safe_name, safe_name
    from highlight_cuts_cv.timeline.reading import read_timeline
    from highlight_cuts_cv.timeline.times import parse_rate
    from highlight_cuts_cv.timeline.writing import TARGETS, TrackedRender, write_tracked

# OpenTimelineIO takes a while to load, and most commands have nothing to do with a timeline.
_HOME = {
    "TARGETS": "writing",
    "Timeline": "clips",
    "TimelineClip": "clips",
    "TrackedRender": "writing",
    "freeze_obstacles": "freezing",
    "freeze_window": "freezing",
    "is_safe_name": "names",
    "parse_rate": "times",
    "read_timeline": "reading",
    "safe_name": "names",
    "write_tracked": "writing",
}

__all__ = [
    "TARGETS",
    "Timeline",
    "TimelineClip",
    "TrackedRender",
    "freeze_obstacles",
    "freeze_window",
    "is_safe_name",
    "parse_rate",
    "read_timeline",
    "safe_name",
    "write_tracked",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
