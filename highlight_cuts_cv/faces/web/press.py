"""Renders, in the process that does them.  Functions that take a :class:`Press` are commands of :mod:`.worker`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from highlight_cuts_cv.contracts import Steps
from highlight_cuts_cv.errors import JobFailedError
from highlight_cuts_cv.jobs.rerun import rerun
from highlight_cuts_cv.jobs.task import ClipResult, ClipTask
from highlight_cuts_cv.project.store import ProjectStore


class Press:
    """Nothing is kept between renders: a task says all."""


def render(
    press: Press, steps: Steps, project: Path, session_id: str, clip_id: str, task: ClipTask
) -> ClipResult:
    """Follow and render one clip of a timeline, unless that is done already; the project remembers it."""
    with ProjectStore(project) as store:
        states = {task.clip.clip_id: store.clip(session_id, clip_id)}
        results, _, failed = rerun(
            store, session_id, [task], states, lambda title: steps(title.removeprefix("1/1 "))
        )
    if failed:
        raise JobFailedError(failed[task.clip.clip_id])
    return results[0]


def join(press: Press, steps: Steps, films: Sequence[Path], output: Path, title: Sequence[str]) -> Path:
    """Join films to one, behind a card with the lines of *title*, if there are any."""
    from highlight_cuts_cv.jobs.film import join_titled
    from highlight_cuts_cv.jobs.title_card import title_lines

    return join_titled(films, output, title_lines(title), steps("Joining"))
