"""``hccv clips``."""

from __future__ import annotations

from typing import Any

from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli.options import (
    MediaRoot,
    Padding,
    Player,
    Rate,
    TimelineFile,
    TimelineName,
)
from highlight_cuts_cv.faces.cli.reading import bars_for
from highlight_cuts_cv.faces.console import say_warning, table
from highlight_cuts_cv.faces.shared import Reading, load_timeline


@app.command()
def clips(
    timeline: TimelineFile,
    media_root: MediaRoot = None,
    player: Player = None,
    padding: Padding = None,
    rate: Rate = None,
    timeline_name: TimelineName = None,
) -> None:
    """Show what is in a timeline: the clips, by the names that --pick takes."""
    how = Reading(media_root=media_root, player=player, padding=padding, rate=rate, name=timeline_name)
    with bars_for(timeline) as step:
        read = load_timeline(timeline, how, say_warning, step)
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


def _rate(rate: Any) -> str:
    return f"{rate.numerator}/{rate.denominator}" if rate.denominator != 1 else str(rate.numerator)
