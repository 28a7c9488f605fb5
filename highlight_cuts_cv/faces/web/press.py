"""Renders, in the process that does them.  Functions that take a :class:`Press` are commands of :mod:`.worker`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from highlight_cuts_cv.contracts import Steps
from highlight_cuts_cv.jobs.task import ClipResult, ClipTask
from highlight_cuts_cv.jobs.task import run as run_task


class Press:
    """Nothing is kept between renders: a task says all."""


def render(press: Press, steps: Steps, task: ClipTask) -> ClipResult:
    """Follow and render one clip of a timeline."""
    return run_task(task, steps)


def join(press: Press, steps: Steps, films: Sequence[Path], output: Path) -> Path:
    """Join films to one."""
    from highlight_cuts_cv.media import concat_files

    return concat_files(films, output, reencode=True, watch=steps("Joining"))
