"""Whoever can be submitted to, as who does a run's tasks: told how far they are, stopped, and asked again when one dies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, wait
from concurrent.futures import CancelledError as WithdrawnError
from pathlib import Path
from threading import Lock

from highlight_cuts_cv.contracts import Steps, Watch
from highlight_cuts_cv.errors import CancelledError, JobFailedError
from highlight_cuts_cv.executors.slip import PREFIX, Slip, Step
from highlight_cuts_cv.executors.working import Order, work
from highlight_cuts_cv.files.atomic import forget_unfinished
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.jobs.doing import ALONE, Stretch
from highlight_cuts_cv.jobs.media_folder import take_folder
from highlight_cuts_cv.jobs.task import ClipResult, ClipTask

_LOOKS_AGAIN = 0.2
"""Seconds after which a worker is looked at again."""
_PATIENCE = 15
"""Seconds that workers are given to stop."""
MOST = 64
"""Tasks that are submitted at once to an executor of which nobody says how many it does."""


class Crew:
    """A :class:`~highlight_cuts_cv.jobs.doing.Doer` over anything with the interface of :mod:`concurrent.futures`.

    *places* tasks are submitted at once.  A task whose worker dies (BrokenExecutor) is submitted once more; an executor
    that sees to that itself raises *gives_up* in the end.
    """

    def __init__(
        self,
        executor: Executor,
        places: int = MOST,
        *,
        worthwhile: int = 1,
        gives_up: type[BaseException] = BrokenExecutor,
    ) -> None:
        self.places, self.worthwhile = places, worthwhile
        self._executor, self._gives_up = executor, gives_up
        self._lock = Lock()
        self._folders: set[Path] = set()

    def do(
        self, task: ClipTask, key: str, steps: Steps, cancelled: Callable[[], bool], stretch: Stretch = ALONE
    ) -> ClipResult:
        """See :class:`~highlight_cuts_cv.jobs.doing.Doer`."""
        with writing_sentences(task.render.parent):
            take_folder(task.render.parent, task.timeline)
            self._tidy(task.render.parent)
            slip = Slip.beside(task.render)
        order, looked_at = Order(task, key, slip, stretch), _LookedAt(steps, cancelled)
        try:
            try:
                return self._done(order, looked_at)
            except BrokenExecutor:
                looked_at.anew(f"The worker that had '{task.label}' died; it is done once more.")
            return self._done(order, looked_at)
        except (BrokenExecutor, self._gives_up):
            raise JobFailedError(
                f"Each worker that had '{task.label}' died (out of memory, or a crash while reading a damaged file)."
            ) from None
        finally:
            slip.withdraw()
            forget_unfinished(task.render)

    def _done(self, order: Order, looked_at: _LookedAt) -> ClipResult:
        try:
            future = self._executor.submit(work, order)
        except BrokenExecutor:
            raise
        except RuntimeError as error:
            raise JobFailedError(f"The executor takes no more work ({error}).") from error
        while not wait([future], _LOOKS_AGAIN).done:
            looked_at.hear(order.slip.told())
            if looked_at.cancelled():
                order.slip.withdraw()
                # Who stops in good order removes what it has half written; what is just being finished counts.
                if future.cancel() or not wait([future], _PATIENCE).done:
                    raise CancelledError("The run was stopped.")
        looked_at.hear(order.slip.told())
        try:
            return future.result()
        except WithdrawnError:
            raise JobFailedError("The executor gave the work back undone; it was shut down.") from None

    def _tidy(self, folder: Path) -> None:
        """Withdraw what a run gave away that was killed: no two runs are in one folder at once."""
        with self._lock:
            if folder not in self._folders:
                self._folders.add(folder)
                for left in folder.glob(f"{PREFIX}*"):
                    Slip(left).withdraw()


class _LookedAt:
    """What a worker tells, told on as if it were done here."""

    def __init__(self, steps: Steps, cancelled: Callable[[], bool]) -> None:
        self._steps, self._cancelled = steps, cancelled
        self._watches: list[tuple[Watch, Step]] = []

    def hear(self, told: Sequence[Step]) -> None:
        titles = [step.title for _, step in self._watches]
        if [step.title for step in told][: len(titles)] != titles:
            self._watches = []  # another worker began anew
        for number, step in enumerate(told):
            if number == len(self._watches):
                self._watches.append((self._steps(step.title), Step(step.title)))
            watch, known = self._watches[number]
            if (step.done, step.total) != (known.done, known.total):
                watch.progress(step.done, step.total)
            for sentence in step.warnings[len(known.warnings) :]:
                watch.warn(sentence)
            self._watches[number] = watch, step

    def anew(self, why: str) -> None:
        """Whoever comes next begins from the beginning, and the user is told *why*."""
        if not self._watches:
            self.hear([Step("Beginning")])
        self._watches[-1][0].warn(why)
        self._watches = []

    def cancelled(self) -> bool:
        return self._cancelled() or any(watch.cancelled() for watch, _ in self._watches)
