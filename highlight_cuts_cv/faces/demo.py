"""``hccv demo``: the whole job on the embedded clip."""

from __future__ import annotations

import filecmp
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from highlight_cuts_cv.contracts import Steps, unwatched
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.jobs.task import ClipResult
from highlight_cuts_cv.jobs.timeline import run_timeline
from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.tracking.picks import Pick

# (name, first frame, end frame, where the player stands in the first frame, in pixels)
CLIPS = (
    ("The red jacket arrives", 20, 60, (1056.0, 330.0)),
    ("The man in jeans walks away", 60, 120, (950.0, 268.0)),
)
WRITES = ("game.mp4", "game.otio", "game.tracked.otio", "game.media", "reel.mp4", "sheet.png")
"""What the demo writes into its folder."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The files that the demo wrote."""

    timeline: Path
    film: Path
    sheet: Path
    clips: list[ClipResult]


def demo_clip() -> Path:
    """The embedded clip: 12 s of people crossing a campus, 1152x648 at 10 fps."""
    return Path(str(files("highlight_cuts_cv") / "data" / "crossing.mp4"))


def run_demo(folder: Path, steps: Steps = unwatched) -> DemoResult:
    """Copy the clip, cut a timeline, pick, follow, mark, render; all files land in *folder*.

    Raises BadInputError when *folder* is a file, or holds files of these names that are not an earlier demo's.
    """
    from highlight_cuts_cv.faces.pictures import write_picture
    from highlight_cuts_cv.faces.sheet import marked_sheet
    from highlight_cuts_cv.media import concat_files
    from highlight_cuts_cv.timeline import read_timeline

    if folder.exists() and not folder.is_dir():
        raise BadInputError(f"{folder} is a file; name a folder for the demo with -o.")
    game = folder / "game.mp4"
    if not (game.is_file() and filecmp.cmp(game, demo_clip(), shallow=False)):
        for name in WRITES:
            if (folder / name).exists():
                raise BadInputError(
                    f"{folder / name} is not the demo's and would be lost; name another folder for the demo with -o."
                )
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(demo_clip(), game)
    cut = write_cut(game, folder / "game.otio")
    timeline = read_timeline(cut)
    players = {"": {clip.clip_id: [Pick(0, point=CLIPS[i][3])] for i, clip in enumerate(timeline.clips)}}
    tracked = folder / "game.tracked.otio"
    results = run_timeline(timeline, players, tracked, Setup(), steps)
    film = folder / "reel.mp4"
    concat_files([result.render for result in results], film)
    sheet = folder / "sheet.png"
    write_picture(sheet, marked_sheet(timeline, results))
    return DemoResult(tracked, film, sheet, results)


def write_cut(game: Path, output: Path) -> Path:
    """Write the timeline that a user would have made in an editor: two clips of the recording."""
    import opentimelineio as otio

    from highlight_cuts_cv.media import probe

    info = probe(game)
    rate = float(info.rate)
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for name, start, end, _ in CLIPS:
        media = otio.schema.ExternalReference(
            target_url=str(game.resolve()),
            available_range=otio.opentime.TimeRange(
                otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(info.frame_count, rate)
            ),
        )
        used = otio.opentime.TimeRange(
            otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(end - start, rate)
        )
        track.append(otio.schema.Clip(name=name, media_reference=media, source_range=used))
    timeline = otio.schema.Timeline(name="Demo game")
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(output))
    return output
