"""The command line itself; its verbs are in the modules beside this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

from highlight_cuts_cv import __version__
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.console import say, show_logged_warnings
from highlight_cuts_cv.faces.crashes import show_tracebacks

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Verb(TyperCommand):
    """A command that refuses an option given twice, of which one would be dropped."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for parameter, times in Counter(order).items():
            if (
                times > 1
                and parameter.param_type_name == "option"
                and not getattr(parameter, "multiple", False)
            ):
                raise BadInputError(
                    f"{parameter.opts[-1]} was given {times} times, but takes one value; leave out the others."
                )
        return super().parse_args(ctx, args)


class Verbs(typer.Typer):
    """A command line of such commands."""

    def command(self, *arguments: Any, **settings: Any) -> Callable[[_Function], _Function]:
        return super().command(*arguments, cls=Verb, **settings)


app = Verbs(
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
