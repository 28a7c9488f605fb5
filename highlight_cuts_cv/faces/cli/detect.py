"""``hccv detect``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import CHOICE_HELP, MediaRoot, Padding, Player, Rate, TimelineName
from highlight_cuts_cv.faces.cli.reading import bars_for
from highlight_cuts_cv.faces.console import progress_bars, say, say_warning, table
from highlight_cuts_cv.faces.shared import Reading, load_remembered, tracked_path
from highlight_cuts_cv.jobs.setup import DEFAULT_DETECTOR, parse_choice
from highlight_cuts_cv.media.moments import FORMS, Moment, parse_moment

if TYPE_CHECKING:
    from highlight_cuts_cv.model import BoundingBox


@app.command()
def detect(
    source: Annotated[
        Path,
        typer.Argument(metavar="VIDEO|TIMELINE", help="A video file, or a timeline.", show_default=False),
    ],
    frame: Annotated[
        str | None,
        typer.Option(
            "--frame",
            help="Which frame: its number from 0, or a time (31.5s, 0:31.5); of a timeline's clip, counted within "
            "it.  [default: a video's first, a clip's best for picking]",
            show_default=False,
        ),
    ] = None,
    clip: Annotated[
        list[str] | None,
        typer.Option("--clip", help="Only this clip of a timeline; several allowed.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="The picture with numbered boxes; of a timeline, one sheet of all clips  [default: NAME.players.jpg], "
            "or a folder for a picture each.",
            show_default=False,
        ),
    ] = None,
    detector: Annotated[
        str | None, typer.Option("--detector", help=f"{CHOICE_HELP}  [default: {DEFAULT_DETECTOR}]")
    ] = None,
    media_root: MediaRoot = None,
    player: Player = None,
    padding: Padding = None,
    rate: Rate = None,
    timeline_name: TimelineName = None,
) -> None:
    """Show who can be picked, numbered: in a frame of a video, or in the best picture of each clip of a timeline."""
    from highlight_cuts_cv.timeline.loading import is_timeline

    moment = None if frame is None else _moment(frame)
    if is_timeline(source):
        how = Reading(media_root=media_root, player=player, padding=padding, rate=rate, name=timeline_name)
        _detect_clips(source, moment, clip or [], output, detector, how)
        return
    for name, value in (
        *(("--clip", clip), ("--media-root", media_root), ("--player", player)),
        *(("--padding", padding), ("--rate", rate), ("--timeline", timeline_name)),
    ):
        if value is not None:
            raise BadInputError(f"{name} is for timelines, but {source} is read as a video; leave it out.")
    _detect_frame(source, moment or 0, output, detector or DEFAULT_DETECTOR)


def _moment(text: str) -> Moment:
    moment = parse_moment(text)
    if moment is None:
        raise BadInputError(f"The frame '{text}' is none; give {FORMS}.")
    return moment


def _detect_frame(video: Path, moment: Moment, output: Path | None, detector: str) -> None:
    from highlight_cuts_cv.faces.pictures import check_picture, numbered_picture, write_picture
    from highlight_cuts_cv.jobs.clip import detect_frame
    from highlight_cuts_cv.tracking.numbers import numbered_players

    if output is not None:
        check_picture(output, [video])
    picture, found = detect_frame(video, moment, parse_choice(detector))
    boxes = numbered_players(found)
    _list(boxes)
    if not boxes:
        say(f"Nobody was found in frame {picture.index}; pick a box with --pick {picture.index}:X,Y,W,H.")
    if output is not None:
        write_picture(output, numbered_picture(picture.bgr, boxes))
        say(f"Wrote {output}.")


def _detect_clips(
    path: Path,
    moment: Moment | None,
    named: Sequence[str],
    output: Path | None,
    detector: str | None,
    how: Reading,
) -> None:
    from highlight_cuts_cv.faces.pictures import (
        check_picture,
        close_picture,
        flowing_sheet,
        numbered_picture,
        write_picture,
    )
    from highlight_cuts_cv.jobs.remembered import Project
    from highlight_cuts_cv.jobs.showing import shown_clips
    from highlight_cuts_cv.jobs.wishes import Given
    from highlight_cuts_cv.timeline.csv_input import team_of

    if moment is not None and len(named) != 1:
        raise BadInputError("A frame counts within one clip; say in which with --clip.")
    if how.player is None and (players := team_of(path)):
        raise BadInputError(
            f"{path} has several players, each with clips of their own: {', '.join(players)}. Show those of one with "
            f"'hccv detect {path} --player \"{players[0]}\"', or pick in the page: 'hccv review {path}'."
        )
    target = tracked_path(path, how.chosen)
    with bars_for(path) as step:
        read, reading = load_remembered(path, target, how, say_warning, step)
    wanted = {read.clip(name).clip_id for name in named}
    clips = [clip for clip in read.clips if not wanted or clip.clip_id in wanted]
    output = output or target.with_name(f"{target.name.removesuffix('.tracked.otio')}.players.jpg")
    folder = output if output.is_dir() or not output.suffix else None
    inputs = [path, *(clip.media_path for clip in read.clips)]
    for file in [folder / f"{clip.clip_id}.jpg" for clip in clips] if folder else [output]:
        check_picture(file, inputs, makes_folder=folder is not None)
    with Project(read, how.chosen, target) as project:
        given = Given(detector=detector)
        setup = project.setup(given)
        pictures, captions, rows = [], [], []
        with progress_bars() as step:
            for shown in shown_clips(clips, setup.detector, moment, step):
                clip_id = shown.placed.clip_id
                who = f"{len(shown.players) or 'no'} player{'' if len(shown.players) == 1 else 's'}"
                captions.append(f"{clip_id}   frame {shown.frame_index}   {shown.seconds:.1f} s   {who}")
                rows.append((clip_id, shown.frame_index, f"{shown.seconds:.2f} s", len(shown.players)))
                if folder is not None:
                    write_picture(folder / f"{clip_id}.jpg", numbered_picture(shown.bgr, shown.players))
                else:
                    pictures.append(close_picture(shown.bgr, shown.players))
                project.show(shown, given, {"reading": reading})
        if folder is None:
            write_picture(output, flowing_sheet(pictures, captions))
    table(("clip", "frame", "time", "players"), rows)
    if len(clips) == 1 and shown.players:
        _list(shown.players)
    say(f"Wrote {f'the pictures to {folder}' if folder else output}.")
    whose = f"{how.player}@" if how.player in team_of(path) else ""
    say(f"Pick by number: hccv run {path} --pick {whose}{clips[0].clip_id}=#N ...")


def _list(boxes: Sequence[BoundingBox]) -> None:
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
