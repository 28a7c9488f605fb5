"""OpenTimelineIO's times (float value, float rate) as exact fractions, and back."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError

_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})", re.ASCII)
# Editors write 24000/1001 as 23.976 or 23.98 and 30000/1001 as 29.97; 24 and 30 are 1e-3 away.
_NTSC_TOLERANCE = Fraction(3, 10_000)
_EXACTLY = 1 + 2.0**-40
"""A rate this much above a decimal number is that number and stands for no NTSC rate."""
FASTEST = 300
"""Frames a second; beyond it are the clocks of sound and of file formats."""
_MOST = 1e15
"""Frames, or frames a second; beyond it doubles have no single frames.  Not below it is NaN, too."""


@lru_cache(maxsize=1024)  # a timeline has thousands of times at a few rates
def exact_rate(rate: float) -> Fraction:
    """The frame rate that *rate* stands for, NTSC rates as n*1000/1001.  BadInputError if not above 0.

    >>> exact_rate(29.97), exact_rate(23.98), exact_rate(25.0), exact_rate(12.5)
    (Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25, 1), Fraction(25, 2))
    """
    if not 0 < rate < _MOST:
        raise BadInputError(f"The timeline has a time at {rate:g} frames a second; rates must be above 0.")
    return ntsc_rate(rate) or Fraction(rate).limit_denominator(1001)


def parse_rate(text: str) -> Fraction:
    """The frame rate that *text* names, as a number or a fraction.  Raises BadInputError for another text.

    >>> parse_rate("25"), parse_rate("29.97"), parse_rate("24000/1001")
    (Fraction(25, 1), Fraction(30000, 1001), Fraction(24000, 1001))
    """
    try:
        rate = Fraction(text.strip().replace(",", "."))
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 1000:
        raise BadInputError(f"'{text}' is no frame rate; write it as 25, 29.97 or 30000/1001.")
    return exact_rate(float(rate))


def ntsc_rate(rate: float) -> Fraction | None:
    """The NTSC rate n*1000/1001 that *rate* is, exactly or rounded; ``None`` for other rates."""
    if not 0 < rate < _MOST or _is_exactly(rate):
        return None
    ntsc = Fraction(round(rate) * 1000, 1001)
    return ntsc if abs(Fraction(rate) - ntsc) <= ntsc * _NTSC_TOLERANCE else None


def float_rate(rate: Fraction) -> float:
    """The float that :func:`exact_rate` reads back as *rate*.

    A recording may have exactly 23.98 frames a second, which editors write for 24000/1001; it is told
    apart by lying a trillionth above.

    >>> [exact_rate(float_rate(Fraction(rate))) for rate in ("30000/1001", "23.98", "29.97", "25")]
    [Fraction(30000, 1001), Fraction(1199, 50), Fraction(2997, 100), Fraction(25, 1)]
    """
    written = float(rate)
    return written if ntsc_rate(written) in (None, rate) else written * _EXACTLY


def _is_exactly(rate: float) -> bool:
    decimal = rate / _EXACTLY
    return abs(decimal - round(decimal, 6)) < 1e-13 < abs(rate - round(rate, 6))


def seconds(time: otio.opentime.RationalTime) -> Fraction:
    """A time in seconds.  Values a hair from a whole frame are taken as that frame.

    Raises BadInputError when it is not a number, endless, or at no rate.
    """
    if not abs(time.value) < _MOST:
        raise BadInputError(f"The timeline has a time of {time.value:g} frames, which cannot be.")
    return Fraction(time.value).limit_denominator(1_000_000) / exact_rate(time.rate)


def nearest_frame(time: Fraction, rate: Fraction) -> int:
    """The whole frame nearest to *time* seconds; halves go up, so that ranges that meet still meet."""
    return int((time * rate + Fraction(1, 2)) // 1)


def whole_frames(length: Fraction, rate: Fraction) -> int:
    """How many frames it takes to fill *length* seconds (the noise of a float takes none)."""
    return max(-int(-(length * rate - Fraction(1, 100_000)) // 1), 1)


def frames(count: int, rate: Fraction) -> otio.opentime.RationalTime:
    """*count* whole frames at *rate*."""
    return otio.opentime.RationalTime(count, float_rate(rate))


def frame_range(start: int, count: int, rate: Fraction) -> otio.opentime.TimeRange:
    """The range of *count* whole frames from *start* at *rate*."""
    return otio.opentime.TimeRange(frames(start, rate), frames(count, rate))


def timecode_seconds(text: str, rate: Fraction) -> Fraction:
    """The time since midnight that an SMPTE timecode at *rate* names, ``;`` meaning drop-frame.

    Raises ValueError when *text* is no timecode.

    >>> timecode_seconds("01:00:00:00", Fraction(25))
    Fraction(3600, 1)
    >>> float(timecode_seconds("01:00:00;00", Fraction(30000, 1001)))
    3599.9964
    """
    found = _TIMECODE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a timecode like 01:00:00:00")
    hours, minutes, secs, frame = (int(found[group]) for group in (1, 2, 3, 5))
    nominal = round(rate)
    count = ((hours * 60 + minutes) * 60 + secs) * nominal + frame
    if found[4] in ";.," and nominal % 30 == 0:
        # Drop-frame skips 2 numbers (per 30 a second) each minute that is not a tenth one.
        whole_minutes = hours * 60 + minutes
        count -= (nominal // 15) * (whole_minutes - whole_minutes // 10)
    return count / rate
