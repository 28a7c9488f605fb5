"""``hccv run``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import (
    PICK_HELP,
    DetectorName,
    Encoder,
    ExporterName,
    IndicatorName,
    Intro,
    MediaRoot,
    Padding,
    Player,
    Quality,
    ShowWhen,
    TimelineFile,
    TrackerName,
)
from highlight_cuts_cv.faces.cli.shared import load_timeline, make_setup
from highlight_cuts_cv.faces.console import progress_bars, say, table
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_EXPORTER,
    DEFAULT_INDICATOR,
    DEFAULT_TRACKER,
)


@app.command()
def run(
    timeline: TimelineFile,
    pick: Annotated[
        list[str], typer.Option("--pick", metavar="CLIP=PICK", help=f"CLIP={PICK_HELP}", show_default=False)
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The timeline to write; else NAME.tracked.otio.")
    ] = None,
    tracker: TrackerName = DEFAULT_TRACKER,
    detector: DetectorName = DEFAULT_DETECTOR,
    indicator: IndicatorName = DEFAULT_INDICATOR,
    quality: Quality = None,
    encoder: Encoder = None,
    show: ShowWhen = "",
    intro: Intro = "",
    exporter: ExporterName = DEFAULT_EXPORTER,
    media_root: MediaRoot = None,
    player: Player = None,
    padding: Padding = None,
) -> None:
    """The whole job: follow the picked players of a timeline's clips, render, write the timeline."""
    from highlight_cuts_cv.jobs.timeline import run_timeline
    from highlight_cuts_cv.tracking.picks import parse_clip_picks

    read = load_timeline(timeline, media_root, player, padding)
    target = output or timeline.with_name(f"{_stem(timeline, player)}.tracked.otio")
    setup = make_setup(
        indicator, exporter, show, intro, quality=quality, encoder=encoder, tracker=tracker, detector=detector
    )
    with progress_bars() as step:
        results = run_timeline(read, parse_clip_picks(pick), target, setup, step)
    table(
        ("clip", "shown", "render"),
        [(r.clip_id, f"{r.track.coverage:.0%} of the frames", r.render) for r in results],
    )
    say(f"Wrote {target}.")


def _stem(timeline: Path, player: str | None) -> str:
    """The timeline's stem, with the player's name where a CSV has several: each has a timeline of their own."""
    if player is None:
        return timeline.stem
    name = re.sub(r"[^\w.-]+", "-", player).strip("-.")
    return f"{timeline.stem}.{name or 'player'}"
