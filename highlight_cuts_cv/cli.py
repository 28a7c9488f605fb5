"""The command line's verbs.  Each reads its arguments, calls the pipeline and prints the result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from highlight_cuts_cv import __version__
from highlight_cuts_cv.choices import (
    DEFAULT_DETECTOR,
    DEFAULT_EXPORTER,
    DEFAULT_INDICATOR,
    DEFAULT_TRACKER,
    Choice,
    Setup,
    parse_choice,
)
from highlight_cuts_cv.console import progress_bars, say, say_warning, show_logged_warnings, table
from highlight_cuts_cv.errors import BadInputError

app = typer.Typer(
    name="hccv",
    help="Mark one player through every clip of a highlight reel: timeline in, tracked timeline out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Typer's framed help costs a fifth of a second of imports.
    rich_markup_mode=None,
    add_completion=False,
)

PICK_HELP = (
    "FRAME:X,Y,W,H (a box), FRAME:X,Y (a point), FRAME:#N (a number from 'hccv detect') or FRAME:none."
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
    typer.Option("--range", metavar="START:END", help="Frames from 0, END excluded; else the whole video."),
]
DetectorName = Annotated[str, typer.Option("--detector", help=CHOICE_HELP)]
TrackerName = Annotated[str, typer.Option("--tracker", help=CHOICE_HELP)]
IndicatorName = Annotated[str, typer.Option("--indicator", help=CHOICE_HELP)]
ExporterName = Annotated[str, typer.Option("--exporter", help=CHOICE_HELP)]
MediaRoot = Annotated[
    Path | None, typer.Option("--media-root", help="Where to look for media that moved, by file name.")
]
Player = Annotated[str | None, typer.Option("--player", help="Whose clips, where a CSV has several players.")]
Padding = Annotated[
    float | None,
    typer.Option("--padding", min=0, help="Seconds to add before and after each interval of a CSV."),
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


def _version(value: bool) -> None:
    if value:
        say(f"highlight-cuts-cv {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Mark one player through every clip of a highlight reel: timeline in, tracked timeline out."""
    show_logged_warnings()


@app.command()
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for what the demo writes.")] = Path(
        "hccv-demo"
    ),
) -> None:
    """The whole job on the embedded clip: pick, follow, mark, render, write the timeline."""
    from highlight_cuts_cv.demo import run_demo

    with progress_bars() as step:
        result = run_demo(output, step)
    say(f"Timeline with the marked clips  {result.timeline}")
    say(f"The clips as one film           {result.film}")
    say(f"Contact sheet                   {result.sheet}")
    say("")
    say("Next: open the timeline in Kdenlive or DaVinci Resolve, or look at your own recording:")
    say("  hccv detect game.mp4 --frame 120 -o players.jpg")
    say("  hccv track game.mp4 --pick 120:#1 --range 120:420 -o track.csv")
    say("  hccv render game.mp4 --track track.csv --range 120:420 -o marked.mp4")


@app.command()
def clips(
    timeline: TimelineFile, media_root: MediaRoot = None, player: Player = None, padding: Padding = None
) -> None:
    """Show what is in a timeline: the clips, by the names that --pick takes."""
    read = _read_timeline(timeline, media_root, player, padding)
    table(
        ("clip", "name", "track", "media", "starts at", "frames", "rate"),
        [
            (
                c.clip_id,
                c.name,
                c.track_name,
                c.media_path,
                f"{float(c.start):.3f} s",
                c.frame_count,
                _rate(c.rate),
            )
            for c in read.clips
        ],
    )


@app.command()
def detect(
    video: Video,
    frame: Annotated[int, typer.Option("--frame", min=0, help="Which frame, from 0.")] = 0,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the picture with numbered boxes.")
    ] = None,
    detector: DetectorName = DEFAULT_DETECTOR,
) -> None:
    """Show who can be picked in a frame, numbered."""
    from highlight_cuts_cv.pictures import numbered_picture, write_picture
    from highlight_cuts_cv.pipeline import detect_frame

    picture, found = detect_frame(video, frame, parse_choice(detector))
    boxes = found.boxes()
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
        say(f"Nobody was found in frame {frame}; pick a box with --pick {frame}:X,Y,W,H.")
    if output is not None:
        write_picture(output, numbered_picture(picture.bgr, boxes))
        say(f"Wrote {output}.")


