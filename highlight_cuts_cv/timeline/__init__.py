"""OpenTimelineIO timelines in, as clips, and out, with tracked renders."""

from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
from highlight_cuts_cv.timeline.names import is_safe_name, safe_name
from highlight_cuts_cv.timeline.reading import read_timeline
from highlight_cuts_cv.timeline.writing import TARGETS, TrackedRender, write_tracked

__all__ = [
    "TARGETS",
    "Timeline",
    "TimelineClip",
    "TrackedRender",
    "is_safe_name",
    "read_timeline",
    "safe_name",
    "write_tracked",
]
