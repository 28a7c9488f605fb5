"""The command line itself; its verbs are in the modules beside this one."""

from __future__ import annotations

from typing import Annotated

import typer

from highlight_cuts_cv import __version__
from highlight_cuts_cv.faces.console import say, show_logged_warnings
from highlight_cuts_cv.faces.crashes import show_tracebacks

app = typer.Typer(
    name="hccv",
    help="Mark one player through every clip of a highlight reel: timeline in, tracked timeline out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Typer's framed help costs a fifth of a second of imports.
    rich_markup_mode=None,
    add_completion=False,
)


def _version(value: bool) -> None:
    if value:
        say(f"highlight-cuts-cv {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error, for reports and plugin authors.")
    ] = False,
) -> None:
    """Mark one player through every clip of a highlight reel: timeline in, tracked timeline out."""
    show_logged_warnings()
    show_tracebacks(debug)
