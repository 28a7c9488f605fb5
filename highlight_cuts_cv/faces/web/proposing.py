"""Who may be a player in the clips without a pick, as soon as the player is confirmed in others.

Nothing is picked here: the page shows who it may be, and what the user accepts is a pick like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING

from highlight_cuts_cv.errors import CancelledError, HighlightCutsError
from highlight_cuts_cv.faces.web import studio
from highlight_cuts_cv.faces.web.staff import HEAVY, LIGHT
from highlight_cuts_cv.faces.web.worker import Ticket, Worker
from highlight_cuts_cv.jobs.same_player import Candidate
from highlight_cuts_cv.model import Track
from highlight_cuts_cv.project.state import Status
from highlight_cuts_cv.tracking.picks import shows_player

if TYPE_CHECKING:
    from highlight_cuts_cv.faces.web.clips import Clip
    from highlight_cuts_cv.faces.web.review import Review

_KNOWN = 12
"""Confirmed clips that somebody is known from: more hardly say more."""
_BACKGROUND = 30

Confirmed = tuple[tuple[str, int], ...]
"""The clips that a player is known from, by id, with the revision of their picks."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Who a player may be in a clip, the likeliest first, and what that was told from."""

    confirmed: Confirmed
    candidates: Sequence[Candidate] = ()


class Proposing:
    """Keeps the proposals of a review up to date, one at a time, while nothing else is to be done."""

    def __init__(self, review: Review, worker: Worker, waiting: Executor) -> None:
        self._review, self._worker, self._waiting = review, worker, waiting
        self._lock = RLock()
        self._ticket: Ticket | None = None
        self._wanted = False
        self.running = False

    def begin(self) -> bool:
        """Propose what is not proposed yet; whether there is anything.  ``review.go_on`` is called at the end."""
        with self._lock:
            if self.running:
                return True
            if next(self._due(), None) is None:
                return False
            self.running = self._wanted = True
        self._waiting.submit(self._run)
        return True

    def pause(self) -> None:
        """Stop soon: the user wants something."""
        with self._lock:
            self._wanted = False
            if self._ticket is not None:
                self._worker.cancel(self._ticket)

    def of(self, clip: Clip, player: str) -> Sequence[Candidate]:
        """Who *player* may be in a clip: nobody where they are picked already, or confirmed nowhere."""
        proposed = clip.proposed.get(player)
        if proposed is None or _picked(clip, player) or not self._known(player):
            return ()
        return proposed.candidates

    def _run(self) -> None:
        try:
            while self._wanted and not self._review.closed:
                due = next(self._due(), None)
                if due is None:
                    break
                clip, player, known = due
                confirmed = _confirmed(known)
                try:
                    found = self._propose(
                        clip, [(one, path) for one in known if (path := _path(one, player))]
                    )
                except CancelledError:
                    break
                except HighlightCutsError:  # told where the clip itself is worked on
                    found = ()
                clip.proposed[player] = Proposed(confirmed, found)
                self._review.changed()
        finally:
            with self._lock:
                self.running, self._ticket = False, None
            self._review.go_on()

    def _propose(self, clip: Clip, known: Sequence[tuple[Clip, Track]]) -> Sequence[Candidate]:
        place = self._review.place
        for one in [*(one for one, _ in known), clip]:
            self._do(HEAVY, studio.gather, place(one))
        paths = [(place(one), path) for one, path in known]
        return tuple(self._do(LIGHT, studio.propose, paths, place(clip)))

    def _do(self, lane: str, command: studio.Command, *arguments: object) -> Sequence[Candidate]:
        with self._lock:
            if not self._wanted:
                raise CancelledError("The user wants something else first.")
            self._ticket = self._worker.submit(lane, _BACKGROUND, command, *arguments)
        found: Sequence[Candidate] = self._ticket.result.result()
        return found

    def _due(self) -> Iterator[tuple[Clip, str, list[Clip]]]:
        """Clip, player and the clips that the player is known from, where that is not told yet; what the user looks at
        first."""
        review = self._review
        for player in [one.name for one in review.look.model.players]:
            known = self._known(player)
            for clip in sorted(review.clips, key=lambda one: one is not review.looked_at):
                if (
                    known
                    and clip.analysed
                    and clip.clip_id not in review.left_out
                    and not _picked(clip, player)
                    and clip.proposed.get(player, Proposed(())).confirmed != _confirmed(known)
                ):
                    yield clip, player, known

    def _known(self, player: str) -> list[Clip]:
        """Where *player* is confirmed."""
        review = self._review
        return [
            clip
            for clip in review.clips
            if clip.state.preview_status is Status.APPROVED
            and clip.clip_id not in review.left_out
            and _picked(clip, player)
        ][:_KNOWN]


def _confirmed(known: Sequence[Clip]) -> Confirmed:
    return tuple((clip.clip_id, clip.state.revision) for clip in known)


def _picked(clip: Clip, player: str) -> bool:
    return any(shows_player(pick) for pick in clip.picks.get(player, ()))


def _path(clip: Clip, player: str) -> Track | None:
    """The player's path in a clip as it was followed last, now or before the program was started."""
    if player in clip.tracks:
        return clip.tracks[player]
    kept = clip.state.tracks
    if kept is None or kept.first_frame != clip.info.first_frame:
        return None
    path = kept.players.get(player)
    return path if path is not None and len(path) == clip.info.frame_count else None
