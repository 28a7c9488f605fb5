"""What a worker does with a task, in whatever process or on whatever machine it is."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

from highlight_cuts_cv.contracts import never_cancelled
from highlight_cuts_cv.errors import HighlightCutsError, JobFailedError
from highlight_cuts_cv.executors.slip import Slip
from highlight_cuts_cv.jobs import task as tasks
from highlight_cuts_cv.jobs.currency import task_key
from highlight_cuts_cv.jobs.doing import ALONE, Stretch
from highlight_cuts_cv.jobs.task import ClipResult, ClipTask
from highlight_cuts_cv.media.reading.held import holding_pictures_of

ended: Callable[[], bool] = never_cancelled
"""Whether the process that gave this one work is gone; who starts processes may set it there."""


@dataclass(frozen=True, slots=True)
class Order:
    """A task that is given away: ``key`` says what its film depends on, ``slip`` is where it is told how it goes."""

    task: ClipTask
    key: str
    slip: Slip
    stretch: Stretch = ALONE


def work(order: Order) -> ClipResult:
    """Do a task for somebody else: its film is written when it returns.

    Raises as :func:`~highlight_cuts_cv.jobs.task.run`, and JobFailedError where the film would not be the one that was
    ordered: with another version of this program, of a plugin or of the recording.
    """
    attempt = order.slip.begin(ended)
    try:
        _check(order)
        with holding_pictures_of(order.stretch.name, order.stretch.more):
            return tasks.run(order.task, attempt.step)
    except HighlightCutsError as error:
        # What it came from may be something that cannot be sent; the sentence is what counts.
        raise type(error)(str(error)) from None
    finally:
        attempt.end()


def _check(order: Order) -> None:
    where, recording = socket.gethostname(), order.task.clip.media.path
    try:
        key = task_key(order.task)
    except OSError as error:
        raise JobFailedError(
            f"The worker on {where} cannot read {recording} ({error.strerror}); workers need the recordings and the "
            "folder of the renders under the same paths."
        ) from error
    if key != order.key:
        raise JobFailedError(
            f"The worker on {where} would not make the film that is wanted: it has another version of Highlight Cuts "
            f"CV or of a plugin, or {recording} is another file there. Install the same on all machines."
        )
