"""Frames of a clip in the file's own pixel format, for drawing on and encoding again."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from math import lcm
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import AS_STORED, Cadence, Freeze, RawFrame
from highlight_cuts_cv.media.background import ReadAhead
from highlight_cuts_cv.media.pixel_formats import drawable_format
from highlight_cuts_cv.media.planes import copy_of, plain_format, turned, views
from highlight_cuts_cv.media.reading.held import held
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.media.reading.spans import clip_span, frame_places, frames_at
from highlight_cuts_cv.model import ClipInfo, ColorTags, JobFailedError

_log = logging.getLogger(__name__)
_AHEAD = 3

Onlooker = Callable[[int, Any], None]
"""Is shown (index within the clip, av.VideoFrame)."""


class DecodedFrame(RawFrame):
    """A RawFrame over the decoder's own memory.

    The decoder still needs many pictures to decode others from, so the first look at ``planes``
    makes the memory this frame's own (a copy, if need be); a frame that nobody draws on goes to
    the encoder as it came.
    """

    __slots__ = ("_views", "picture")

    def __init__(
        self, index: int, pts: int, time_base: Fraction, color: ColorTags, picture: Any, interlaced: bool
    ) -> None:
        self.index, self.pts, self.time_base, self.color = index, pts, time_base, color
        self.pixel_format = picture.format.name
        self.width, self.height = picture.width, picture.height
        self.picture, self.interlaced = picture, interlaced
        self._views: tuple[NDArray[np.generic], ...] | None = None

    @property
    def planes(self) -> tuple[NDArray[np.generic], ...]:  # type: ignore[override]
        if self._views is None:
            self.picture.make_writable()
            self._views = views(self.picture)
        return self._views


def raw_frames(
    clip: ClipInfo,
    cadence: Cadence = AS_STORED,
    onlooker: Onlooker | None = None,
) -> Iterator[RawFrame]:
    """Decode the clip's frames in their own pixel format, turned upright.

    Without a rate, each frame comes once with its own pts; with one, frames come at that constant
    rate over exactly the clip's duration, or ``frame_count`` of them: the k-th (``pts`` k in ticks of
    1/rate) is the last one with a time of at most ``start_offset`` + k/rate, and ``index`` says which
    of the clip's frames it is.  Frames too damaged to decode are left out (or, with a rate, show the one
    before), and a warning says so.  The frame of ``freeze`` (or the next one there is) comes as many
    times more as it is to stand still, and what follows is later.  *onlooker* is shown every picture as it was
    decoded, in the thread that decodes.
    Raises BadInputError when the file cannot be read, JobFailedError when nothing of the clip can
    be decoded.
    """
    rate = cadence.rate
    frames = (
        _at_rate(clip, rate, cadence.frame_count, onlooker)
        if rate is not None
        else _as_stored(clip, onlooker)
    )
    if cadence.freeze is not None:
        frames = _frozen(frames, cadence.freeze, rate or clip.rate)
    ahead = ReadAhead(frames, _AHEAD)
    try:
        yield from ahead
    finally:
        ahead.close()


def freeze_span(clip: ClipInfo, cadence: Cadence) -> tuple[Fraction, Fraction] | None:
    """When the picture starts to stand still, in seconds from the clip's start, and for how long."""
    rate, freeze = cadence.rate, cadence.freeze
    if freeze is None:
        return None
    length = freeze.frames(rate or clip.rate) / (rate or clip.rate)
    if rate is None:
        pts = load(clip.media.path).index.pts
        return (int(pts[clip.first_frame + freeze.frame_index]) - clip.start_pts) * clip.time_base, length
    sources = source_frames(clip, rate, cadence.frame_count)
    return min(bisect_left(sources, freeze.frame_index), len(sources) - 1) / rate, length


def _frozen(
    frames: Generator[DecodedFrame, None, None], freeze: Freeze, rate: Fraction
) -> Generator[DecodedFrame, None, None]:
    count, shift = freeze.frames(rate), Fraction(0)
    frame = next(frames, None)
    while frame is not None:
        following = next(frames, None)
        if not shift and (frame.index >= freeze.frame_index or following is None):
            for number in range(count):
                # Each copy is drawn on, and handed on, before the next is looked at.
                copy = DecodedFrame(
                    frame.index,
                    frame.pts,
                    frame.time_base,
                    frame.color,
                    copy_of(frame.picture),
                    frame.interlaced,
                )
                yield _later(copy, number / rate)
            shift = count / rate
        yield _later(frame, shift)
        frame = following


def _later(frame: DecodedFrame, shift: Fraction) -> DecodedFrame:
    """The frame shown *shift* seconds later, in a finer time base where its own cannot say so."""
    ticks = shift / frame.time_base
    if ticks.denominator != 1:
        time = frame.pts * frame.time_base + shift
        frame.time_base = Fraction(1, lcm(frame.time_base.denominator, shift.denominator))
        frame.pts = int(time / frame.time_base)
    else:
        frame.pts += int(ticks)
    return frame


