"""Who does which work in a project: it is claimed, done or given up, and offered again when its worker died."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from highlight_cuts_cv.errors import CancelledError, HighlightCutsError
from highlight_cuts_cv.model import Track
from highlight_cuts_cv.project.changing import Changer, Claim
from highlight_cuts_cv.project.database import Database
from highlight_cuts_cv.project.rows import tracks_to_bytes
from highlight_cuts_cv.project.state import ClipTrackingState, Status, Work
from highlight_cuts_cv.project.workers import Worker, is_alive, only_one


class Works:
    """The work of the project in *folder*; a part of :class:`~highlight_cuts_cv.project.store.ProjectStore`."""

    def __init__(self, folder: Path, database: Database, changer: Changer) -> None:
        self.folder, self._database, self._changer = folder, database, changer
        self._worker: Worker | None = None
        self._hiring = Lock()

    def stop_working(self) -> None:
        """Work that was claimed here and is not finished is offered to others."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def claim(self, session_id: str, clip_id: str, work: Work) -> Claim | None:
        """Take a piece of work: it is processing from now on.  ``None`` while somebody alive has it.

        Whoever claims says how it ended, by :meth:`finish` or :meth:`at_work`; dying or closing the store says it, too.
        """
        token = self._token()
        with self._database.writing() as at:
            state = self._changer.clip(at, session_id, clip_id)
            owner = at.execute(
                f"SELECT {work}_owner FROM clip WHERE session_id = ? AND clip_id = ?", (session_id, clip_id)
            ).fetchone()[0]
            if owner is not None and self._alive(owner):
                return None
            # A name of its own for each claim: a late end of an earlier one must not end this one.
            claim = Claim(session_id, state, work, f"{token}/{secrets.token_hex(4)}")
            # Without its key: from now on the file may be another one.
            changes: dict[str, object] = {
                f"{work}_owner": claim.token,
                f"{work}_error": "",
                f"{work}_key": "",
            }
            status = state.preview_status if work is Work.PREVIEW else state.final_status
            if status is not Status.APPROVED:
                changes[f"{work}_status"] = Status.PROCESSING
            self._changer.set(at, session_id, clip_id, **changes)
            return claim

    @contextmanager
    def at_work(self, claim: Claim) -> Iterator[None]:
        """While it lasts, the claimed work is done: an error makes it failed, with its sentence for the user;
        cancelling, or leaving it unfinished, pending."""
        try:
            yield
        except HighlightCutsError as error:
            self._end(
                claim, Status.PENDING if isinstance(error, CancelledError) else Status.FAILED, str(error)
            )
            raise
        except Exception as error:
            self._end(claim, Status.FAILED, f"Something went wrong that should not have: {error}")
            raise
        except BaseException:
            self._end(claim, Status.PENDING)
            raise
        self._end(claim, Status.PENDING)

    def keep_tracks(self, claim: Claim, players: Mapping[str, Track], first_frame: int) -> None:
        """Remember the players' paths, which begin at the recording's frame *first_frame*, unless picks have changed."""
        data = tracks_to_bytes(players, first_frame)
        with self._database.writing() as at:
            at.execute(
                f"UPDATE clip SET tracks = ? WHERE session_id = ? AND clip_id = ? AND revision = ? "
                f"AND {claim.work}_owner = ?",
                (data, claim.session_id, claim.clip.clip_id, claim.clip.revision, claim.token),
            )

    def finish(self, claim: Claim, path: Path | None = None, key: str = "") -> ClipTrackingState:
        """The claimed work is done, and its file lies under *path*; *key* says what that depends on.

        It is completed, but pending where the picks have changed meanwhile.
        """
        with self._database.writing() as at:
            return self._changer.finish(at, claim, path, key)

    @contextmanager
    def alone(self, waits: Callable[[], None], cancelled: Callable[[], bool]) -> Iterator[None]:
        """While it lasts, no other process is in here: for a run over all clips.  *waits* is called before waiting.

        Raises CancelledError when cancelled while waiting.
        """
        with only_one(self.folder, waits, cancelled):
            yield

    def recover(self) -> int:
        """Offer again what dead processes had claimed, and what is completed but whose file is gone; how many."""
        with self._database.writing() as at:
            dead = [
                row["token"]
                for row in at.execute("SELECT token FROM worker")
                if not self._alive(row["token"])
            ]
            at.executemany("DELETE FROM worker WHERE token = ?", [(token,) for token in dead])
            count = 0
            for work in Work:
                rows = at.execute(
                    f"SELECT rowid, {work}_status AS status, {work}_owner AS owner, {work}_path AS path FROM clip "
                    f"WHERE {work}_status IN ('processing', 'completed') OR {work}_owner IS NOT NULL"
                ).fetchall()
                for row in rows:
                    given_up = row["owner"] is not None and not self._alive(row["owner"])
                    gone = row["status"] == "completed" and not self._changer.is_there(row["path"])
                    if given_up or gone:
                        at.execute(
                            f"UPDATE clip SET {work}_owner = NULL, {work}_status = CASE {work}_status "
                            "WHEN 'approved' THEN 'approved' ELSE 'pending' END WHERE rowid = ?",
                            (row["rowid"],),
                        )
                        count += 1
            return count

    def _end(self, claim: Claim, status: Status, error: str = "") -> None:
        with self._database.writing() as at:
            self._changer.end(at, claim, status, error)

    def _token(self) -> str:
        with self._hiring:
            if self._worker is None or not self._worker.is_mine:
                worker = Worker(self.folder)
                with self._database.writing() as at:
                    at.execute("INSERT INTO worker VALUES (?)", (worker.token,))
                worker.begin()
                self._worker = worker
            return self._worker.token

    def _alive(self, owner: str) -> bool:
        token = owner.partition("/")[0]
        if self._worker is not None and self._worker.is_mine and token == self._worker.token:
            return True
        return is_alive(self.folder, token)
