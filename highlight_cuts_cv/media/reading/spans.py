"""Frame ranges of a file, and times to frames."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.model import BadInputError, ClipInfo, MediaInfo


def clip_of(
    info: MediaInfo, start: int = 0, stop: int | None = None, *, clip_id: str = "", name: str = ""
) -> ClipInfo:
    """The frames ``start <= i < stop`` of a file as a clip; by default the whole file.

    Raises BadInputError when the range is empty or lies outside the file.
    """
    stop = info.frame_count if stop is None else stop
    if not 0 <= start < stop <= info.frame_count:
        raise BadInputError(
            f"Frames {start} to {stop} are no range of '{info.path}', which has {info.frame_count} frames."
        )
    return ClipInfo(
        clip_id=clip_id or f"{info.path.stem}-{start}-{stop}",
        media=info,
        first_frame=start,
        frame_count=stop - start,
        start_pts=int(load(info.path).index.pts[start]),
        name=name,
    )


def frame_at_time(info: MediaInfo, seconds: Fraction) -> int:
    """The frame shown *seconds* after the file's first frame; right for variable rates too.

    Half a tick of the file's clock is forgiven.  From the end of the last frame on, the answer is
    the frame count, so that it also serves as an exclusive end.  Raises BadInputError when negative.
    """
    if seconds < 0:
        raise BadInputError(f"The time {float(seconds):g} s lies before the start of '{info.path}'.")
    index = load(info.path).index
    pts = index.pts[0] + np.int64(seconds / info.time_base + Fraction(1, 2))
    return len(index) if pts >= index.end_pts else int(np.searchsorted(index.pts, pts, "right")) - 1


def frame_times(clip: ClipInfo) -> NDArray[np.float64]:
    """(F,) float64: when each frame of the clip is shown, in seconds from the clip's start."""
    pts = load(clip.media.path).index.pts[clip.first_frame : clip.first_frame + clip.frame_count]
    return np.asarray((pts - clip.start_pts) * float(clip.time_base) - float(clip.start_offset))


def clip_span(
    clip: ClipInfo, rate: Fraction | None = None, frame_count: int | None = None
) -> tuple[Fraction, Fraction]:
    """When the clip starts and ends, in seconds of its file.

    With *rate*, that of a render at this rate: it begins ``start_offset`` into the first frame, and
    with *frame_count* it ends so many frames later.
    """
    start = clip.start_pts * clip.time_base
    end = load(clip.media.path).index.stop_pts(clip.first_frame + clip.frame_count) * clip.time_base
    if rate is not None:
        start += clip.start_offset
        if frame_count is not None:
            end = start + frame_count / rate
    return start, end
