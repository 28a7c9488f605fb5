"""One session: a timeline, what is remembered of it, and the work that its clips need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.errors import BadInputError, CancelledError, HighlightCutsError
from highlight_cuts_cv.faces.web import studio
from highlight_cuts_cv.faces.web.clips import Clip
from highlight_cuts_cv.faces.web.look import Look
from highlight_cuts_cv.faces.web.proposing import Proposing
from highlight_cuts_cv.faces.web.remembered import Remembered
from highlight_cuts_cv.faces.web.staff import HEAVY, LIGHT
from highlight_cuts_cv.faces.web.worker import Ticket, Worker
from highlight_cuts_cv.jobs.freeze import ClipFreeze, plan_freeze
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.project.state import Work, in_recording
from highlight_cuts_cv.project.store import ProjectStore
from highlight_cuts_cv.tracking.picks import Pick, check_places, shows_player

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline

_CLICK, _LOOKED_AT, _BACKGROUND = 0, 10, 20


class Review(Remembered):
    """The work on one timeline.  All methods may be called from several threads.

    *studio* does what takes long, *waiting* runs what waits for it.
    """

    def __init__(
        self,
        timeline: Timeline,
        game: str,
        player: str,
        store: ProjectStore,
        worker: Worker,
        waiting: Executor,
    ) -> None:
        super().__init__(timeline, game, player, store)
        self._worker, self._waiting = worker, waiting
        self.closed = False
        self.looked_at = self.clips[0] if self.clips else None
        self.proposing = Proposing(self, worker, waiting)
        self.go_on()

    def place(self, clip: Clip) -> studio.Place:
        """Where the studio finds the clip's things."""
        return studio.Place(clip.info, clip.proxy, self.setup())

    # Picks and decisions

    def pick(self, clip: Clip, pick: Pick, player: str) -> None:
        """Remember a pick and follow.  Raises BadInputError for one that cannot be used."""
        self.look.check_player(player)
        check_places([pick], clip.info)
        if pick.point is not None or pick.number is not None:
            # A click beside everybody is told at once, and nothing of it is remembered.
            self._worker.submit(LIGHT, _CLICK, studio.resolve, self.place(clip), pick).result.result()
        (told,) = in_recording([pick], clip.info)
        self._keep(clip, lambda: self.store.pick(self.session_id, clip.clip_id, [told], player))
        self._take_in(clip)
        self.follow(clip)

    def unpick(self, clip: Clip, frame: int, player: str) -> None:
        """Take the pick in a frame away."""
        frames = [frame + clip.info.first_frame]
        self._keep(clip, lambda: self.store.unpick(self.session_id, clip.clip_id, frames, player))
        self.follow(clip)

    def undo(self, clip: Clip | None, *, redo: bool = False) -> str | None:
        """Take the last pick back (or forth), of one clip or of all; return where."""
        step = self.store.redo if redo else self.store.undo
        with self._keeping:
            state = step(self.session_id, None if clip is None else clip.clip_id)
            if state is None:
                return None
            changed = self._by_id.get(state.clip_id)
            if changed is not None:
                changed.state = state
        if changed is not None:
            self.follow(changed)
        return state.clip_id

    def approve(self, clip: Clip) -> None:
        """The user says that it is right.  Raises BadInputError where nobody was picked."""
        self._keep(clip, lambda: self.store.approve(self.session_id, clip.clip_id))
        self._take_in(clip)
        self.changed()
        self.go_on()

    def reject(self, clip: Clip) -> None:
        """The user says that the clip stays unmarked."""
        self._keep(clip, lambda: self.store.reject(self.session_id, clip.clip_id))
        with self._lock:
            self.left_out.add(clip.clip_id)
            self._remember()
        self.changed()

    def set_look(self, look: Look) -> None:
        """Mark in another way from now on.  Raises BadInputError for what does not exist."""
        look.check(self._settings)
        with self._lock:
            alike = look.marks_as(self.look)
            self.look = look
            self._remember()
            shown = [] if alike else [clip for clip in self.clips if clip.marker]
        for clip in shown:
            if clip is self.looked_at:
                self.follow(clip)
            else:
                clip.marker = b""
        self.changed()

    def rename_player(self, name: str, new: str) -> None:
        """Call a player otherwise.  Raises BadInputError for a player who is none, or a name that is taken or empty."""
        self.look.check_player(name)
        new = " ".join(new.split())
        if new == name:
            return
        look = self.look.renamed(name, new)
        with self._keeping:
            self.store.rename_player(self.session_id, name, new)
        with self._lock:
            self.look = look
            self._remember()
            for clip in self.clips:
                for known in (clip.tracks, clip.marked, clip.proposed):
                    renamed = {new if player == name else player: one for player, one in known.items()}
                    known.clear()
                    known.update(renamed)  # type: ignore[arg-type]
        self.refresh()
        for clip in self.clips:
            if clip.following:
                self.follow(clip)

    def remove_player(self, name: str) -> list[Path]:
        """Forget a player; return the films in which nobody else is marked.

        Raises BadInputError for a player who is none, and for the only one.
        """
        self.look.check_player(name)
        look = self.look.without(name)
        with self._keeping:
            films = self.store.remove_player(self.session_id, name)
        with self._lock:
            self.look = look
            self._remember()
            marked = [clip for clip in self.clips if name in clip.tracks or name in clip.marked]
            for clip in self.clips:
                clip.proposed.pop(name, None)
        self.refresh()
        for clip in self.clips:
            if clip.following or (clip in marked and clip is self.looked_at):
                self.follow(clip)
            elif clip in marked:
                clip.tracks, clip.marked, clip.marker = {}, {}, b""
        self.changed()
        return films

    # Work

    def look_at(self, clip: Clip) -> None:
        """The user looks at this clip: what it needs comes first."""
        with self._lock:
            self.looked_at = clip
            if not clip.analysed:
                self.proposing.pause()
            running = next((one for one in self.clips if one.analysis is not None), None)
            if running is not None and running is not clip and not clip.analysed:
                self._worker.cancel(running.analysis)  # type: ignore[arg-type]
        self.go_on()
        if clip.picks and not clip.marker and not clip.following and not clip.error:
            self.follow(clip)

    def follow(self, clip: Clip) -> None:
        """Follow whoever is picked in a clip and draw the markers, in the background."""
        with self._lock:
            clip.error = ""
            clip.again = True
            if clip.following:
                if clip.work is not None:
                    self._worker.cancel(clip.work)
                return
            clip.following = True
            self.proposing.pause()
            # This clip's own analysis, too: it goes on after the first answer.
            for one in self.clips:
                if one.analysis is not None:
                    self._worker.cancel(one.analysis)
        self.changed()
        self._waiting.submit(self._follow, clip)

    def cancel(self, clip: Clip) -> None:
        """Stop what is being done for a clip; its picks stay."""
        with self._lock:
            clip.again = False
            if clip.work is not None:
                self._worker.cancel(clip.work)

    def close(self) -> None:
        """Stop all work and let go of the project."""
        with self._lock:
            self.closed = True
            tickets = [
                ticket for clip in self.clips for ticket in (clip.analysis, clip.work) if ticket is not None
            ]
        self.proposing.pause()
        for ticket in tickets:
            self._worker.cancel(ticket)

    def detect(self, clip: Clip, frame: int) -> list[BoundingBox]:
        """Who can be picked in a frame, by number."""
        ticket = self._worker.submit(LIGHT, _CLICK, studio.detect, self.place(clip), frame)
        return list(ticket.result.result())

    def picture(self, clip: Clip, frame: int, width: int | None) -> bytes:
        """A frame as JPEG."""
        ticket = self._worker.submit(LIGHT, _LOOKED_AT, studio.picture, self.place(clip), frame, width)
        return bytes(ticket.result.result())

    def still(self, clip: Clip, frame: int, width: int | None) -> bytes | None:
        """A frame as JPEG with the markers as a film will have them; ``None`` while they are being drawn."""
        ticket = self._worker.submit(
            LIGHT, _LOOKED_AT, studio.still, self.place(clip), clip.picks, frame, width
        )
        found: bytes | None = ticket.result.result()
        return found

    def go_on(self) -> None:
        """Begin what is to be done next in the background, unless something is being done.

        The clip that is looked at is analysed first, then proposed is what can be, then the other clips are
        analysed in the timeline's order.
        """
        with self._lock:
            if self.closed or any(clip.analysis is not None or clip.following for clip in self.clips):
                return
            waiting = [clip for clip in self.clips if not clip.analysed and not clip.analysis_error]
            first = self.looked_at in waiting
            if (not first and self.proposing.begin()) or self.proposing.running or not waiting:
                return
            clip = self.looked_at if first else waiting[0]
            assert clip is not None
            urgency = _LOOKED_AT if clip is self.looked_at else _BACKGROUND
            ticket = self._worker.submit(
                HEAVY, urgency, studio.analyse, self.place(clip), told=lambda _: self.changed()
            )
            clip.analysis = ticket
        ticket.result.add_done_callback(lambda _: self._analysed(clip, ticket))

    # Inside

    def _follow(self, clip: Clip) -> None:
        try:
            while clip.again and not self.closed:
                clip.again = False
                try:
                    try:
                        self._mark(clip)
                    finally:
                        self._read(clip)  # as the store has it now, however that ended
                except CancelledError:
                    continue
                except HighlightCutsError as error:
                    clip.error = str(error)
        finally:
            with self._lock:
                clip.following, clip.work = False, None
                more = clip.again and not self.closed
            self.changed()
            self.go_on()
            if more:  # asked for in the very last moment
                self.follow(clip)

    def _mark(self, clip: Clip) -> None:
        claim = self.store.claim(self.session_id, clip.clip_id, Work.PREVIEW)
        if claim is None:
            raise BadInputError(
                "Another program is following in this clip at the moment; wait until it is done."
            )
        with self.store.at_work(claim):
            self._read(clip)
            picks = claim.picks_in(clip.info)
            if not any(shows_player(pick) for told in picks.values() for pick in told):
                clip.tracks, clip.marked, clip.marker = {}, {}, b""
                clip.marker_number += 1
                return
            before = clip.marker
            glimpsed = self._glimpse(clip, picks)
            what = self.place(clip), picks, self._intro(clip, picks)
            try:
                clip.work = self._worker.submit(
                    HEAVY, _CLICK, studio.mark, *what, told=lambda _: self.changed()
                )
                self.changed()
                marked = clip.work.result.result()
            except HighlightCutsError:
                if glimpsed:
                    clip.marker = before
                    clip.marker_number += 1
                raise
            clip.tracks, clip.marker, clip.cuts = dict(marked.tracks), marked.marker, marked.cuts
            clip.marked = picks
            clip.marker_number += 1
            clip.analysed = True
            self.store.keep_tracks(claim, clip.tracks, clip.info.first_frame)
            self.store.finish(claim)

    def _glimpse(self, clip: Clip, picks: Mapping[str, tuple[Pick, ...]]) -> bool:
        """Show the marker from the new picks on before all is followed, if that is much sooner; say whether it is."""
        before = dict(clip.marked) if clip.marker else {}
        what = self.place(clip), picks, before
        clip.work = self._worker.submit(HEAVY, _CLICK, studio.glimpse, *what, told=lambda _: self.changed())
        self.changed()
        glimpse: bytes = clip.work.result.result()
        if glimpse:
            clip.marker = glimpse
            clip.marker_number += 1
        return bool(glimpse)

    def _intro(self, clip: Clip, picks: Mapping[str, Sequence[Pick]]) -> ClipFreeze | None:
        """The picture that is to stand still, if the look asks for one and this clip can have one."""
        wish = self.setup().freeze
        if wish is None:
            return None
        told = [pick for of_player in picks.values() for pick in of_player]
        with suppress(BadInputError):  # told when films are asked for
            return plan_freeze(self.timeline, clip.placed, clip.info, wish, told)
        return None

    def _analysed(self, clip: Clip, ticket: Ticket) -> None:
        error = ticket.result.exception()
        with self._lock:
            clip.analysis = None
            clip.analysed = error is None
            if error is not None and not isinstance(error, CancelledError):
                clip.analysis_error = str(error)
        self.changed()
        if not self.closed:
            self.go_on()
