"""Which remembered clip a timeline's clip is."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Mapping, Sequence

from highlight_cuts_cv.project.state import ClipSource
from highlight_cuts_cv.timeline.names import safe_name


def matched(known: Mapping[str, ClipSource], shown: Sequence[ClipSource]) -> list[str | None]:
    """For each clip that a timeline shows, the id under which it is *known*; ``None`` for a new one.

    A clip is who it is by recording, source range and name.  The same clip several times is told apart by the
    order.
    """
    left = dict(known)
    found: list[str | None] = []
    for source in shown:
        same = next(
            (clip_id for clip_id, other in left.items() if _identity(other) == _identity(source)), None
        )
        if same is not None:
            del left[same]
        found.append(same)
    return found


def new_clip_id(source: ClipSource, taken: Collection[str]) -> str:
    """An id for a clip that was never seen: readable, safe in file names and URLs, and of nobody else."""
    digest = hashlib.sha256("\n".join(map(str, _identity(source))).encode()).hexdigest()[:8]
    plain = f"{safe_name(source.name)}-{digest}"
    numbered = (f"{plain}-{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([plain], numbered) if name not in taken)


def _identity(source: ClipSource) -> tuple[object, ...]:
    return source.media, source.start, source.duration, source.name