def _as_stored(clip: ClipInfo, onlooker: Onlooker | None) -> Generator[DecodedFrame, None, None]:
    pts, woven = load(clip.media.path).index.pts, _is_woven(clip)
    for index, picture in _pictures(clip, onlooker):
        yield DecodedFrame(
            index, int(pts[clip.first_frame + index]), clip.time_base, clip.media.color, picture, woven
        )


def _at_rate(
    clip: ClipInfo, rate: Fraction, frame_count: int | None, onlooker: Onlooker | None
) -> Generator[DecodedFrame, None, None]:
    sources = source_frames(clip, rate, frame_count)
    pictures = _pictures(clip, onlooker)
    shown = next(pictures)
    upcoming = next(pictures, None)
    for pts, wanted in enumerate(sources):
        while upcoming is not None and upcoming[0] <= wanted:
            shown, upcoming = upcoming, next(pictures, None)
        again = pts + 1 < len(sources) and (upcoming is None or sources[pts + 1] < upcoming[0])
        index, picture = shown
        # A picture shown twice is drawn on twice, each time from scratch.
        yield DecodedFrame(
            index, pts, 1 / rate, clip.media.color, copy_of(picture) if again else picture, _is_woven(clip)
        )


def _is_woven(clip: ClipInfo) -> bool:
    return clip.media.interlaced and clip.media.rotation in (0, 180)


def source_frames(clip: ClipInfo, rate: Fraction, frame_count: int | None = None) -> list[int]:
    """For each frame at the constant *rate*, the index of the clip's frame that it shows."""
    start, end = clip_span(clip, rate)
    count = frame_count or max(1, round((end - start) * rate))
    if clip.media.variable_rate and clip.start_offset:
        first = (start - clip.media.start_pts * clip.time_base) * rate
    else:  # counted from the first frame's own place, wherever stamps that jitter have put it
        own = float(frame_places(clip.media, rate)[clip.first_frame])
        first = Fraction(own) + clip.start_offset * rate
    shown = frames_at(clip.media, rate, [first + k for k in range(count)]) - clip.first_frame
    return [int(n) for n in np.clip(shown, 0, clip.frame_count - 1)]


def _pictures(clip: ClipInfo, onlooker: Onlooker | None) -> Iterator[tuple[int, Any]]:
    """Upright pictures of the clip with their index, as far as they can be decoded."""
    prepare = _Preparation(clip)
    before = _size(clip)
    reader = Reader(load(clip.media.path))
    count = 0
    try:
        for number, picture in reader.read(clip.first_frame):
            index = number - clip.first_frame
            if index >= clip.frame_count:
                break
            count += 1
            if onlooker is not None:
                onlooker(index, picture)
            upright = prepare(picture)
            # What is held for others is not drawn on.
            yield index, copy_of(upright) if upright is picture and held() is not None else upright
            if index == clip.frame_count - 1:
                break
        if count < clip.frame_count and _size(clip) != before:
            raise JobFailedError(
                f"'{clip.media.path}' changed or vanished while it was read. "
                "Connect its disk again, or wait until it is copied, and run again."
            )
        if count < clip.frame_count:
            _log.warning(
                "'%s' is damaged: %d of the %d frames of clip '%s' could not be decoded and were left out.",
                clip.media.path,
                clip.frame_count - count,
                clip.frame_count,
                clip.clip_id,
            )
        elif reader.damaged:
            _log.warning(
                "'%s' is damaged: parts of some frames of clip '%s' are made up by the decoder.",
                clip.media.path,
                clip.clip_id,
            )
        if not count:
            raise JobFailedError(f"No frame of clip '{clip.clip_id}' of '{clip.media.path}' can be decoded.")
    finally:
        reader.close()


def _size(clip: ClipInfo) -> int:
    try:
        return clip.media.path.stat().st_size
    except OSError:
        return -1


class _Preparation:
    """Turns pictures upright in a pixel format that markers can be drawn into."""

    def __init__(self, clip: ClipInfo) -> None:
        self._rotation = clip.media.rotation
        self._scaler = av.video.reformatter.VideoReformatter()
        self._format = drawable_format(plain_format(clip.media.pixel_format))
        sideways = self._rotation in (90, 270)
        if sideways and "422" in self._format:
            # Turned by a quarter, half-width chroma becomes half-height chroma, which no encoder takes.
            self._format = self._format.replace("422", "444")
            _log.warning(
                "'%s' is turned sideways and has 4:2:2 colour, which is converted to 4:4:4 to turn it.",
                clip.media.path,
            )

    def __call__(self, picture: Any) -> Any:
        if picture.format.name != self._format:
            picture = self._scaler.reformat(picture, format=self._format)
        return turned(picture, self._rotation)
