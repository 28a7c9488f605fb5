"""``hccv render`` and ``hccv export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import (
    CHOICE_HELP,
    Encoder,
    ExporterName,
    IndicatorName,
    Intro,
    Quality,
    Range,
    Shape,
    ShowWhen,
    TrackFile,
    Video,
)
from highlight_cuts_cv.faces.console import progress_bars, say, say_warning
from highlight_cuts_cv.faces.shared import make_setup
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_EXPORTER,
    DEFAULT_INDICATOR,
    Setup,
    parse_choice,
)


@app.command()
def render(
    video: Video,
    track: TrackFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="The film to write.", show_default=False)],
    frames: Range = None,
    indicator: IndicatorName = DEFAULT_INDICATOR,
    quality: Quality = None,
    encoder: Encoder = None,
    show: ShowWhen = "",
    intro: Intro = "",
    shape: Shape = "",
    exporter: ExporterName = DEFAULT_EXPORTER,
) -> None:
    """Draw the indicator on a followed player and write the film."""
    setup = make_setup(
        parse_choice(indicator), exporter, show, intro, quality=quality, encoder=encoder, shape=shape
    )
    _export(video, track, output, frames, setup)


@app.command("export")
def export_(
    video: Video,
    track: TrackFile,
    exporter: Annotated[str, typer.Option("--exporter", help=CHOICE_HELP, show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.", show_default=False)],
    frames: Range = None,
    indicator: IndicatorName = DEFAULT_INDICATOR,
    show: ShowWhen = "",
    intro: Intro = "",
) -> None:
    """Write a followed player in another form: an overlay, a script, subtitles or data."""
    _export(video, track, output, frames, make_setup(parse_choice(indicator), exporter, show, intro))


def _export(video: Path, track: Path, output: Path, frames: str | None, setup: Setup) -> None:
    from highlight_cuts_cv.contracts import Cadence, Watch
    from highlight_cuts_cv.files.cache_folder import cache_folder
    from highlight_cuts_cv.files.outputs import checked_output
    from highlight_cuts_cv.jobs.clip import video_clip
    from highlight_cuts_cv.jobs.export import export
    from highlight_cuts_cv.jobs.follow import workbench
    from highlight_cuts_cv.jobs.freeze import freeze_in_video
    from highlight_cuts_cv.jobs.timeline import check_setup
    from highlight_cuts_cv.tracking.files import track_over_clip

    clip = video_clip(video, frames)
    check_setup(setup)
    checked_output(output, [video, track])
    followed = track_over_clip(track, clip)
    freeze = None
    if setup.freeze is not None:
        freeze = freeze_in_video(clip, followed, setup.freeze, Watch(warn=say_warning))
    with progress_bars() as step, workbench(clip, setup, cache_folder("analysis")) as bench:
        written = export(clip, followed, output, setup, Cadence(freeze=freeze), step("Rendering"), bench)
    say(f"Wrote {written}.")
