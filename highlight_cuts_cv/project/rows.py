"""Picks and tracks as a database and JSON hold them, to the last bit."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from highlight_cuts_cv.model import BoundingBox, Doubt, State, Track, Why, lost_rows
from highlight_cuts_cv.tracking.picks import Pick


def place_to_text(pick: Pick) -> str:
    """Where a pick says that the player is, as JSON.

    >>> place_to_text(Pick(3, point=(10.1, 20.0))), place_to_text(Pick(3))
    ('{"point": [10.1, 20.0]}', '{"none": true}')
    """
    place: dict[str, object] = {}
    if pick.number is not None:
        place["number"] = pick.number
    if pick.box is not None:
        place["box"] = list(pick.box.as_xyxy())
    elif pick.point is not None:
        place["point"] = list(pick.point)
    return json.dumps(place or {"none": True})


def pick_from_text(frame: int, text: str) -> Pick:
    """The pick in a frame whose place is *text*.  Raises ValueError, TypeError and the like for what is none."""
    place = json.loads(text)
    box, point, number = (place.get(name) for name in ("box", "point", "number"))
    if box is None and point is None and number is None and place != {"none": True}:
        raise ValueError(f"{text} is no place")
    return Pick(
        frame,
        box=None if box is None else BoundingBox(*map(float, box)),
        point=None if point is None else (float(point[0]), float(point[1])),
        number=None if number is None else int(number),
    )


def tracks_to_bytes(players: Mapping[str, Track], first_frame: int) -> bytes:
    """The players' paths with their doubts, compressed."""
    arrays: dict[str, Any] = {
        "names": np.array(list(players), dtype=str),
        "first_frame": np.array(first_frame),
    }
    for i, track in enumerate(players.values()):
        arrays |= {f"xyxy{i}": track.xyxy, f"scores{i}": track.scores, f"states{i}": track.states}
        arrays[f"doubts{i}"] = np.array(json.dumps(doubts_to_json(track)))
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def tracks_from_bytes(data: bytes) -> tuple[dict[str, Track], int]:
    """The players' paths by name, and the recording's frame at which they begin.

    Raises ValueError, KeyError, TypeError or BadZipFile for what another version wrote.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        players = {
            str(name): Track(
                stored[f"xyxy{i}"],
                stored[f"scores{i}"],
                stored[f"states{i}"],
                doubts_from_json(json.loads(str(stored[f"doubts{i}"]))),
            )
            for i, name in enumerate(stored["names"])
        }
        return players, int(stored["first_frame"])


def track_to_json(track: Track) -> list[list[float] | None]:
    """A row per frame: x1, y1, x2, y2, score, state; ``None`` where the player is lost."""
    return [
        [*map(float, track.xyxy[i]), float(track.scores[i]), int(track.states[i])]
        if track.visible[i]
        else None
        for i in range(len(track))
    ]


def track_from_json(rows: list[list[float] | None], doubts: list[dict[str, Any]]) -> Track:
    """The reverse of :func:`track_to_json` and :func:`doubts_to_json`.  Raises ValueError and the like for others."""
    xyxy, scores, states = lost_rows(len(rows))
    for i, row in enumerate(rows):
        if row is not None:
            *box, scores[i], state = row
            xyxy[i], states[i] = box, State(int(state))
    return Track(xyxy, scores, states, doubts_from_json(doubts))


def doubts_to_json(track: Track) -> list[dict[str, Any]]:
    """Where the track is in doubt, frames from its first."""
    return [
        {
            **{"start": doubt.start, "stop": doubt.stop, "why": str(doubt.why), "ask": doubt.ask},
            "candidates": [[*box.as_xyxy(), box.confidence] for box in doubt.candidates],
        }
        for doubt in track.doubts
    ]


def doubts_from_json(rows: list[dict[str, Any]]) -> tuple[Doubt, ...]:
    """The reverse of :func:`doubts_to_json`.  Raises ValueError and the like for others."""
    return tuple(
        Doubt(
            *(row["start"], row["stop"], Why(row["why"]), row["ask"]),
            candidates=tuple(BoundingBox(*box) for box in row["candidates"]),
        )
        for row in rows
    )
