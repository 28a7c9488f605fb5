"""Picks and tracks as a database and JSON hold them, to the last bit."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from highlight_cuts_cv.model import BoundingBox, State, Track, lost_rows
from highlight_cuts_cv.tracking.picks import Pick


def place_to_text(pick: Pick) -> str:
    """Where a pick says that the player is, as JSON.

    >>> place_to_text(Pick(3, point=(10.1, 20.0))), place_to_text(Pick(3))
    ('{"point": [10.1, 20.0]}', '{"none": true}')
    """
    if pick.box is not None:
        return json.dumps({"box": list(pick.box.as_xyxy())})
    if pick.point is not None:
        return json.dumps({"point": list(pick.point)})
    return json.dumps({"none": True} if pick.number is None else {"number": pick.number})


def pick_from_text(frame: int, text: str) -> Pick:
    """The pick in a frame whose place is *text*.  Raises ValueError, KeyError or TypeError for what is none."""
    place = json.loads(text)
    if "box" in place:
        return Pick(frame, box=BoundingBox(*map(float, place["box"])))
    if "point" in place:
        x, y = map(float, place["point"])
        return Pick(frame, point=(x, y))
    return Pick(frame, number=int(place["number"])) if "number" in place else Pick(frame)


def tracks_to_bytes(players: Mapping[str, Track], first_frame: int) -> bytes:
    """The players' paths, compressed."""
    arrays: dict[str, Any] = {
        "names": np.array(list(players), dtype=str),
        "first_frame": np.array(first_frame),
    }
    for number, track in enumerate(players.values()):
        arrays |= {
            f"xyxy{number}": track.xyxy,
            f"scores{number}": track.scores,
            f"states{number}": track.states,
        }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def tracks_from_bytes(data: bytes) -> tuple[dict[str, Track], int]:
    """The players' paths by name, and the recording's frame at which they begin."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        players = {
            str(name): Track(stored[f"xyxy{i}"], stored[f"scores{i}"], stored[f"states{i}"])
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


def track_from_json(rows: list[list[float] | None]) -> Track:
    """The reverse of :func:`track_to_json`.  Raises ValueError or TypeError for other rows."""
    xyxy, scores, states = lost_rows(len(rows))
    for i, row in enumerate(rows):
        if row is not None:
            *box, scores[i], state = row
            xyxy[i], states[i] = box, State(int(state))
    return Track(xyxy, scores, states)
