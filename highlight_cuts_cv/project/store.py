"""A project: what is remembered between runs, in ``project.db`` of a folder beside the timeline.

How a face uses it::

    with ProjectStore(project_folder(timeline.path)) as store:
        session = store.open_session(game_of(timeline.path), player, clip_sources(timeline))
        # session.clips are in the order of timeline.clips; from here on a clip is its clip_id
        for state, placed in zip(session.clips, timeline.clips):
            clip = media_clip(placed)                       # jobs.clip: frames 0, 1, ... of the clip
        state = store.pick(session.session_id, state.clip_id, in_recording([pick], clip))
        state = store.undo(session.session_id)              # and redo

        claim = store.claim(session.session_id, state.clip_id, Work.PREVIEW)
        if claim is not None:                               # else somebody alive is at it
            with store.at_work(claim):                      # failed, or pending again, when it raises
                tracks = {player: follow_on(bench, picks, ...) for player, picks in claim.picks_in(clip).items()}
                store.keep_tracks(claim, tracks, clip.first_frame)
                write(clip, ..., path)
                store.finish(claim, path)
        store.approve(session.session_id, state.clip_id)

Every method is one transaction: when it returns, what it did is on the disk, and when it raises, nothing
changed.  Any number of threads and processes may use a project at the same time, each process with a store
of its own or one that it was forked with.  Work of a process that died is offered again as pending when
a store is opened, and by :meth:`ProjectStore.recover`.

Pictures and films are not in the database; they can be made again.  Picks, decisions and settings are in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.files.store import content_identity
from highlight_cuts_cv.files.texts import as_json
from highlight_cuts_cv.project.changing import Changer
from highlight_cuts_cv.project.claims import Works
from highlight_cuts_cv.project.database import Database
from highlight_cuts_cv.project.folder import DATABASE
from highlight_cuts_cv.project.rows import place_to_text
from highlight_cuts_cv.project.state import (
    ClipSource,
    ClipTrackingState,
    SessionState,
    Status,
)
from highlight_cuts_cv.tracking.picks import Pick

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline


def clip_sources(timeline: Timeline) -> list[ClipSource]:
    """Who the clips of a timeline are, in its order.  Raises BadInputError for media that cannot be read."""
    media: dict[Path, str] = {}
    sources = []
    for clip in timeline.clips:
        if clip.media_path not in media:
            try:
                media[clip.media_path] = content_identity(clip.media_path)
            except OSError as error:
                raise BadInputError(f"{clip.media_path} cannot be read ({error.strerror}).") from error
        sources.append(
            ClipSource(
                name=clip.name,
                source_path=clip.media_path,
                media=media[clip.media_path],
                start=clip.start + clip.head / clip.rate,
                duration=(clip.frame_count - clip.head - clip.tail) / clip.rate,
            )
        )
    return sources


class ProjectStore(Works):
    """The sessions of the project in *folder*, which is made if it is not there.

    Raises BadInputError for a project that is damaged, of a newer version or not to be written, in every
    method JobFailedError where the disk is full or somebody blocks it.  An unknown session or clip is
    a BadInputError.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).absolute()
        if not self.folder.parent.is_dir():
            raise BadInputError(f"The folder {self.folder.parent} of the project does not exist.")
        with writing_sentences(self.folder):
            self.folder.mkdir(exist_ok=True)
        super().__init__(self.folder, Database(self.folder / DATABASE), Changer(self.folder.parent))
        self._seen: int | None = None
        self.recover()

    def __enter__(self) -> ProjectStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the project; work that was claimed here and is not finished is offered to others."""
        self.stop_working()
        self._database.close()

    # Sessions

    def open_session(self, game: str, player: str | None, shown: Sequence[ClipSource]) -> SessionState:
        """The session on the timeline *game* for *player*, begun if there is none, with the clips *shown* now.

        ``clips`` of the answer are those *shown*, in their order; what else was remembered waits until it is
        shown again.
        """
        with self._database.writing() as at:
            session_id = self._changer.find(at, game, player) or self._changer.begin(at, game, player or "")
            self._changer.show(at, session_id, shown)
            return self._changer.session(at, session_id)

    def find_session(self, game: str, player: str | None) -> SessionState | None:
        """The session that :meth:`open_session` would go on with, with the clips that were shown last."""
        with self._database.reading() as at:
            session_id = self._changer.find(at, game, player)
            return None if session_id is None else self._changer.session(at, session_id)

    def create_session(self, game: str, player: str | None, shown: Sequence[ClipSource]) -> SessionState:
        """As :meth:`open_session`, but a new one in any case."""
        with self._database.writing() as at:
            session_id = self._changer.begin(at, game, player or "")
            self._changer.show(at, session_id, shown)
            return self._changer.session(at, session_id)

    def sessions(self) -> list[SessionState]:
        """All sessions, the one that was changed last first."""
        with self._database.reading() as at:
            rows = at.execute(
                "SELECT session_id FROM session ORDER BY updated_at DESC, rowid DESC"
            ).fetchall()
            return [self._changer.session(at, row["session_id"]) for row in rows]

    def session(self, session_id: str) -> SessionState:
        """One session as it is now."""
        with self._database.reading() as at:
            return self._changer.session(at, session_id)

    def clip(self, session_id: str, clip_id: str) -> ClipTrackingState:
        """One clip as it is now; one query, for those who ask often."""
        with self._database.reading() as at:
            return self._changer.clip(at, session_id, clip_id)

    def changed_elsewhere(self) -> bool:
        """Whether others (programs, or stores of this one) changed the project since this was asked last."""
        with self._database.reading() as at:
            seen, self._seen = self._seen, at.execute("PRAGMA data_version").fetchone()[0]
            return self._seen != seen

    def delete_session(self, session_id: str) -> None:
        """Forget a session with its picks; films stay where they are."""
        with self._database.writing() as at:
            self._changer.session(at, session_id)
            at.execute("DELETE FROM session WHERE session_id = ?", (session_id,))

    def set_settings(self, session_id: str, settings: Mapping[str, object]) -> SessionState:
        """Remember *settings*, plain JSON values, beside those of other names; ``None`` forgets one."""
        with self._database.writing() as at:
            before = self._changer.session(at, session_id).settings
            merged = {name: value for name, value in {**before, **settings}.items() if value is not None}
            if merged == before:
                return self._changer.session(at, session_id)
            at.execute(
                "UPDATE session SET settings = ? WHERE session_id = ?",
                (as_json(merged), session_id),
            )
            return self._changer.touch(at, session_id)

    # Picks

    def pick(
        self, session_id: str, clip_id: str, picks: Sequence[Pick], player: str = ""
    ) -> ClipTrackingState:
        """Remember *picks*, frames of the recording, of a player beside the earlier ones.

        A pick takes the place of an earlier one in its frame.  All of them are one step to undo.  Where
        something changes, what was made of earlier picks has to be made anew: it is pending, no longer
        approved, and there are no tracks.
        """
        return self._change(
            session_id, clip_id, player, {pick.frame_index: place_to_text(pick) for pick in picks}
        )

    def unpick(
        self, session_id: str, clip_id: str, frames: Sequence[int] | None = None, player: str = ""
    ) -> ClipTrackingState:
        """Take away a player's picks in *frames* of the recording, all of them without; to be undone as one step."""
        if frames is None:
            frames = [pick.frame_index for pick in self.clip(session_id, clip_id).picks.get(player, ())]
        return self._change(session_id, clip_id, player, dict.fromkeys(frames))

    def undo(self, session_id: str, clip_id: str | None = None) -> ClipTrackingState | None:
        """Take the last step back, of one clip or of all; the clip as it is then, ``None`` without a step."""
        return self._step(session_id, clip_id, "max", undone=1)

    def redo(self, session_id: str, clip_id: str | None = None) -> ClipTrackingState | None:
        """Do the step again that was undone last; ``None`` without one.  New picks forget a clip's undone ones."""
        return self._step(session_id, clip_id, "min", undone=0)

    def rename_player(self, session_id: str, name: str, new: str) -> None:
        """A player has another name from now on, in all clips.  Raises BadInputError where somebody has that name."""
        with self._database.writing() as at:
            self._changer.rename_player(at, session_id, name, new)

    def remove_player(self, session_id: str, name: str) -> list[Path]:
        """Forget a player's picks in all clips, beyond undoing; return the films in which nobody else is marked.

        Those stay where they are, and no longer count as made.
        """
        with self._database.writing() as at:
            return self._changer.remove_player(at, session_id, name)

    # Decisions

    def approve(self, session_id: str, clip_id: str) -> ClipTrackingState:
        """The user says that the clip is followed right.  Raises BadInputError where nobody was picked."""
        with self._database.writing() as at:
            state = self._changer.clip(at, session_id, clip_id)
            if not any(state.picks.values()):
                raise BadInputError(f"Nobody was picked in '{state.name}', so there is nothing to approve.")
            return self._changer.set(
                at, session_id, clip_id, preview_status=Status.APPROVED, preview_error=""
            )

    def reject(self, session_id: str, clip_id: str) -> ClipTrackingState:
        """The user says that it is not: preview and film are pending until there are other picks."""
        with self._database.writing() as at:
            self._changer.clip(at, session_id, clip_id)
            at.execute(
                "UPDATE clip SET preview_status = 'pending' WHERE session_id = ? AND clip_id = ? "
                "AND preview_status IN ('completed', 'approved', 'failed')",
                (session_id, clip_id),
            )
            return self._changer.touch_clip(at, session_id, clip_id)

    # Sessions as JSON

    def export_session(self, session_id: str) -> dict[str, Any]:
        """A session with everything that is remembered of it, as plain JSON values."""
        from highlight_cuts_cv.project.exchange import to_json

        with self._database.reading() as at:
            return to_json(at, session_id)

    def import_session(self, data: object) -> SessionState:
        """Take in what :meth:`export_session` gave, here or in another project, and return the session.

        It keeps its id where that is free.  Raises BadInputError for anything else.
        """
        from highlight_cuts_cv.project.exchange import from_json

        with self._database.writing() as at:
            session_id = from_json(at, data, self._changer)
        self.recover()
        return self.session(session_id)

    # Inside

    def _change(
        self, session_id: str, clip_id: str, player: str, places: Mapping[int, str | None]
    ) -> ClipTrackingState:
        with self._database.writing() as at:
            return self._changer.change_picks(at, session_id, clip_id, player, places)

    def _step(
        self, session_id: str, clip_id: str | None, which: str, undone: int
    ) -> ClipTrackingState | None:
        with self._database.writing() as at:
            return self._changer.step(at, session_id, clip_id, which, undone)
