"""Moments of a film as people write them: a frame's number, or a time."""

from __future__ import annotations

import re
from fractions import Fraction

from highlight_cuts_cv.errors import BadInputError

Moment = int | Fraction
"""A frame's number (int, from 0) or seconds (Fraction)."""

FORMS = "a frame's number from 0, or a time as 31.5s, 0:31.5 or 1:02:05"
"""How a moment is written, for error sentences."""

_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):(?=\d\d:))?(\d+):([0-5]\d(?:\.\d+)?)", re.ASCII)


def parse_moment(text: str) -> Moment | None:
    """Read a frame's number or a time; ``None`` for what is neither.

    >>> parse_moment("945"), parse_moment("31.5s"), parse_moment("1:02:05.25")
    (945, Fraction(63, 2), Fraction(14901, 4))
    >>> parse_moment("31.5") is parse_moment("-3") is parse_moment("1:2") is None
    True
    """
    text = text.strip()
    if re.fullmatch(r"\d+", text, re.ASCII):
        return int(text)
    if match := _SECONDS.fullmatch(text):
        return Fraction(match[1])
    if match := _CLOCK.fullmatch(text):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + Fraction(match[3])
    return None


def parse_range(text: str) -> tuple[Moment | None, Moment | None]:
    """Read ``START:END``, or ``START-END`` where clock times have colons; ``None`` for an end left out.

    Raises BadInputError.

    >>> parse_range("58:70"), parse_range("30:"), parse_range("0:31.5-0:40")
    ((58, 70), (30, None), (Fraction(63, 2), Fraction(40, 1)))
    """
    dashed = "-" in text
    start, found, end = text.partition("-" if dashed else ":")
    ends = [parse_moment(each) for each in (start, end)]
    missing = [not each.strip() for each in (start, end)]
    unreadable = any(end is None and not left for end, left in zip(ends, missing, strict=True))
    # "1:30:2:00" could be cut in several places; "-5" is a number below 0.
    if not found or unreadable or (dashed and missing[0]) or (not dashed and ":" in end):
        raise BadInputError(
            f"The range '{text}' is not START:END, two frame numbers counted from 0, or two times: "
            "31.5s:40s, 0:31.5-0:40."
        )
    return ends[0], ends[1]
