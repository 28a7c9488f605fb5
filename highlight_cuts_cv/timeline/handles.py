"""Handles: what a film holds of its recording beyond the cuts, so that an editor can move them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
from highlight_cuts_cv.timeline.places import has_own_speed, transitions_around


def widened(timeline: Timeline, clip: TimelineClip, reach: Fraction) -> TimelineClip:
    """*clip* with *reach* seconds more at both ends, as far as its recording goes, in whole frames of the timeline.

    An end in a transition stays as it is, which shows what lies beyond already, and so does a clip whose speed is
    changed.
    """
    otio_clip = timeline.otio_clip(clip)
    if has_own_speed(otio_clip):
        return clip
    wanted = int(reach * clip.rate)
    before, after = transitions_around(otio_clip)
    left = clip.info.duration - clip.start - clip.duration
    lead = 0 if before is not None or clip.head else min(wanted, int(clip.start * clip.rate))
    trail = 0 if after is not None or clip.tail else min(wanted, max(int(left * clip.rate), 0))
    return replace(
        clip,
        start=clip.start - lead / clip.rate,
        frame_count=clip.frame_count + lead + trail,
        head=clip.head + lead,
        tail=clip.tail + trail,
        handles=(lead, trail),
    )


def with_handles(timeline: Timeline, reach: Fraction) -> Timeline:
    """*timeline* with all its clips :func:`widened`."""
    if not reach:
        return timeline
    return replace(timeline, clips=tuple(widened(timeline, clip, reach) for clip in timeline.clips))
