"""What the command line prints: progress bars, tables, notes and error sentences.

rich is imported when something is printed: ``hccv --help`` must not wait for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from highlight_cuts_cv.errors import CancelledError

if TYPE_CHECKING:
    from rich.console import Console

    from highlight_cuts_cv.contracts import Steps, Watch


@cache
def _console(stderr: bool) -> Console:
    from rich.console import Console

    # soft_wrap: a path cut by a line break cannot be copied from the terminal.
    return Console(stderr=stderr, soft_wrap=True, highlight=False)


def _print(text: str, stderr: bool, style: str = "", mark: str = "") -> None:
    from rich.text import Text

    _console(stderr).print(Text.assemble((mark, style), text))


def say(text: str) -> None:
    """Print a line of the result."""
    _print(text, stderr=False)


def say_error(sentence: str) -> None:
    """Print why the job was not done."""
    _print(sentence, stderr=True, style="bold red", mark="Error: ")


def say_warning(sentence: str) -> None:
    """Print what the user should know although the job goes on."""
    _print(sentence, stderr=True, style="yellow", mark="Note: ")


class _Notes(logging.Handler):
    """Shows the package's logged warnings as notes, but those of a job that tells them itself."""

    def emit(self, record: logging.LogRecord) -> None:
        from highlight_cuts_cv.contracts.heard import heard

        if not heard():
            say_warning(record.getMessage())


def show_logged_warnings() -> None:
    """From now on, print what the package logs at WARNING or above, each sentence as a note."""
    logger = logging.getLogger("highlight_cuts_cv")
    if not any(isinstance(handler, _Notes) for handler in logger.handlers):
        logger.addHandler(_Notes(logging.WARNING))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under column titles, never cut: names are there to be copied."""
    grid = [[*columns], *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    for row in grid:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def progress_bars() -> Iterator[Steps]:
    """Bars on standard error, one per step, with the frames done and the time left; notes for warnings."""
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from highlight_cuts_cv.contracts import Watch

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    bars = Progress(*columns, console=_console(True))

    def step(title: str) -> Watch:
        bars.start()  # not before: without a bar it would print an empty line
        task = bars.add_task(escape(title), total=None)

        def report(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        return Watch(report, warn=say_warning)

    try:
        yield step
    except KeyboardInterrupt:
        raise CancelledError("Cancelled; nothing half-written remains.") from None
    finally:
        if bars.live.is_started:
            bars.stop()
