"""``hccv plugins`` and ``hccv doctor``: what this machine has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.console import say, say_warning, table

if TYPE_CHECKING:
    from highlight_cuts_cv.contracts import Option
    from highlight_cuts_cv.plugin.registry import Registry

PluginName = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help="A detector, tracker, indicator, exporter or plugin, to list its options."
    ),
]


DoctorTimeline = Annotated[
    Path | None,
    typer.Argument(metavar="[TIMELINE]", help="A timeline to hold against what Kdenlive and Resolve read."),
]


@app.command()
def plugins(
    name: PluginName = None,
    new: Annotated[
        str | None,
        typer.Option("--new", metavar="NAME", help="Make a project for a plug-in of your own, that works."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The folder for --new; else hccv-NAME.")
    ] = None,
) -> None:
    """List the plugins: where each comes from, what it provides, and why one was left out; or one's options."""
    from highlight_cuts_cv.plugin.registry import get_registry

    if new is not None:
        from highlight_cuts_cv.plugin.template import new_plugin

        if name is not None:
            raise BadInputError("With --new nothing is listed; leave the other name out.")
        folder = new_plugin(new, output)
        say(f"Wrote {folder}. Next: pip install -e {folder}, then hccv plugins {new.replace('-', '_')}.")
        return
    if output is not None:
        raise BadInputError("--output is the folder for --new NAME; nothing else is written here.")

    registry = get_registry()
    if name is not None:
        _describe(name, registry)
        return
    table(
        ("plugin", "distribution", "version", "provides"),
        [(r.name, r.distribution, r.version, ", ".join(r.provides) or "nothing") for r in registry.reports],
    )
    for report in registry.reports:
        for problem in report.problems:
            say_warning(f"{report.source}: {problem}")


def _describe(name: str, registry: Registry) -> None:
    """Print the options of everything called *name*, and of all that a plugin of that name provides."""
    offers = registry.offers(name)
    reports = [report for report in registry.reports if report.name == name]
    if not offers and not reports:
        raise BadInputError(
            f"There is no plugin '{name}', nor anything of that name; 'hccv plugins' lists all."
        )
    for number, (kind, full_name, spec, report) in enumerate(offers):
        if number:
            say("")
        say(f"{kind} {full_name}{f': {spec.summary}' if spec.summary else ''}")
        say(f"from {report.source}")
        if not spec.options:
            say("It has no options.")
            continue
        table(
            ("option", "type", "default", "values", "meaning"),
            [
                (o.name, o.kind.__name__, _shown(o.default), _values(o), " ".join(o.summary.split()))
                for o in spec.options
            ],
        )
    for report in reports:
        for problem in report.problems:
            say_warning(f"{report.source}: {problem}")


def _shown(value: object) -> str:
    """A value as it is written on the command line."""
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


def _values(option: Option) -> str:
    """Which values an option takes, as far as its type does not say so."""
    if option.choices:
        return ", ".join(map(_shown, option.choices))
    if option.kind is bool:
        return "true, false"
    low, high = option.minimum, option.maximum
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"from {low:g}"
    return "any" if high is None else f"up to {high:g}"


@app.command()
def doctor(timeline: DoctorTimeline = None) -> None:
    """Check that everything the tool needs works on this machine; or whether a timeline opens in editors."""
    if timeline is not None:
        _examine_timeline(timeline)
        return
    from highlight_cuts_cv.faces.doctor import examine

    findings = examine()
    table(("", "what", "found"), [("ok" if f.good else "FAIL", f.what, f.found) for f in findings])
    if not all(f.good for f in findings):
        raise typer.Exit(1)


def _examine_timeline(timeline: Path) -> None:
    """Print what the rules say about a timeline; those that are broken end in exit code 1."""
    from highlight_cuts_cv.timeline.rules import RULES, check_rules

    findings = check_rules(timeline)
    wrong = {finding.rule for finding in findings if finding.wrong}
    noted = {finding.rule for finding in findings} - wrong
    table(
        ("", "rule", "what it asks"),
        [("FAIL" if n in wrong else "note" if n in noted else "ok", n, text) for n, text in RULES.items()],
    )
    for wanted in (True, False):
        for finding in findings:
            if finding.wrong is wanted:
                say(f"{'Rule' if wanted else 'Note, rule'} {finding.rule}: '{finding.where}' {finding.what}.")
    if wrong:
        raise typer.Exit(1)
