"""``hccv demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.console import progress_bars, say


@app.command()
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for what the demo writes.")] = Path(
        "hccv-demo"
    ),
) -> None:
    """The whole job on the embedded clip: pick, follow, mark, render, write the timeline."""
    from highlight_cuts_cv.faces.demo import run_demo

    with progress_bars() as step:
        result = run_demo(output, step)
    say(f"Timeline with the marked clips  {result.timeline}")
    say(f"The clips as one film           {result.film}")
    say(f"Contact sheet                   {result.sheet}")
    say("")
    say("Next: open the timeline in Kdenlive or DaVinci Resolve, or look at your own recording:")
    say("  hccv detect game.mp4 --frame 120 -o players.jpg")
    say("  hccv track game.mp4 --pick 120:#1 --range 120:420 -o track.csv")
    say("  hccv render game.mp4 --track track.csv --range 120:420 -o marked.mp4")
