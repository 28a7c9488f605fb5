"""``hccv install-resolve-script``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.console import say, say_warning


@app.command("install-resolve-script")
def install_resolve_script(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Resolve's folder for scripts, where it is not the usual one."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say where the script would be written.")
    ] = False,
) -> None:
    """Put a script into DaVinci Resolve's Scripts menu that tracks the current timeline and imports the result."""
    from highlight_cuts_cv.faces.resolve.install import NAME, install_script, script_folder

    usual = folder or script_folder()
    if dry_run:
        say(f"Would write {usual / NAME}.")
        return
    # Four folders up is what Resolve itself makes.
    if folder is None and not usual.parents[2].exists():
        say_warning("DaVinci Resolve was not started by this user yet; it will find the script when it is.")
    say(f"Wrote {install_script(usual)}.")
    say("In DaVinci Resolve: Workspace, Scripts, Highlight Cuts CV.")
