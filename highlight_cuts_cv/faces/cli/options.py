"""Arguments and options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PICK_HELP = (
    "FRAME:X,Y,W,H (a box), FRAME:X,Y (a point), FRAME:#N (a number from 'hccv detect') or FRAME:none; "
    "FRAME is a number from 0, or a time as 31.5s or 0:31.5."
)
CHOICE_HELP = "NAME or NAME:OPTION=VALUE,OPTION=VALUE; 'hccv plugins' lists them."

Video = Annotated[Path, typer.Argument(help="A video file.", show_default=False)]
TimelineFile = Annotated[
    Path, typer.Argument(help="An .otio timeline, a CSV of timestamps, or what an OTIO adapter reads.")
]
TrackFile = Annotated[Path, typer.Option("--track", help="A track file of 'hccv track'.", show_default=False)]
Picks = Annotated[list[str], typer.Option("--pick", help=PICK_HELP, show_default=False)]
Range = Annotated[
    str | None,
    typer.Option(
        "--range",
        metavar="START:END",
        help="Frames from 0, END excluded, or times: 31.5s:40s, 0:31.5-0:40; else the whole video.",
    ),
]
DetectorName = Annotated[str, typer.Option("--detector", help=CHOICE_HELP)]
TrackerName = Annotated[str, typer.Option("--tracker", help=CHOICE_HELP)]
IndicatorName = Annotated[str, typer.Option("--indicator", help=CHOICE_HELP)]
ExporterName = Annotated[str, typer.Option("--exporter", help=CHOICE_HELP)]
MediaRoot = Annotated[
    Path | None, typer.Option("--media-root", help="Where to look for media that moved, by file name.")
]
Player = Annotated[str | None, typer.Option("--player", help="Whose clips, where a CSV has several players.")]
TimelineName = Annotated[
    str | None,
    typer.Option("--timeline", help="Which timeline, by its name or number, where the file holds several."),
]
Padding = Annotated[
    float | None,
    typer.Option("--padding", min=0, help="Seconds to add before and after each interval of a CSV."),
]
Rate = Annotated[
    str | None,
    typer.Option(
        "--rate", help="Frames a second, for formats that do not say it (EDL, CSV); else the first medium's."
    ),
]
Quality = Annotated[
    str | None,
    typer.Option(
        "--quality", help="preview, edit, final or match: short for the exporter's option 'quality'."
    ),
]
Encoder = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        help="auto, x264, nvenc, qsv, vaapi or videotoolbox: short for the exporter's option 'encoder'.",
    ),
]
Shape = Annotated[
    str,
    typer.Option(
        "--shape",
        help="vertical: a film of 9:16 that follows the player; '' is the recording's shape.",
    ),
]
ShowWhen = Annotated[
    str,
    typer.Option(
        "--show",
        help="When the marker shows: first:3, 2.0-4.5 (seconds of the clip), near (others), joined by commas.",
    ),
]
Intro = Annotated[
    str,
    typer.Option(
        "--intro",
        metavar="SECONDS[@pick|@FRAME]",
        help="Let the first picture (or that of the pick, or of a frame) stand still with the marker, then play.",
    ),
]
TITLE_HELP = "Begin the film with a card of two seconds: the name, and given again what stands below it; up to three lines"
Title = Annotated[
    list[str] | None,
    typer.Option(
        "--title",
        metavar="LINE",
        help=f"{TITLE_HELP}.",
        show_default=False,
    ),
]
Deliver = Annotated[
    str,
    typer.Option(
        "--deliver",
        help="replace (films in the place of the clips), overlay (the marker alone on a track above) or live "
        "(keyframes in a project for Kdenlive or Final Cut Pro); or a plugin's deliverer, NAME or NAME:OPTION=VALUE,...",
    ),
]
Editor = Annotated[
    str,
    typer.Option(
        "--for", metavar="EDITOR", help="Write the timeline for kdenlive, resolve, premiere, finalcut or any."
    ),
]
