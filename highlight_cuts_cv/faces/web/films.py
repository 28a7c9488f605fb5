"""The films of a session: every approved clip is rendered, then the timeline is written and the films are joined."""

from __future__ import annotations

import time
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import Literal

from highlight_cuts_cv.errors import BadInputError, CancelledError, HighlightCutsError
from highlight_cuts_cv.faces.shared import tracked_path
from highlight_cuts_cv.faces.web import press
from highlight_cuts_cv.faces.web.clips import Clip
from highlight_cuts_cv.faces.web.review import Review
from highlight_cuts_cv.faces.web.staff import RENDER
from highlight_cuts_cv.faces.web.worker import Ticket, Worker
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.delivery import OVERLAY, Delivery
from highlight_cuts_cv.jobs.manifest import manifest_path, may_be_written
from highlight_cuts_cv.jobs.media_folder import lies_above
from highlight_cuts_cv.jobs.remembered import by_player
from highlight_cuts_cv.jobs.setup import DEFAULT_EXPORTER, Choice
from highlight_cuts_cv.jobs.task import ClipResult, ClipTask
from highlight_cuts_cv.jobs.timeline import deliver, plan
from highlight_cuts_cv.project.state import Status

Outcome = Literal["idle", "running", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Output:
    """A file that can be downloaded."""

    label: str
    kind: Literal["film", "timeline", "clip", "overlay"]
    path: Path


@dataclass(eq=False)
class ClipFilm:
    """How far one clip's film is."""

    clip: Clip
    state: Literal["pending", "processing", "completed", "failed"] = "pending"
    error: str = ""
    ticket: Ticket | None = None
    began: float = 0.0


@dataclass(eq=False)
class Films:
    """Makes the films of one session, one run at a time."""

    review: Review
    worker: Worker
    waiting: Executor
    status: Outcome = "idle"
    error: str = ""
    clips: list[ClipFilm] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    _lock: RLock = field(default_factory=RLock)
    _stopped: bool = False

    def __post_init__(self) -> None:
        self.outputs = self._earlier()

    @property
    def timeline(self) -> Path:
        """The timeline that is written, beside the one that is worked on."""
        return tracked_path(self.review.timeline.path, self.review.player or None)

    @property
    def film(self) -> Path:
        """All marked clips as one film."""
        return self.timeline.with_name(self.timeline.stem.removesuffix(".tracked") + ".film.mp4")

    def start(self, quality: str, way: str) -> None:
        """Begin; everything that can be known to be wrong is told now.  Raises BadInputError.

        A clip whose recording cannot be read fails by itself.  *way* is how the timeline is handed over: ``replace`` or ``overlay``, which has no *quality*.
        """
        with self._lock:
            if self.status == "running":
                raise BadInputError("The films are being made already; stop that first.")
            review = self.review
            review.refresh()
            approved = [
                clip
                for clip in review.clips
                if clip.state.preview_status is Status.APPROVED and clip.clip_id not in review.left_out
            ]
            if not approved:
                raise BadInputError("No clip is approved yet; approve those that are to be marked.")
            lost = _unreadable(approved)
            if len(lost) == len(approved):
                raise BadInputError(next(iter(lost.values())))
            players = by_player(
                {one.placed.clip_id: one.picks for one in approved if one.clip_id not in lost}
            )
            delivery = Delivery(way)
            setup = review.setup(None if delivery.over else quality)
            if delivery.over:  # what lies above a clip has its shape
                setup = replace(setup, shape="")
            if delivery.over or setup.exporter.name == OVERLAY:  # remembered of another way
                setup = replace(setup, exporter=_exporter(delivery, quality))
            # A player's own marker is no use where nobody picked them.
            setup = replace(setup, indicators={n: one for n, one in setup.indicators.items() if n in players})
            tasks = plan(review.timeline, players, self.timeline, setup, delivery)
            self.clips = [
                ClipFilm(clip, "failed", lost[clip.clip_id]) if clip.clip_id in lost else ClipFilm(clip)
                for clip in approved
            ]
            self.status, self.error, self._stopped, self.outputs = "running", "", False, []
        review.changed()
        self.waiting.submit(self._run, tasks, delivery)

    def without(self, player: str) -> None:
        """Forget a player, and delete the films in which nobody else is marked.

        Raises BadInputError while films are made, and as :meth:`.Review.remove_player`.
        """
        with self._lock:
            if self.status == "running":
                raise BadInputError(
                    "The films are being made; stop that first, or remove the player afterwards."
                )
            for film in self.review.remove_player(player):
                with writing_sentences(film):
                    film.unlink(missing_ok=True)
                    if may_be_written(film):
                        manifest_path(film).unlink(missing_ok=True)
            self.clips = []
            self.status, self.error, self.outputs = "idle", "", self._earlier()
        self.review.changed()

    def cancel(self) -> None:
        """Stop; films that are whole stay."""
        with self._lock:
            self._stopped = True
            for film in self.clips:
                if film.ticket is not None:
                    self.worker.cancel(film.ticket)

    def _run(self, tasks: list[ClipTask], delivery: Delivery) -> None:
        outcome: Outcome = "failed"
        try:
            results = [
                result
                for film, task in zip([one for one in self.clips if not one.error], tasks, strict=True)
                if (result := self._render(film, task)) is not None
            ]
            if not results:
                raise BadInputError("No film could be made; the clips say why.")
            self._deliver(results, delivery)
            outcome = "failed" if any(film.state == "failed" for film in self.clips) else "completed"
            if outcome == "failed":
                self.error = "Some clips could not be rendered and are left as they are; the others are done."
        except CancelledError:
            outcome = "cancelled"
        except HighlightCutsError as error:
            self.error = str(error)
        finally:
            self.status = outcome
            self.review.changed()

    def _render(self, film: ClipFilm, task: ClipTask) -> ClipResult | None:
        if self._stopped:
            raise CancelledError("The films were stopped.")
        review = self.review
        try:
            film.state, film.began = "processing", time.monotonic()
            film.ticket = self.worker.submit(
                *(RENDER, 0, press.render),
                *(review.store.folder, review.session_id, film.clip.clip_id, task),
                told=lambda _: review.changed(),
            )
            result: ClipResult = film.ticket.result.result()
        except CancelledError:
            film.state = "pending"
            raise
        except HighlightCutsError as error:
            film.state, film.error = "failed", str(error)
            return None
        finally:
            review.changed()
        film.state = "completed"
        return result

    def _deliver(self, results: list[ClipResult], delivery: Delivery) -> None:
        deliver(self.review.timeline, results, self.timeline, delivery)
        renders = {result.clip_id: result.render for result in results}
        self.outputs = [one for one in self._outputs(renders, delivery.over) if one.kind == "timeline"]
        if not delivery.over:
            title = self.review.look.model.title
            joined = self.worker.submit(RENDER, 0, press.join, self._in_order(renders), self.film, title)
            joined.result.result()
        self.outputs = self._outputs(renders, delivery.over)

    def _outputs(self, renders: dict[str, Path], over: bool) -> list[Output]:
        """What can be downloaded, by the renders of the clips: the film first, where there is one."""
        label = (
            "The timeline with the marker above your clips" if over else "The timeline with the marked clips"
        )
        found = [] if over else [Output("All marked clips as one film", "film", self.film)]
        found.append(Output(label, "timeline", self.timeline))
        for clip in self.review.clips:
            if (path := renders.get(clip.placed.clip_id)) is not None:
                name = clip.placed.name or clip.placed.clip_id
                found.append(
                    Output(f"The marker of {name}", "overlay", path) if over else Output(name, "clip", path)
                )
        return [output for output in found if output.path.is_file()]

    def _earlier(self) -> list[Output]:
        """What was made before the program was started, if it is there and nothing else was picked since."""
        renders = {
            clip.placed.clip_id: path
            for clip in self.review.clips
            if clip.state.final_status is Status.COMPLETED
            and (path := clip.state.final_path)
            and path.is_file()
        }
        over = any(map(lies_above, renders.values()))
        return self._outputs(renders, over) if renders else []

    def _in_order(self, renders: dict[str, Path]) -> list[Path]:
        return [renders[clip.clip_id] for clip in self.review.timeline.clips if clip.clip_id in renders]


def _unreadable(clips: list[Clip]) -> dict[str, str]:
    """Why recordings cannot be read, by clip."""
    found = {}
    for clip in clips:
        try:
            media_clip(clip.placed)
        except BadInputError as error:
            found[clip.clip_id] = str(error)
    return found


def _exporter(delivery: Delivery, quality: str) -> Choice:
    return Choice(DEFAULT_EXPORTER, {} if delivery.over else {"quality": quality})
