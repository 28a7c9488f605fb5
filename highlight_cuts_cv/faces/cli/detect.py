"""``hccv detect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import (
    DetectorName,
    Video,
)
from highlight_cuts_cv.faces.console import say, table
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    parse_choice,
)
from highlight_cuts_cv.media.moments import FORMS, parse_moment


@app.command()
def detect(
    video: Video,
    frame: Annotated[
        str, typer.Option("--frame", help="Which frame: its number from 0, or a time (31.5s, 0:31.5).")
    ] = "0",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the picture with numbered boxes.")
    ] = None,
    detector: DetectorName = DEFAULT_DETECTOR,
) -> None:
    """Show who can be picked in a frame, numbered."""
    from highlight_cuts_cv.faces.pictures import numbered_picture, write_picture
    from highlight_cuts_cv.files.outputs import checked_output
    from highlight_cuts_cv.jobs.clip import detect_frame
    from highlight_cuts_cv.tracking.numbers import numbered_players

    moment = parse_moment(frame)
    if moment is None:
        raise BadInputError(f"The frame '{frame}' is none; give {FORMS}.")
    if output is not None:
        checked_output(output, [video])
    picture, found = detect_frame(video, moment, parse_choice(detector))
    boxes = numbered_players(found)
    table(
        ("number", "left", "top", "width", "height", "score"),
        [
            (
                f"#{i}",
                f"{b.x1:.0f}",
                f"{b.y1:.0f}",
                f"{b.width:.0f}",
                f"{b.height:.0f}",
                f"{b.confidence:.2f}",
            )
            for i, b in enumerate(boxes, start=1)
        ],
    )
    if not boxes:
        say(f"Nobody was found in frame {picture.index}; pick a box with --pick {picture.index}:X,Y,W,H.")
    if output is not None:
        write_picture(output, numbered_picture(picture.bgr, boxes))
        say(f"Wrote {output}.")
