"""How soon the review page answers a pick: until there is a first marker, and until all of the clip is followed.

    python benchmarks/answering.py VIDEO --pick FRAME:X,Y,W,H [--pick ...]

The picks are made one after another, each when the one before is followed; every further one is a correction.  The
page is opened anew, with nothing kept, and its clip, the whole video, is analysed before the first pick.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import opentimelineio as otio
from command_line import plain_parser
from reviewing import Server

from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.tracking.picks import parse_pick

EVERY = 0.02
"""Seconds between two questions for what there is."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = plain_parser(__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument(
        "--pick", action="append", required=True, help="FRAME:X,Y,W,H; may be given several times"
    )
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        began = time.monotonic()
        server = Server(write_timeline(args.video, Path(folder)))
        try:
            until(server, lambda clip: clip["analysed"])
            print(f"opened and analysed: {time.monotonic() - began:.1f} s", flush=True)
            for text in args.pick:
                first, all_ = answered(server, text)
                print(f"{text}: first marker {first:.2f} s, all followed {all_:.1f} s", flush=True)
        finally:
            server.kill()
    return 0


def write_timeline(video: Path, folder: Path) -> Path:
    """A timeline of the whole *video* in *folder*."""
    rate, count = (clip := video_clip(video)).rate, clip.frame_count
    times = [otio.opentime.RationalTime(value, float(rate)) for value in (0, count)]
    media = otio.schema.ExternalReference(target_url=str(video.resolve()))
    media.available_range = otio.opentime.TimeRange(*times)
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    track.append(otio.schema.Clip("all", media, otio.opentime.TimeRange(*times)))
    timeline = otio.schema.Timeline(name="reel")
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(folder / "reel.otio"))
    return folder / "reel.otio"


def answered(server: Server, text: str) -> tuple[float, float]:
    """Seconds from a pick to the first new marker, and to the end of what is done for it."""
    pick = parse_pick(text)
    assert pick.box is not None, "a pick by a box needs no look to be found"
    clip = server.clips(server.session)[0]
    # Whoever picks looks at the picture and at who is in it.
    body = {"session_id": server.session, "clip_id": clip["clip_id"], "frame": pick.frame_index}
    server.post("/cv/detect", body)
    box = [pick.box.x1, pick.box.y1, pick.box.x2, pick.box.y2]
    began = time.monotonic()
    path = f"/cv/preview/{server.session}/{clip['clip_id']}/pick"
    server.post(path, {"frame": pick.frame_index, "box": box})
    until(server, lambda one: one["marker"] != clip["marker"])
    first = time.monotonic() - began
    until(server, lambda one: one["status"] != "processing" and not one["work"])
    return first, time.monotonic() - began


def until(server: Server, there: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the session's only clip is as *there* says."""
    while not there(server.clips(server.session)[0]):
        time.sleep(EVERY)


if __name__ == "__main__":
    raise SystemExit(main())
