"""``hccv verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import IndicatorName, Range, ShowWhen
from highlight_cuts_cv.faces.console import progress_bars, say
from highlight_cuts_cv.faces.shared import make_setup
from highlight_cuts_cv.jobs.setup import DEFAULT_EXPORTER, DEFAULT_INDICATOR, parse_choice


@app.command()
def verify(
    originals: Annotated[
        list[Path],
        typer.Argument(
            metavar="ORIGINAL...",
            help="The recording; for a joined film all that its clips are from.",
            show_default=False,
        ),
    ],
    film: Annotated[Path, typer.Argument(help="The film that was made from it.", show_default=False)],
    track: Annotated[
        Path | None,
        typer.Option(
            "--track", help="The player's track file; needed where the film has no manifest beside it."
        ),
    ] = None,
    frames: Range = None,
    indicator: IndicatorName = DEFAULT_INDICATOR,
    show: ShowWhen = "",
) -> None:
    """Prove that a film is honest: every picture is there, in order, untouched outside the marker, and so is the sound."""
    from highlight_cuts_cv.jobs.verify import verify as check

    setup = make_setup(parse_choice(indicator), DEFAULT_EXPORTER, show, "")
    with progress_bars() as step:
        verdict = check(originals, film, track, frames, setup, step("Comparing"))
    for sentence in (*verdict.wrong, *verdict.seen):
        say(sentence)
    if not verdict.honest:
        show_each = "shows" if len(originals) == 1 else "show"
        say(f"{film} is NOT what {', '.join(map(str, originals))} {show_each}.")
        raise typer.Exit(1)
    say(f"{film} is honest.")
