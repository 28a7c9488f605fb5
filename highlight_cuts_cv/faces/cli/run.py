"""``hccv run``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import (
    CHOICE_HELP,
    PICK_HELP,
    TITLE_HELP,
    Encoder,
    MediaRoot,
    Padding,
    Player,
    Quality,
    Rate,
    TimelineFile,
    TimelineName,
)
from highlight_cuts_cv.faces.console import progress_bars, say_warning
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_EXPORTER,
    DEFAULT_IDENTIFIER,
    DEFAULT_INDICATOR,
    DEFAULT_TRACKER,
    parse_choice,
)

_AS_BEFORE = "else as before, at first"


@app.command()
def run(
    timeline: TimelineFile,
    pick: Annotated[
        list[str] | None,
        typer.Option(
            "--pick",
            metavar="[PLAYER@]CLIP=PICK",
            help=f"CLIP={PICK_HELP} PLAYER@CLIP=... for several players in one clip. It is added to what was "
            "picked in earlier runs.",
            show_default=False,
        ),
    ] = None,
    forget: Annotated[
        list[str] | None,
        typer.Option(
            "--forget",
            metavar="[PLAYER@]CLIP[=FRAME]",
            help="Forget what was picked in earlier runs: in a clip, or in one of its frames.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The timeline to write; else NAME.tracked.otio.")
    ] = None,
    film: Annotated[
        Path | None, typer.Option("--film", help="Also join the marked clips to this one film.")
    ] = None,
    title: Annotated[
        list[str] | None,
        typer.Option(
            "--title",
            metavar="LINE",
            help=f"{TITLE_HELP}; '' is none.  [{_AS_BEFORE} none]",
            show_default=False,
        ),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", help="Also write a sheet of pictures of the marked clips (.jpg, .png)."),
    ] = None,
    tracker: Annotated[
        str | None, typer.Option("--tracker", help=f"{CHOICE_HELP}  [{_AS_BEFORE} {DEFAULT_TRACKER}]")
    ] = None,
    detector: Annotated[
        str | None, typer.Option("--detector", help=f"{CHOICE_HELP}  [{_AS_BEFORE} {DEFAULT_DETECTOR}]")
    ] = None,
    indicator: Annotated[
        list[str] | None,
        typer.Option(
            "--indicator",
            metavar="[PLAYER@]INDICATOR",
            help=f"{CHOICE_HELP} PLAYER@NAME... for that player's own.  [{_AS_BEFORE} {DEFAULT_INDICATOR}]",
        ),
    ] = None,
    quality: Quality = None,
    encoder: Encoder = None,
    show: Annotated[
        str | None,
        typer.Option(
            "--show",
            help="When the marker shows: first:3, 2.0-4.5 (seconds of the clip), near (others), joined by commas; "
            f"'' is always.  [{_AS_BEFORE} always]",
        ),
    ] = None,
    intro: Annotated[
        str | None,
        typer.Option(
            "--intro",
            metavar="SECONDS[@pick|@FRAME]",
            help="Let the first picture (or that of the pick, or of a frame) stand still with the marker, then play; "
            f"'' is none.  [{_AS_BEFORE} none]",
        ),
    ] = None,
    shape: Annotated[
        str | None,
        typer.Option(
            "--shape",
            help="vertical: films of 9:16 that follow the player (the first one); '' is the recording's shape.  "
            f"[{_AS_BEFORE} the recording's]",
        ),
    ] = None,
    style: Annotated[
        str | None,
        typer.Option(
            "--style",
            help="recruiting: clips of a CSV begin and end two seconds earlier and later, the first picture stands still "
            "for a second with the marker, which goes three seconds into the play. Options of their own count more.",
        ),
    ] = None,
    exporter: Annotated[
        str | None, typer.Option("--exporter", help=f"{CHOICE_HELP}  [{_AS_BEFORE} {DEFAULT_EXPORTER}]")
    ] = None,
    way: Annotated[
        str | None,
        typer.Option(
            "--deliver",
            help="replace (films in the place of the clips), overlay (the marker alone on a track above) or live "
            "(keyframes in a project for Kdenlive or Final Cut Pro).  "
            f"[{_AS_BEFORE} replace]",
        ),
    ] = None,
    editor: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="EDITOR",
            help=f"Write the timeline for any, kdenlive, resolve, premiere or finalcut.  [{_AS_BEFORE} any]",
        ),
    ] = None,
    handles: Annotated[
        str | None,
        typer.Option(
            "--handles",
            metavar="SECONDS",
            help="Let films reach so far beyond their cuts, where the recording goes on; '' is not at all.  "
            f"[{_AS_BEFORE} not at all]",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            help="How many clips are done at once, each by a process.  [else as many as there are cores and memory for]",
        ),
    ] = None,
    executor: Annotated[
        str,
        typer.Option("--executor", help="Where clips are done: local (this machine) or dask (a cluster)."),
    ] = "local",
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="The Dask scheduler's, tcp://HOST:8786."),
    ] = None,
    same_player: Annotated[
        bool,
        typer.Option(
            "--same-player",
            help="Pick whoever is picked in some clips in the others, too, where that is sure; the rest is told.",
        ),
    ] = False,
    number: Annotated[
        str | None,
        typer.Option("--number", help="The number that the player wears; the same, by it and by looks."),
    ] = None,
    identifier: Annotated[
        str, typer.Option("--identifier", help=f"Who reads the number. {CHOICE_HELP}")
    ] = DEFAULT_IDENTIFIER,
    media_root: MediaRoot = None,
    player: Player = None,
    padding: Padding = None,
    rate: Rate = None,
    timeline_name: TimelineName = None,
) -> None:
    """The whole job: follow the picked players of a timeline's clips, render, write the timeline.

    What was picked is remembered in a project beside the timeline: a pick adds to it, and only what changed is done again.
    Of a CSV with several players each has a reel of their own, all made in one run.
    """
    from highlight_cuts_cv.executors.choosing import chosen_doer
    from highlight_cuts_cv.faces.cli.reading import bars_for
    from highlight_cuts_cv.faces.cli.told import tell
    from highlight_cuts_cv.faces.reels import Wish, read_reel
    from highlight_cuts_cv.jobs.filling import Filling, check_filling, run_filling
    from highlight_cuts_cv.jobs.wishes import Given
    from highlight_cuts_cv.timeline.csv_input import team_of
    from highlight_cuts_cv.tracking.picks import parse_forgotten, parse_player_picks

    given = Given(
        indicators=indicator,
        detector=detector,
        tracker=tracker,
        exporter=exporter,
        quality=quality,
        encoder=encoder,
        show=show,
        intro=intro,
        shape=shape,
        title=() if title == [""] else title,
        deliver=way,
        editor=editor,
        handles=handles,
    )
    doing = chosen_doer(executor, workers, scheduler)
    picks, forgotten = parse_player_picks(pick or []), [parse_forgotten(text) for text in forget or []]
    filling = Filling(number=number, identifier=parse_choice(identifier)) if same_player or number else None
    if filling is not None:
        check_filling(filling)
    wish = Wish(
        timeline=timeline,
        how=Reading(media_root=media_root, player=player, padding=padding, rate=rate, name=timeline_name),
        given=given,
        output=output,
        film=film,
        sheet=sheet,
    ).in_style(style)
    if player is None and (players := team_of(timeline)):
        from highlight_cuts_cv.faces.cli.team import run_reels

        run_reels(wish, players, picks, forgotten, filling, doing)
        return
    with bars_for(timeline) as step:
        reel = read_reel(wish, "", say_warning, step)
    with reel.project as project:
        if known := reel.check():
            say_warning(f"As before: {known}.")
        settings: dict[str, object] = {"reading": reel.reading}
        with doing as doer, progress_bars() as step:
            outcome, filled = run_filling(
                *(
                    project,
                    reel.read,
                    picks,
                    wish.given,
                    settings,
                    filling,
                    step,
                    say_warning,
                    forgotten,
                    doer,
                )
            )
            reel.join(outcome, step)
    tell(reel, outcome, filled)
    if outcome.failed:
        raise typer.Exit(1)
