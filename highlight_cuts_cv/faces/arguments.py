"""What Python callers give, in each of its forms, as what the jobs take."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, SupportsFloat, SupportsIndex

import numpy as np

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.tracking.picks import Pick, parse_pick, parse_player_picks

AnyPath = str | Path
Cancelled = Callable[[], bool]
Warn = Callable[[str], None]

Place = BoundingBox | Sequence[SupportsFloat] | np.ndarray[Any, Any] | str | None
"""Where a player is in a frame: a box, also as (x1, y1, x2, y2); a point (x, y) on the player; the number
'#2' of ``hccv detect``; or None, not visible."""

Places = Mapping[int, Place] | Sequence[tuple[int, Place]] | Sequence[str]
"""Several places of one player, each with its frame; or texts as the command line takes them."""

Frames = str | range | tuple[SupportsIndex | None, SupportsIndex | None]
"""Part of a video: ``"START:END"``, ``range(start, end)`` or ``(start, end)``, the end excluded."""


def read_picks(given: Place | Places, frame_index: int = 0) -> list[Pick]:
    """One place in the frame *frame_index*, or several with frames of their own, as picks.

    A text with a frame (``"9:#2"``) is a pick as the command line takes it.  Raises BadInputError for what is neither.

    >>> [str(pick) for pick in read_picks((10, 20, 30, 80), 5)]
    ['5:10,20,20,60']
    >>> [str(pick) for pick in read_picks({0: (15, 50), 9: "#2", 20: None})]
    ['0:15,50', '9:#2', '20:none']
    """
    if isinstance(given, str) and ":" in given:
        given = [given]
    if isinstance(given, Mapping):
        pairs: list[Any] = list(given.items())
    elif given is None or isinstance(given, (str, BoundingBox)) or _numbers(given) is not None:
        return [_pick(frame_index, given)]
    elif isinstance(given, Iterable):
        pairs = list(given)
    else:
        raise _no_place(given)
    if frame_index:
        raise BadInputError(
            f"frame_index={frame_index} says where a single box is; of several picks each has its own frame."
        )
    if not pairs:
        raise BadInputError("Nobody was picked; give a box, or frames with a box in each.")
    return [_pair(pair) for pair in pairs]


def read_player_picks(
    given: Mapping[str, Place | Places] | Sequence[str],
) -> dict[str, dict[str, list[Pick]]]:
    """Picks of a timeline, by clip or as the command line takes them, as picks by player and clip.

    Raises BadInputError.

    >>> read_player_picks({"Sam@01-goal": {2: "#1"}}) == read_player_picks(["Sam@01-goal=2:#1"])
    True
    """
    if not given:
        raise BadInputError("Nobody was picked; give {CLIP: {FRAME: box}} for at least one clip.")
    if not isinstance(given, Mapping):
        if isinstance(given, str) or not _texts(given):
            raise BadInputError(
                "Picks are {CLIP: {FRAME: box}}, or a list of texts CLIP=FRAME:... as of the command line."
            )
        return parse_player_picks(list(given))
    picks: dict[str, dict[str, list[Pick]]] = {}
    for key, places in given.items():
        player, _, clip = key.rpartition("@")
        picks.setdefault(player, {}).setdefault(clip, []).extend(read_picks(places))
    return picks


def read_frames(given: Frames | None) -> str | None:
    """A part of a video as ``START:END``.  Raises BadInputError.

    >>> read_frames(range(30, 60)), read_frames((30, None)), read_frames("30:60")
    ('30:60', '30:', '30:60')
    """
    if given is None or isinstance(given, str):
        return given
    wrong = BadInputError(
        f"frames={given!r} is no part of a video; give range(START, END), (START, END) or 'START:END', "
        "whole numbers counted from 0, END excluded."
    )
    if isinstance(given, range):
        if given.step != 1:
            raise wrong
        given = (given.start, given.stop)
    try:
        start, stop = ("" if end is None else str(operator.index(end)) for end in given)
    except (TypeError, ValueError):
        raise wrong from None
    return f"{start}:{stop}"


def read_frame_index(given: SupportsIndex) -> int:
    """A frame's number, counted from 0.  Raises BadInputError for anything else."""
    try:
        index = operator.index(given)
    except TypeError:
        index = -1
    if index < 0:
        raise BadInputError(f"A frame is a whole number counted from 0, but got {given!r}.")
    return index


def _pair(pair: Any) -> Pick:
    if isinstance(pair, str):
        return parse_pick(pair)
    try:
        frame, place = pair
    except (TypeError, ValueError):
        raise BadInputError(
            f"Of several picks each is a frame and a box, (FRAME, box), but got {pair!r}."
        ) from None
    return _pick(frame, place)


def _pick(frame: Any, place: Any) -> Pick:
    index = read_frame_index(frame)
    if place is None:
        return Pick(index)
    if isinstance(place, str):
        return parse_pick(f"{index}:{place}")
    if isinstance(place, BoundingBox):
        return Pick(index, box=place)
    numbers = _numbers(place)
    if numbers is not None and len(numbers) == 4:
        return Pick(index, box=BoundingBox(*numbers))
    if numbers is not None and len(numbers) == 2 and np.isfinite(numbers).all():
        return Pick(index, point=(numbers[0], numbers[1]))
    raise _no_place(place)


def _numbers(given: Any) -> list[float] | None:
    """The numbers of a sequence of nothing else; ``None`` for anything else."""
    if isinstance(given, np.ndarray):
        given = given.tolist()
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        return None
    if not all(isinstance(value, SupportsFloat) for value in given):
        return None
    return [float(value) for value in given]


def _texts(given: Any) -> bool:
    return isinstance(given, Iterable) and all(isinstance(text, str) for text in given)


def _no_place(given: object) -> BadInputError:
    return BadInputError(
        f"{given!r} is no place in a picture; give a box (x1, y1, x2, y2), a point (x, y) or None (not visible)."
    )
