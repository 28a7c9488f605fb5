"""Rows of the database changed, within a transaction of whoever calls."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.model import ClipInfo
from highlight_cuts_cv.project.matching import matched, new_clip_id
from highlight_cuts_cv.project.reading import Reader
from highlight_cuts_cv.project.rows import place_to_text, tracks_to_bytes
from highlight_cuts_cv.project.state import (
    ClipSource,
    ClipTrackingState,
    FollowedTracks,
    SessionState,
    Status,
    Work,
    players_within,
)
from highlight_cuts_cv.tracking.picks import Pick, shows_player


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of work that is the holder's to do, for the clip as it was when it was claimed."""

    session_id: str
    clip: ClipTrackingState
    work: Work
    token: str

    def picks_in(self, clip: ClipInfo) -> dict[str, tuple[Pick, ...]]:
        """By player, the picks that lie in *clip*, in its frames."""
        return players_within(self.clip.picks, clip)


class Changer(Reader):
    """A :class:`Reader` that also writes; an unknown session or clip raises BadInputError."""

    def find(self, at: sqlite3.Connection, game: str, player: str | None) -> str | None:
        """The id of the session on *game* that was begun first."""
        row = at.execute(
            "SELECT session_id FROM session WHERE game = ? AND player = ? ORDER BY created_at, rowid",
            (game, player or ""),
        ).fetchone()
        return None if row is None else str(row["session_id"])

    def begin(self, at: sqlite3.Connection, game: str, player: str) -> str:
        """A new session's id."""
        session_id, now = secrets.token_hex(8), _now()
        at.execute(
            "INSERT INTO session (session_id, game, player, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            (session_id, game, player, now, now),
        )
        return session_id

    def show(self, at: sqlite3.Connection, session_id: str, shown: Sequence[ClipSource]) -> None:
        """The clips *shown* are in the timeline now, in their order, and no others."""
        known = self.sources(at, session_id)
        at.execute("UPDATE clip SET place = NULL WHERE session_id = ?", (session_id,))
        for place, (clip_id, source) in enumerate(zip(matched(known, shown), shown, strict=True)):
            if clip_id is None:
                clip_id = new_clip_id(source, known)
                known[clip_id] = source
                at.execute(
                    "INSERT INTO clip (session_id, clip_id, name, source_path, media, start, duration) "
                    "VALUES (?, ?, '', '', '', '', '')",
                    (session_id, clip_id),
                )
            at.execute(
                "UPDATE clip SET place = ?, name = ?, source_path = ?, media = ?, start = ?, duration = ? "
                "WHERE session_id = ? AND clip_id = ?",
                (
                    *(place, source.name, self.stored(source.source_path), source.media),
                    *(str(source.start), str(source.duration), session_id, clip_id),
                ),
            )

    def change_picks(
        self,
        at: sqlite3.Connection,
        session_id: str,
        clip_id: str,
        player: str,
        places: Mapping[int, str | None],
    ) -> ClipTrackingState:
        """Put a player's picks at *places* by frame of the recording, or take them away, as one step."""
        before = self.clip(at, session_id, clip_id)
        now = {pick.frame_index: place_to_text(pick) for pick in before.picks.get(player, ())}
        new = {frame: place for frame, place in places.items() if now.get(frame) != place}
        if not new:
            return before
        at.execute(
            "DELETE FROM pick_change WHERE session_id = ? AND clip_id = ? AND undone",
            (session_id, clip_id),
        )
        step = at.execute(
            "SELECT coalesce(max(step), 0) + 1 FROM pick_change WHERE session_id = ?", (session_id,)
        ).fetchone()[0]
        at.executemany(
            "INSERT INTO pick_change (session_id, clip_id, step, player, frame, place) VALUES (?, ?, ?, ?, ?, ?)",
            [(session_id, clip_id, step, player, frame, place) for frame, place in new.items()],
        )
        return self._revised(at, session_id, clip_id)

    def step(
        self, at: sqlite3.Connection, session_id: str, clip_id: str | None, which: str, undone: int
    ) -> ClipTrackingState | None:
        """Undo the ``max`` step, or do the ``min`` one of the undone again."""
        self.session(at, session_id)
        if clip_id is not None:
            self.clip(at, session_id, clip_id)
        row = at.execute(
            f"SELECT clip_id, {which}(step) AS step FROM pick_change "
            "WHERE session_id = ? AND clip_id = coalesce(?, clip_id) AND undone <> ?",
            (session_id, clip_id, undone),
        ).fetchone()
        if row["step"] is None:
            return None
        at.execute(
            "UPDATE pick_change SET undone = ? WHERE session_id = ? AND step = ?",
            (undone, session_id, row["step"]),
        )
        return self._revised(at, session_id, row["clip_id"])

    def rename_player(self, at: sqlite3.Connection, session_id: str, name: str, new: str) -> None:
        """The player *name* is called *new* from now on, in every pick ever given and every path."""
        if self._clips_of(at, session_id, new):
            raise BadInputError(f"There are picks of a player called '{new}' already; take another name.")
        for clip_id in self._clips_of(at, session_id, name):
            tracks = self.clip(at, session_id, clip_id).tracks
            renamed = None if tracks is None else _renamed(tracks, name, new)
            # A new revision: what somebody is making under the old name does not count.
            at.execute(
                "UPDATE clip SET revision = revision + 1, tracks = ? WHERE session_id = ? AND clip_id = ?",
                (renamed, session_id, clip_id),
            )
        at.execute(
            "UPDATE pick_change SET player = ? WHERE session_id = ? AND player = ?", (new, session_id, name)
        )
        self.touch(at, session_id)

    def remove_player(self, at: sqlite3.Connection, session_id: str, name: str) -> list[Path]:
        """Forget a player's picks, for good; return the films in which nobody else is marked."""
        films = []
        for clip_id in self._clips_of(at, session_id, name):
            state = self.clip(at, session_id, clip_id)
            marked = {player for player, picks in state.picks.items() if any(map(shows_player, picks))}
            if marked == {name} and state.final_path is not None:
                films.append(state.final_path)
                at.execute(
                    "UPDATE clip SET final_path = NULL, final_key = '' WHERE session_id = ? AND clip_id = ?",
                    (session_id, clip_id),
                )
            at.execute(
                "DELETE FROM pick_change WHERE session_id = ? AND clip_id = ? AND player = ?",
                (session_id, clip_id, name),
            )
            self._revised(at, session_id, clip_id)
        self.touch(at, session_id)
        return films

    def _clips_of(self, at: sqlite3.Connection, session_id: str, player: str) -> list[str]:
        """The clips in which a player was ever picked."""
        rows = at.execute(
            "SELECT DISTINCT clip_id FROM pick_change WHERE session_id = ? AND player = ?",
            (session_id, player),
        )
        return [str(row["clip_id"]) for row in rows.fetchall()]

    def _revised(self, at: sqlite3.Connection, session_id: str, clip_id: str) -> ClipTrackingState:
        """After a change of picks: what is being made of the earlier ones goes on, but will not count."""
        at.execute(
            "UPDATE clip SET revision = revision + 1, tracks = NULL, "
            "preview_status = iif(preview_status = 'processing', 'processing', 'pending'), "
            "final_status = iif(final_status = 'processing', 'processing', 'pending') "
            "WHERE session_id = ? AND clip_id = ?",
            (session_id, clip_id),
        )
        return self.touch_clip(at, session_id, clip_id)

    def set(
        self, at: sqlite3.Connection, session_id: str, clip_id: str, **values: object
    ) -> ClipTrackingState:
        """Change columns of a clip."""
        at.execute(
            f"UPDATE clip SET {', '.join(f'{name} = ?' for name in values)} WHERE session_id = ? AND clip_id = ?",
            (*values.values(), session_id, clip_id),
        )
        return self.touch_clip(at, session_id, clip_id)

    def touch(self, at: sqlite3.Connection, session_id: str) -> SessionState:
        """The session was changed just now."""
        at.execute("UPDATE session SET updated_at = ? WHERE session_id = ?", (_now(), session_id))
        return self.session(at, session_id)

    def touch_clip(self, at: sqlite3.Connection, session_id: str, clip_id: str) -> ClipTrackingState:
        """The clip was changed just now."""
        at.execute("UPDATE session SET updated_at = ? WHERE session_id = ?", (_now(), session_id))
        return self.clip(at, session_id, clip_id)

    def finish(self, at: sqlite3.Connection, claim: Claim, path: Path | None, key: str) -> ClipTrackingState:
        """The claimed work is done: completed, but pending where the picks have changed meanwhile."""
        work, revision = claim.work, claim.clip.revision
        at.execute(
            f"UPDATE clip SET {work}_status = CASE WHEN revision <> ? THEN 'pending' "
            f"WHEN {work}_status = 'approved' THEN 'approved' ELSE 'completed' END, "
            f"{work}_path = ?, {work}_key = ?, {work}_owner = NULL, {work}_error = '' "
            f"WHERE session_id = ? AND clip_id = ? AND {work}_owner = ?",
            (
                *(revision, self.stored(path), key),
                *(claim.session_id, claim.clip.clip_id, claim.token),
            ),
        )
        return self.touch_clip(at, claim.session_id, claim.clip.clip_id)

    def end(self, at: sqlite3.Connection, claim: Claim, status: Status, error: str = "") -> None:
        """The claimed work is no longer done."""
        work = claim.work
        at.execute(
            f"UPDATE clip SET {work}_status = CASE {work}_status WHEN 'approved' THEN 'approved' ELSE ? END, "
            f"{work}_error = ?, {work}_owner = NULL WHERE session_id = ? AND clip_id = ? AND {work}_owner = ?",
            (status, error, claim.session_id, claim.clip.clip_id, claim.token),
        )


def _renamed(tracks: FollowedTracks, name: str, new: str) -> bytes:
    players = {new if player == name else player: track for player, track in tracks.players.items()}
    return tracks_to_bytes(players, tracks.first_frame)


def _now() -> str:
    return datetime.now(UTC).isoformat()