@app.command()
def track(
    video: Video,
    pick: Picks,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The track file to write.", show_default=False)
    ],
    frames: Range = None,
    tracker: TrackerName = DEFAULT_TRACKER,
    detector: DetectorName = DEFAULT_DETECTOR,
) -> None:
    """Follow the picked player through a video and write where the player is."""
    from highlight_cuts_cv.caches import cache_folder
    from highlight_cuts_cv.following import follow
    from highlight_cuts_cv.pipeline import check_setup, video_clip
    from highlight_cuts_cv.tracking.files import write_track
    from highlight_cuts_cv.tracking.picks import parse_pick

    clip = video_clip(video, frames)
    setup = Setup(tracker=parse_choice(tracker), detector=parse_choice(detector))
    check_setup(setup)
    picks = [parse_pick(text).shifted(-clip.first_frame) for text in pick]
    _writable(output)
    with progress_bars() as step:
        followed = follow(clip, picks, setup, step("Following"), analysis=cache_folder("analysis"))
    write_track(output, followed, clip.first_frame)
    say(f"Wrote {output}: the player is shown in {followed.coverage:.0%} of {len(followed)} frames.")


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
    exporter: ExporterName = DEFAULT_EXPORTER,
) -> None:
    """Draw the indicator on a followed player and write the film."""
    setup = _setup(indicator, exporter, show, intro, quality=quality, encoder=encoder)
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
    _export(video, track, output, frames, _setup(indicator, exporter, show, intro))


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
    from highlight_cuts_cv.pipeline import parse_clip_picks, run_timeline

    read = _read_timeline(timeline, media_root, player, padding)
    target = output or timeline.with_name(f"{timeline.stem}.tracked.otio")
    setup = _setup(
        indicator, exporter, show, intro, quality=quality, encoder=encoder, tracker=tracker, detector=detector
    )
    with progress_bars() as step:
        results = run_timeline(read, parse_clip_picks(pick), target, setup, step, warn=say_warning)
    table(
        ("clip", "shown", "render"),
        [(r.clip_id, f"{r.track.coverage:.0%} of the frames", r.render) for r in results],
    )
    say(f"Wrote {target}.")


@app.command()
def plugins() -> None:
    """List the plugins: where each comes from, what it provides, and why one was left out."""
    from highlight_cuts_cv.registry import get_registry

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
    from highlight_cuts_cv.doctor import examine

    findings = examine()
    table(("", "what", "found"), [("ok" if f.good else "FAIL", f.what, f.found) for f in findings])
    if not all(f.good for f in findings):
        raise typer.Exit(1)


def _export(video: Path, track: Path, output: Path, frames: str | None, setup: Setup) -> None:
    from highlight_cuts_cv.intros import freeze_in_video
    from highlight_cuts_cv.pipeline import check_setup, export, track_over_clip, video_clip

    clip = video_clip(video, frames)
    check_setup(setup)
    followed = track_over_clip(track, clip)
    freeze = freeze_in_video(clip, followed, setup.intro, say_warning)
    _writable(output)
    with progress_bars() as step:
        written = export(
            clip, followed, output, setup, progress=step("Rendering"), warn=say_warning, freeze=freeze
        )
    say(f"Wrote {written}.")


def _read_timeline(path: Path, media_root: Path | None, player: str | None, padding: float | None) -> Any:
    from highlight_cuts_cv.timeline import read_timeline

    if padding is not None and path.suffix.lower() != ".csv":
        raise BadInputError(f"--padding widens the intervals of a CSV, but {path} is none; leave it out.")
    arguments: dict[str, Any] = {} if padding is None else {"padding": padding}
    read = read_timeline(path, media_root=media_root, player=player, **arguments)
    for warning in read.warnings:
        say_warning(warning)
    return read


def _rate(rate: Any) -> str:
    return f"{rate.numerator}/{rate.denominator}" if rate.denominator != 1 else str(rate.numerator)


def _setup(
    indicator: str,
    exporter: str,
    show: str,
    intro: str,
    *,
    quality: str | None = None,
    encoder: str | None = None,
    tracker: str = DEFAULT_TRACKER,
    detector: str = DEFAULT_DETECTOR,
) -> Setup:
    """The plugins as chosen on the command line; *quality* and *encoder* are options of the exporter."""
    writing = parse_choice(exporter)
    shorts = {"quality": quality, "encoder": encoder}
    given = {name: value for name, value in shorts.items() if value is not None}
    return Setup(
        tracker=parse_choice(tracker),
        detector=parse_choice(detector),
        indicator=parse_choice(indicator),
        exporter=Choice(writing.name, {**writing.options, **given}),
        show=show,
        intro=intro,
    )


def _writable(output: Path) -> None:
    """Refuse now, before minutes of work, an output whose folder does not exist."""
    if not output.parent.is_dir():
        raise BadInputError(f"The folder {output.parent} of the output does not exist; create it first.")
    if output.is_dir():
        raise BadInputError(f"The output {output} is a folder; name a file in it.")
