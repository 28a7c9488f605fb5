"""``hccv plugins`` and ``hccv doctor``: what this machine has."""

from __future__ import annotations

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.console import say_warning, table


@app.command()
def plugins() -> None:
    """List the plugins: where each comes from, what it provides, and why one was left out."""
    from highlight_cuts_cv.plugin.registry import get_registry

    reports = get_registry().reports
    table(
        ("plugin", "distribution", "version", "provides"),
        [(r.name, r.distribution, r.version, ", ".join(r.provides) or "nothing") for r in reports],
    )
    for report in reports:
        for problem in report.problems:
            say_warning(f"{report.source}: {problem}")


@app.command()
def doctor() -> None:
    """Check that everything the tool needs works on this machine."""
    from highlight_cuts_cv.faces.doctor import examine

    findings = examine()
    table(("", "what", "found"), [("ok" if f.good else "FAIL", f.what, f.found) for f in findings])
    if not all(f.good for f in findings):
        raise typer.Exit(1)
