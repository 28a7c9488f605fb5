"""What the command line prints: progress bars, tables, notes and error sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from highlight_cuts_cv.contracts import Progress as Report

# soft_wrap: a path cut by a line break cannot be copied from the terminal.
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def say(text: str) -> None:
    """Print a line of the result."""
    out.print(escape(text))


def say_error(sentence: str) -> None:
    """Print why the job was not done."""
    err.print(f"[bold red]Error:[/] {escape(sentence)}")


def say_warning(sentence: str) -> None:
    """Print what the user should know although the job goes on."""
    err.print(f"[yellow]Note:[/] {escape(sentence)}")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under column titles."""
    grid = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        grid.add_row(*(escape(str(cell)) for cell in row))
    out.print(grid, soft_wrap=False)


@contextmanager
def progress_bars() -> Iterator[Callable[[str], Report]]:
    """Bars on standard error, one per step, with the frames done and the time left."""
    # Only jobs need it, and it takes a tenth of a second to import.
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err) as bars:

        def step(title: str) -> Report:
            task = bars.add_task(escape(title), total=None)

            def report(done: int, total: int) -> None:
                bars.update(task, completed=done, total=total)

            return report

        yield step
