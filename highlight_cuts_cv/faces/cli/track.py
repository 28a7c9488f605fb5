"""``hccv track``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import (
    DetectorName,
    Picks,
    Range,
    TrackerName,
    Video,
)
from highlight_cuts_cv.faces.console import progress_bars, say
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_TRACKER,
    Setup,
    parse_choice,
)


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
    from highlight_cuts_cv.faces.doubts import doubts_told
    from highlight_cuts_cv.files.cache_folder import cache_folder
    from highlight_cuts_cv.files.outputs import checked_output
    from highlight_cuts_cv.jobs.clip import video_clip
    from highlight_cuts_cv.jobs.follow import follow
    from highlight_cuts_cv.jobs.timeline import check_setup
    from highlight_cuts_cv.tracking.doubt_files import doubts_path
    from highlight_cuts_cv.tracking.files import write_track
    from highlight_cuts_cv.tracking.picks import parse_pick

    checked_output(output, [video])
    checked_output(doubts_path(output), [video])
    clip = video_clip(video, frames)
    setup = Setup(tracker=parse_choice(tracker), detector=parse_choice(detector))
    check_setup(setup)
    whole = video_clip(video)
    picks = [parse_pick(text).in_frames(whole).shifted(-clip.first_frame) for text in pick]
    with progress_bars() as step:
        followed = follow(clip, picks, setup, step("Following"), analysis=cache_folder("analysis"))
    write_track(output, followed, clip.first_frame)
    say(f"Wrote {output}: the player is shown in {followed.coverage:.0%} of {len(followed)} frames.")
    begins = float((clip.start_pts - whole.start_pts) * clip.time_base)
    for sentence in doubts_told(followed, clip, clip.first_frame, begins):
        say(sentence)
