"""Rows of the database as the store's values."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.project.rows import pick_from_text
from highlight_cuts_cv.project.state import ClipSource, ClipTrackingState, SessionState, Status
from highlight_cuts_cv.tracking.picks import Pick


class Reader:
    """Reads a database whose paths count from the folder *home*, so that it can be moved with what lies there."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def session(self, at: sqlite3.Connection, session_id: str) -> SessionState:
        """Raises BadInputError for one that is not there."""
        row = at.execute("SELECT * FROM session WHERE session_id = ?", (session_id,)).fetchone()
        if row is None:
            raise BadInputError(f"There is no session '{session_id}' in this project.")
        clips = at.execute(
            "SELECT * FROM clip WHERE session_id = ? AND place IS NOT NULL ORDER BY place", (session_id,)
        ).fetchall()
        return SessionState(
            session_id=row["session_id"],
            game=row["game"],
            player=row["player"],
            clips=tuple(self._clip(at, clip) for clip in clips),
            settings=json.loads(row["settings"]),
            created_at=datetime.fromisoformat(row["created_at"]),
            updated_at=datetime.fromisoformat(row["updated_at"]),
        )

    def clip(self, at: sqlite3.Connection, session_id: str, clip_id: str) -> ClipTrackingState:
        """Raises BadInputError for one that is not there."""
        row = at.execute(
            "SELECT * FROM clip WHERE session_id = ? AND clip_id = ?", (session_id, clip_id)
        ).fetchone()
        if row is None:
            raise BadInputError(f"There is no clip '{clip_id}' in the session '{session_id}'.")
        return self._clip(at, row)

    def sources(self, at: sqlite3.Connection, session_id: str) -> dict[str, ClipSource]:
        """All clips that the session ever had, by id, first those in its timeline, in their order."""
        rows = at.execute(
            "SELECT * FROM clip WHERE session_id = ? ORDER BY place IS NULL, place, rowid", (session_id,)
        )
        return {row["clip_id"]: self._source(row) for row in rows}

    def stored(self, path: Path | None) -> str | None:
        """A path as the database has it."""
        if path is None:
            return None
        path = Path(os.path.abspath(path))
        return path.relative_to(self._home).as_posix() if path.is_relative_to(self._home) else str(path)

    def is_there(self, stored: str | None) -> bool:
        """Whether the file of a stored path exists, or none is needed."""
        return stored is None or (self._home / stored).exists()

    def _path(self, stored: str | None) -> Path | None:
        return None if stored is None else self._home / stored

    def _source(self, row: sqlite3.Row) -> ClipSource:
        return ClipSource(
            name=row["name"],
            source_path=self._home / row["source_path"],
            media=row["media"],
            start=Fraction(row["start"]),
            duration=Fraction(row["duration"]),
        )

    def _clip(self, at: sqlite3.Connection, row: sqlite3.Row) -> ClipTrackingState:
        changes = at.execute(
            "SELECT player, frame, place FROM pick_change "
            "WHERE session_id = ? AND clip_id = ? AND NOT undone ORDER BY change_id",
            (row["session_id"], row["clip_id"]),
        )
        return ClipTrackingState(
            clip_id=row["clip_id"],
            source=self._source(row),
            picks=current_picks(changes),
            revision=row["revision"],
            preview_status=Status(row["preview_status"]),
            preview_path=self._path(row["preview_path"]),
            preview_key=row["preview_key"],
            preview_error=row["preview_error"],
            final_status=Status(row["final_status"]),
            final_path=self._path(row["final_path"]),
            final_key=row["final_key"],
            final_error=row["final_error"],
            stored_tracks=row["tracks"],
        )


def current_picks(changes: Iterable[tuple[str, int, str | None]]) -> dict[str, tuple[Pick, ...]]:
    """What holds after changes (player, frame, place) in their order, by player, sorted by frame."""
    places: dict[str, dict[int, str]] = {}
    for player, frame, place in changes:
        of_player = places.setdefault(player, {})
        if place is None:
            of_player.pop(frame, None)
        else:
            of_player[frame] = place
    return {
        player: tuple(pick_from_text(frame, of_player[frame]) for frame in sorted(of_player))
        for player, of_player in places.items()
        if of_player
    }
