"""``hccv run``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import (
    CHOICE_HELP,
    PICK_HELP,
    Deliver,
    DetectorName,
    Editor,
    Encoder,
    ExporterName,
    Intro,
    MediaRoot,
    Padding,
    Player,
    Quality,
    Rate,
    ShowWhen,
    TimelineFile,
    TrackerName,
)
from highlight_cuts_cv.faces.console import progress_bars, say, say_warning, table
from highlight_cuts_cv.faces.shared import load_timeline, make_delivery, make_setup, tracked_path
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_EXPORTER,
    DEFAULT_INDICATOR,
    DEFAULT_TRACKER,
    parse_indicators,
)


@app.command()
def run(
    timeline: TimelineFile,
    pick: Annotated[
        list[str],
        typer.Option(
            "--pick",
            metavar="[PLAYER@]CLIP=PICK",
            help=f"CLIP={PICK_HELP} PLAYER@CLIP=... for several players in one clip.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The timeline to write; else NAME.tracked.otio.")
    ] = None,
    film: Annotated[
        Path | None, typer.Option("--film", help="Also join the marked clips to this one film.")
    ] = None,
    tracker: TrackerName = DEFAULT_TRACKER,
    detector: DetectorName = DEFAULT_DETECTOR,
    indicator: Annotated[
        list[str] | None,
        typer.Option(
            "--indicator",
            metavar="[PLAYER@]INDICATOR",
            help=f"{CHOICE_HELP} PLAYER@NAME... for that player's own.  [default: {DEFAULT_INDICATOR}]",
        ),
    ] = None,
    quality: Quality = None,
    encoder: Encoder = None,
    show: ShowWhen = "",
    intro: Intro = "",
    exporter: ExporterName = DEFAULT_EXPORTER,
    way: Deliver = "replace",
    editor: Editor = "any",
    media_root: MediaRoot = None,
    player: Player = None,
    padding: Padding = None,
    rate: Rate = None,
) -> None:
    """The whole job: follow the picked players of a timeline's clips, render, write the timeline."""
    from highlight_cuts_cv.faces.doubts import doubts_told
    from highlight_cuts_cv.jobs import task
    from highlight_cuts_cv.jobs.film import check_film, join_film
    from highlight_cuts_cv.jobs.timeline import deliver, plan
    from highlight_cuts_cv.tracking.picks import parse_player_picks

    read = load_timeline(timeline, media_root, player, padding, say_warning, rate)
    target = output or tracked_path(timeline, player, live=way == "live")
    everybodys, own = parse_indicators(indicator or [])
    setup = make_setup(
        everybodys,
        exporter,
        show,
        intro,
        quality=quality,
        encoder=encoder,
        tracker=tracker,
        detector=detector,
    )
    setup = replace(setup, indicators=own)
    delivery = make_delivery(way, editor)
    if film is not None:
        if delivery.over:
            raise BadInputError(
                f"With --deliver {way} no film is made of a clip, so --film has nothing to join."
            )
        check_film(read, film, target)
    with progress_bars() as step:
        tasks = plan(read, parse_player_picks(pick), target, setup, delivery)
        results = [task.run(one, step) for one in tasks]
        written = deliver(read, results, target, delivery, say_warning)
        if film is not None:
            join_film(read, {result.clip_id: result.render for result in results}, film, step("Joining"))
    rows = [
        (result.clip_id, player, f"{track.coverage:.0%} of the frames", result.render)
        for result in results
        for player, track in result.tracks.items()
    ]
    if any(player for _, player, *_ in rows):
        table(("clip", "player", "shown", "render"), rows)
    else:
        table(("clip", "shown", "render"), [(clip, *rest) for clip, _, *rest in rows])
    for one, result in zip(tasks, results, strict=True):
        for player, track in result.tracks.items():
            whose = f"{player}@{result.clip_id}" if player else result.clip_id
            for sentence in doubts_told(track, one.clip, whose=f"{whose}="):
                say(f"{whose}: {sentence}")
    say(f"Wrote {target.with_name(written.name)}{'' if film is None else f' and {film}'}.")
