"""Frame ranges of a file, and times to frames."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.moments import Moment
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.model import BadInputError, ClipInfo, MediaInfo

_ALIKE = Fraction(1, 2000)
_LATEST = 1.25
"""Of a frame: how much later than its time a frame may be shown for all of its neighbours to be."""


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


def frame_at_time(info: MediaInfo, seconds: Fraction, rate: Fraction | None = None) -> int:
    """The frame shown *seconds* after the file's first frame; right for variable rates too.

    With *rate*, the one that a timeline of this rate shows then: see :func:`frame_places`.  Half a tick
    of the file's clock is forgiven.  From the end of the last frame on, the answer is the frame count,
    so that it also serves as an exclusive end.  Raises BadInputError when negative.
    """
    if seconds < 0:
        raise BadInputError(f"The time {float(seconds):g} s lies before the start of '{info.path}'.")
    index = load(info.path).index
    if rate is not None:
        shown = int(frames_at(info, rate, [seconds * rate])[0])
        return len(index) if shown == len(index) - 1 and seconds >= info.duration else shown
    pts = index.pts[0] + np.int64(seconds / info.time_base + Fraction(1, 2))
    return len(index) if pts >= index.end_pts else int(np.searchsorted(index.pts, pts, "right")) - 1


def frames_at(info: MediaInfo, rate: Fraction, places: Sequence[Fraction]) -> NDArray[np.int64]:
    """(N,) int64: the frame of the file shown at each of the *places*, counted in frames of *rate*.

    Half a tick of the file's clock is forgiven, or half a frame where an even recording's rate is all but
    the same (29.97 and 30000/1001), so that its frames come once each; before the first frame's place, it
    is that one.
    """
    alike = not info.variable_rate and 0 < abs(rate / info.rate - 1) < _ALIKE
    forgiven = Fraction(1, 2) if alike else info.time_base * rate / 2
    latest = np.array([float(place + forgiven) for place in places])
    return np.maximum(0, np.searchsorted(frame_places(info, rate), latest, "right") - 1)


def frame_number(info: MediaInfo, moment: Moment) -> int:
    """The number of a file's frame, given so or as a time from the file's beginning.

    From the end of the last frame on it is the frame count.  Numbers are not looked at.  Raises
    BadInputError for a time after the end.
    """
    if isinstance(moment, int):
        return moment
    if moment > info.duration:
        raise BadInputError(
            f"The time {float(moment):g} s lies after the end of '{info.path}', which lasts "
            f"{float(info.duration):.3f} s."
        )
    return frame_at_time(info, moment, None if info.variable_rate else info.rate)


def clip_frame_number(clip: ClipInfo, moment: Moment) -> int:
    """As :func:`frame_number`, counted from the clip's beginning; it may lie after the clip's end."""
    if isinstance(moment, int):
        return moment
    info = clip.media
    start = (
        (clip.start_pts - info.start_pts) * info.time_base
        if info.variable_rate
        else clip.first_frame / info.rate
    )
    # Where the clip begins after its first frame does, the first is on screen all the same.
    shown = min(start + clip.start_offset + moment, info.duration)
    return max(0, frame_number(info, shown) - clip.first_frame)


def frame_places(info: MediaInfo, rate: Fraction) -> NDArray[np.float64]:
    """(F,) float64, rising: where a timeline of *rate* shows the file's frames, in its frames from the first.

    Time stamps jitter.  The frames of an even recording lie at even places, however its stamps were
    rounded.  At the nominal rate of one whose rate varies, each frame has the whole place nearest to its
    time, or the next one that is free, so that each is shown; only frames that come faster than the
    nominal rate for longer share one.  At other rates the stamps count.
    """
    if not info.variable_rate:
        return np.arange(info.frame_count, dtype=np.float64) * float(rate / info.rate)
    pts = load(info.path).index.pts
    places: NDArray[np.float64] = (pts - pts[0]) * float(info.time_base * rate)
    return _whole(places) if rate == info.rate else places


def _whole(places: NDArray[np.float64]) -> NDArray[np.float64]:
    off = places - np.round(places)
    # The first frame jitters as well; what most frames say is where the others' places lie.
    nearest = np.floor(places - np.median(off) + 0.5)
    steps = np.arange(len(places))
    whole = np.maximum.accumulate(nearest - steps) + steps
    if (whole - places).max() > _LATEST:
        whole = nearest.copy()
        for number in range(1, len(whole)):
            free = whole[number - 1] + 1
            if whole[number] < free:
                whole[number] = free if free - places[number] <= _LATEST else free - 1
    return np.asarray(whole - whole[0])


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
