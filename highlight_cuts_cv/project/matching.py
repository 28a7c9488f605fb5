"""Which remembered clip a timeline's clip is."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from highlight_cuts_cv.project.state import ClipSource
from highlight_cuts_cv.timeline.names import safe_name


def matched(known: Mapping[str, ClipSource], shown: Sequence[ClipSource]) -> list[str | None]:
    """For each clip that a timeline shows, the id under which it is *known*; ``None`` for a new one.

    A clip is who it is by recording, source range and name.  The same clip several times is told apart by
    the order.  One that is nobody's exactly is the one of its recording and range that was renamed, else one of
    its recording and name that was trimmed, else one of its recording (a row of a CSV grew into the next): of
    those that overlap it, the one that does so most.  Picks are of frames of the recording, so they are
    right wherever the clip now begins, and those outside it do not count.
    """
    left = dict(known)
    found: list[str | None] = [None] * len(shown)
    for likeness in (_same, _renamed, _trimmed, _overlapping):
        for place, source in enumerate(shown):
            if found[place] is not None:
                continue
            # The first of equals, for max() keeps it.
            best = max(left, key=lambda clip_id: likeness(left[clip_id], source), default=None)
            if best is not None and likeness(left[best], source) > 0:
                found[place] = best
                del left[best]
    return found


def new_clip_id(source: ClipSource, taken: Collection[str]) -> str:
    """An id for a clip that was never seen: readable, safe in file names and URLs, and of nobody else."""
    digest = hashlib.sha256("\n".join(map(str, _identity(source))).encode()).hexdigest()[:8]
    plain = f"{safe_name(source.name)}-{digest}"
    numbered = (f"{plain}-{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([plain], numbered) if name not in taken)


def _same(one: ClipSource, other: ClipSource) -> Fraction:
    return Fraction(_identity(one) == _identity(other))


def _renamed(one: ClipSource, other: ClipSource) -> Fraction:
    return Fraction((one.media, one.start, one.duration) == (other.media, other.start, other.duration))


def _trimmed(one: ClipSource, other: ClipSource) -> Fraction:
    return _overlapping(one, other) if one.name == other.name else Fraction(0)


def _overlapping(one: ClipSource, other: ClipSource) -> Fraction:
    """Seconds of the recording that both show."""
    if one.media != other.media:
        return Fraction(0)
    return min(one.start + one.duration, other.start + other.duration) - max(one.start, other.start)


def _identity(source: ClipSource) -> tuple[object, ...]:
    return source.media, source.start, source.duration, source.name
