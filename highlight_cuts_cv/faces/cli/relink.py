"""``hccv relink``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import MediaRoot
from highlight_cuts_cv.faces.console import say, say_warning


@app.command()
def relink(
    timeline: Annotated[Path, typer.Argument(help="An .otio timeline.", show_default=False)],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The timeline to write.", show_default=False)
    ],
    media_root: MediaRoot = None,
    paths: Annotated[
        str, typer.Option("--paths", help="How to write paths: absolute or relative to the timeline.")
    ] = "absolute",
) -> None:
    """Write a timeline again with the paths at which its media and renders are now; nothing else changes."""
    from highlight_cuts_cv.timeline.relinking import relink_file

    done = relink_file(timeline, output, media_root, paths)
    for path in done.moved:
        say(f"Found {path}.")
    for text in done.missing:
        say_warning(f"Nothing was found of {text}.")
    say(f"Wrote {output}.")
