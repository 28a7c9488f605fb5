"""``hccv join``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import Title
from highlight_cuts_cv.faces.console import progress_bars, say


@app.command()
def join(
    films: Annotated[list[Path], typer.Argument(help="The films, in their order.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The film to write.", show_default=False)],
    title: Title = None,
) -> None:
    """Join films end to end; what is of one kind is copied, the rest fitted into the first one's."""
    from highlight_cuts_cv.jobs.film import join_titled
    from highlight_cuts_cv.jobs.title_card import title_lines

    lines = title_lines(title or [])
    with progress_bars() as step:
        written = join_titled(films, output, lines, step("Joining"))
    say(f"Wrote {written}.")
