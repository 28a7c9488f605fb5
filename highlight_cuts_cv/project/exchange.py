"""A session as JSON, and back."""

from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Any
from zipfile import BadZipFile

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.files.texts import as_json
from highlight_cuts_cv.project.reading import Reader
from highlight_cuts_cv.project.rows import (
    doubts_to_json,
    pick_from_text,
    track_from_json,
    track_to_json,
    tracks_from_bytes,
    tracks_to_bytes,
)
from highlight_cuts_cv.project.state import Status, Work

FORMAT, VERSION = "highlight-cuts-cv session", 1

_UNREADABLE = (
    *(TypeError, ValueError, ArithmeticError, AttributeError, LookupError),
    *(sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError),
)
_SESSION = ("session_id", "game", "player", "created_at", "updated_at")
_CLIP = (
    *("clip_id", "place", "name", "source_path", "media", "start", "duration", "revision"),
    *(f"{work}_{what}" for work in Work for what in ("status", "path", "key", "error")),
)


def to_json(at: sqlite3.Connection, session_id: str) -> dict[str, Any]:
    """Everything about a session; paths as the database has them.  Raises BadInputError for an unknown one.

    Picks are listed with those that were undone, in the order in which they were made.
    """
    row = at.execute("SELECT * FROM session WHERE session_id = ?", (session_id,)).fetchone()
    if row is None:
        raise BadInputError(f"There is no session '{session_id}' in this project.")
    clips = at.execute("SELECT * FROM clip WHERE session_id = ? ORDER BY rowid", (session_id,)).fetchall()
    return {
        "format": FORMAT,
        "version": VERSION,
        **{name: row[name] for name in _SESSION},
        "settings": json.loads(row["settings"]),
        "clips": [
            {
                **{name: clip[name] for name in _CLIP},
                "picks": _picks(at, clip),
                "tracks": _tracks(clip["tracks"]),
            }
            for clip in clips
        ],
    }


def from_json(at: sqlite3.Connection, data: object, reader: Reader) -> str:
    """Write what :func:`to_json` gave; the session's id, a new one where that is taken.

    Raises BadInputError for what it did not give.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadInputError("This is no session that this program exported.")
    if data.get("version") != VERSION:
        raise BadInputError(
            f"The session was exported by another version of this program (format {data.get('version')}, this one reads {VERSION})."
        )
    try:
        session_id = _write(at, data)
        reader.session(at, session_id)
        reader.sources(at, session_id)  # those that no timeline shows now, too
        return session_id
    except KeyError as error:
        raise BadInputError(f"The exported session is incomplete: {error} is missing.") from None
    except _UNREADABLE as error:
        raise BadInputError(f"The exported session cannot be read: {error}.") from None


def _write(at: sqlite3.Connection, data: dict[str, Any]) -> str:
    session = {name: data[name] for name in _SESSION}
    taken = at.execute("SELECT 1 FROM session WHERE session_id = ?", (session["session_id"],)).fetchone()
    if taken:
        session["session_id"] = secrets.token_hex(8)
    session_id = str(session["session_id"])
    _insert(at, "session", {**session, "settings": as_json(dict(data["settings"]))})
    for clip in data["clips"]:
        row = {name: clip[name] for name in _CLIP}
        for work in Work:
            status = Status(row[f"{work}_status"])
            # Who was at it is elsewhere.
            row[f"{work}_status"] = Status.PENDING if status is Status.PROCESSING else status
        tracks = clip["tracks"]
        if tracks is not None:
            players = {
                name: track_from_json(track["frames"], track["doubts"])
                for name, track in tracks["players"].items()
            }
            row["tracks"] = tracks_to_bytes(players, int(tracks["first_frame"]))
        _insert(at, "clip", {**row, "session_id": session_id})
        for change in clip["picks"]:
            place = None if change["place"] is None else json.dumps(change["place"])
            if place is not None:
                pick_from_text(change["frame"], place)
            kept = {name: change[name] for name in ("step", "player", "frame")}
            _insert(
                at,
                "pick_change",
                {
                    **kept,
                    "place": place,
                    "undone": int(bool(change["undone"])),
                    "session_id": session_id,
                    "clip_id": clip["clip_id"],
                },
            )
    return session_id


def _insert(at: sqlite3.Connection, table: str, values: dict[str, Any]) -> None:
    at.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        (*values.values(),),
    )


def _picks(at: sqlite3.Connection, clip: sqlite3.Row) -> list[dict[str, Any]]:
    rows = at.execute(
        "SELECT step, player, frame, place, undone FROM pick_change "
        "WHERE session_id = ? AND clip_id = ? ORDER BY change_id",
        (clip["session_id"], clip["clip_id"]),
    )
    return [
        {
            **{name: row[name] for name in ("step", "player", "frame")},
            "place": None if row["place"] is None else json.loads(row["place"]),
            "undone": bool(row["undone"]),
        }
        for row in rows
    ]


def _tracks(data: bytes | None) -> dict[str, Any] | None:
    if data is None:
        return None
    try:
        players, first_frame = tracks_from_bytes(data)
    except (ValueError, TypeError, KeyError, BadZipFile):
        return None  # another version's; they can be found again
    return {
        "first_frame": first_frame,
        "players": {
            name: {"frames": track_to_json(track), "doubts": doubts_to_json(track)}
            for name, track in players.items()
        },
    }
