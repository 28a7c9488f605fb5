"""``hccv review``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import MediaRoot, Padding, Player, Rate, TimelineName
from highlight_cuts_cv.faces.console import say, say_warning
from highlight_cuts_cv.faces.shared import Reading


@app.command()
def review(
    timeline: Annotated[
        Path, typer.Argument(help="A timeline, as of 'hccv run', or a folder of them.", show_default=False)
    ],
    host: Annotated[
        str,
        typer.Option("--host", help="The address to listen at; another than this machine's needs --token."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port to listen at; 0 takes a free one.")
    ] = 0,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            envvar="HCCV_TOKEN",
            help="A secret that the page's address carries, for other machines.",
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    media_root: MediaRoot = None,
    player: Player = None,
    padding: Padding = None,
    rate: Rate = None,
    timeline_name: TimelineName = None,
) -> None:
    """Pick, check and correct in the browser, then make the films: a page on this machine, offline."""
    from highlight_cuts_cv.faces.web.server import serve

    def opened(address: str) -> None:
        say(f"The page is at {address}")
        say("Ctrl-C ends it; everything that was picked and approved is kept.")
        if browser:
            import threading
            import webbrowser

            # Some browsers are waited for, and the server is not to wait.
            threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()

    reading = Reading(media_root=media_root, padding=padding, rate=rate, name=timeline_name)
    serve(timeline, player or "", reading, host, port, token, opened, say_warning)


# Who looks for a way to pick finds it.
app.command("pick", help="The same as 'review': the page begins with picking.")(review)
