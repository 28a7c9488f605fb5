"""OpenTimelineIO timelines in, as clips, and out, with tracked renders."""

from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
from highlight_cuts_cv.timeline.freezing import freeze_window, why_no_freeze
from highlight_cuts_cv.timeline.names import is_safe_name, safe_name
from highlight_cuts_cv.timeline.reading import read_timeline
from highlight_cuts_cv.timeline.writing import TARGETS, TrackedRender, write_tracked

__all__ = [
    "TARGETS",
    "Timeline",
    "TimelineClip",
    "TrackedRender",
    "freeze_window",
    "is_safe_name",
    "read_timeline",
    "safe_name",
    "why_no_freeze",
    "write_tracked",
]
