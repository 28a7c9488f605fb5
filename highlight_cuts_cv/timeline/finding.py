"""Which clip somebody means: by its id, the editor's name for it, or its number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.errors import BadInputError

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline.clips import TimelineClip

_LISTED = 20
_ID = re.compile(r"(\d{2,})-(.*)")
_Names = Callable[[str, str, str], bool]
"""Whether what was asked for is a clip's id, or its name."""

# The first way that fits any clip decides: a name is never overruled by another clip's that is only like it.
_WAYS: tuple[_Names, ...] = (
    lambda asked, clip_id, name: asked == clip_id,
    lambda asked, clip_id, name: asked.strip() == name.strip(),
    # The number changes when a clip is put in before; a name that nobody else has still tells who it is.
    lambda asked, clip_id, name: _named(asked) == _named(clip_id),
    lambda asked, clip_id, name: (
        bool(_letters(asked)) and _letters(asked) in (_letters(name), _letters(_named(clip_id)))
    ),
)


def find_clip(
    clips: Sequence[TimelineClip], left_out: Collection[str], asked: str, path: Path
) -> TimelineClip | str:
    """The one of *clips* that is called *asked*, or of those *left_out* the id.

    That may be its id (``02-goal``), also with another number or none where the name is the only one, its
    name in the editor in any case and spelling, or its number (``2``).  Raises BadInputError for what fits several or
    none; the sentence names what could be meant.
    """
    known: list[tuple[str, str, TimelineClip | str]] = [
        *((clip.clip_id, clip.name, clip) for clip in clips),
        *((clip_id, _named(clip_id), clip_id) for clip_id in left_out),
    ]
    found: list[tuple[str, str, TimelineClip | str]] = []
    for fits in _WAYS:
        found = [one for one in known if fits(asked, one[0], one[1])]
        if found:
            break
    if re.fullmatch(r"\s*#?\d+\s*", asked, re.ASCII):
        number = int(asked.strip().lstrip("#"))
        found += [one for one in known if one not in found and _number(one[0]) == number]
    if len(found) == 1:
        return found[0][2]
    if found:
        several = " and ".join(f"'{clip_id}'" for clip_id, *_ in found)
        raise BadInputError(f"'{asked}' could be {several} of {path}; write which.")
    raise BadInputError(f"{path} has no clip '{asked}'{_meant(asked, known)} {_listed(known)}")


def _meant(asked: str, known: Sequence[tuple[str, str, object]]) -> str:
    spelled: dict[str, dict[str, None]] = {}
    for clip_id, name, _ in known:
        for spelling in (clip_id, _named(clip_id), name):
            spelled.setdefault(spelling.casefold(), {})[clip_id] = None
    close = get_close_matches(asked.casefold(), spelled, n=3)
    offers = list({clip_id: None for spelling in close for clip_id in spelled[spelling]})
    return f"; did you mean {' or '.join(repr(offer) for offer in offers)}?" if offers else "."


def _listed(known: Sequence[tuple[str, str, object]]) -> str:
    ids = [clip_id for clip_id, *_ in known]
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return f"It has: {', '.join(ids[:_LISTED])}{more}."


def _named(clip_id: str) -> str:
    match = _ID.fullmatch(clip_id)
    return match[2] if match else clip_id


def _number(clip_id: str) -> int | None:
    match = _ID.fullmatch(clip_id)
    return int(match[1]) if match else None


def _letters(text: str) -> str:
    """What is left of a name without case, accents, spaces and signs."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text).casefold() if sign.isalnum())
