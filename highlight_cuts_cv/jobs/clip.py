"""Videos and the clips of a timeline as what is followed, and one of their pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import UNWATCHED, Watch
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.jobs.setup import Choice
from highlight_cuts_cv.media import clip_of, frame_at_time, frame_number, open_frames, probe
from highlight_cuts_cv.media.moments import Moment, parse_range
from highlight_cuts_cv.model import (
    BadInputError,
    CancelledError,
    ClipInfo,
    Detections,
    Frame,
)
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.timeline import safe_name

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import TimelineClip


def video_clip(video: Path, frames: str | None = None) -> ClipInfo:
    """A video, or its part ``START:END`` (frames from 0, or times; END excluded), as a clip.

    Raises BadInputError.
    """
    info = probe(video)
    start, stop = 0, info.frame_count
    if frames is not None:
        first, last = parse_range(frames)
        start = 0 if first is None else frame_number(info, first)
        stop = info.frame_count if last is None else frame_number(info, last)
        if not 0 <= start < stop <= info.frame_count:
            raise BadInputError(
                f"The range '{frames}' does not fit {video}, which has the frames 0 to {info.frame_count - 1} "
                f"(END is excluded, so at most {info.frame_count})."
            )
    return clip_of(info, start, stop, clip_id=safe_name(video.stem), name=video.name)


def media_clip(clip: TimelineClip) -> ClipInfo:
    """The media frames that a timeline's clip shows, from the one on screen when it begins."""
    info = clip.info
    end = clip.start + (clip.frame_count - 1) / clip.rate
    first, last = (min(frame_at_time(info, t, clip.rate), info.frame_count - 1) for t in (clip.start, end))
    found = clip_of(info, first, last + 1, clip_id=clip.clip_id, name=clip.name)
    shown = (found.start_pts - info.start_pts) * info.time_base if info.variable_rate else first / info.rate
    return replace(found, start_offset=clip.start - shown)


def detect_frame(
    video: Path, moment: Moment, choice: Choice, watch: Watch = UNWATCHED
) -> tuple[Frame, Detections]:
    """A frame of a video, by its number from 0 or the time at which it is shown, and who is in it.

    Raises BadInputError for an unreadable video or a frame outside it, CancelledError when cancelled
    before the picture is looked at.
    """
    info = probe(video)
    frame_index = frame_number(info, moment)
    if not 0 <= frame_index < info.frame_count:
        raise BadInputError(
            f"{video} has the frames 0 to {info.frame_count - 1}; there is no frame {frame_index}."
        )
    detector = get_registry().detector(choice.name, choice.options)
    try:
        with warnings_to(watch):
            with open_frames(clip_of(info)) as frames:
                frame = frames[frame_index]
            if watch.cancelled():
                raise CancelledError("The detection was stopped.")
            found = detector.detect([frame])[0]
        watch.progress(1, 1)
        return frame, found
    finally:
        detector.close()
