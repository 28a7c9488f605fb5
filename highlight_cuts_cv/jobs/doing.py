"""Who does the tasks of a run: this process, or workers elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from highlight_cuts_cv.contracts import Steps
from highlight_cuts_cv.jobs import task as tasks
from highlight_cuts_cv.jobs.task import ClipResult, ClipTask


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tasks that show the same pictures have the ``name`` of a stretch, '' is none; ``more`` of them come after this one.

    They are given by one thread, one after another.
    """

    name: str = ""
    more: bool = False


ALONE = Stretch()


class Doer(Protocol):
    """Does tasks.  ``places`` are done at once; fewer than ``worthwhile`` are not worth the way, and done here."""

    @property
    def places(self) -> int: ...

    @property
    def worthwhile(self) -> int: ...

    def do(
        self, task: ClipTask, key: str, steps: Steps, cancelled: Callable[[], bool], stretch: Stretch = ALONE
    ) -> ClipResult:
        """As :func:`~highlight_cuts_cv.jobs.task.run`; *key* says what the film depends on.

        It stops when *cancelled*, too, before the first step is told.  Up to ``places`` threads call it at once, each with a task of its own.
        Tasks of one *stretch* go to one worker where that can be chosen, and what it decoded serves them all.
        """


class Here:
    """This process, one task after another."""

    places = worthwhile = 1

    def do(
        self, task: ClipTask, key: str, steps: Steps, cancelled: Callable[[], bool], stretch: Stretch = ALONE
    ) -> ClipResult:
        """See :class:`Doer`."""
        return tasks.run(task, steps)


HERE = Here()
