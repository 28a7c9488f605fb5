"""What more players of one clip cost.

    python benchmarks/many_players.py VIDEO --range 0:300 --players 6

Everybody whom the detector finds in the middle picture is followed on one workbench, as a run does, with an empty cache.
Printed is the CPU time of this process for the first and for all others, and what share of the first's each other takes.
For comparison, ``--in-turn`` follows one after another, and ``--apart`` leaves out what these share, too (decoded pictures, and
what the judge saw of everybody).
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from command_line import plain_parser
from hccv_follow import tracker
from hccv_follow.seen import Seen

from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow_all, follow_on, workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media.reading.held import holding_pictures
from highlight_cuts_cv.model import Track
from highlight_cuts_cv.tracking.picks import parse_pick


def main() -> None:
    """Measure and print."""
    parser = plain_parser(__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--range", help="frames START:END")
    parser.add_argument("--players", type=int, default=15)
    parser.add_argument("--in-turn", action="store_true")
    parser.add_argument("--apart", action="store_true")
    given = parser.parse_args()
    clip, setup = video_clip(given.video, given.range), Setup()
    if given.apart:
        vars(tracker)["seen_in"] = lambda *_: Seen()
    shown, ends = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        holding_pictures(not given.apart),
        workbench(clip, setup, Path(folder)) as bench,
    ):
        middle = clip.frame_count // 2
        begun = time.process_time()
        boxes = np.asarray(bench.people[middle].xyxy[: given.players], float)
        players = {
            f"{number}": [parse_pick(f"{middle}:{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f}")]
            for number, (x1, y1, x2, y2) in enumerate(boxes, start=1)
        }

        def follow_one(name: str) -> Track:
            track = follow_on(bench, players[name], setup)
            ends.append(time.process_time() - begun)
            shown.append(track.coverage)
            return track

        if given.in_turn or given.apart:
            for name in players:
                follow_one(name)
        else:
            follow_all(bench, players, setup, follow_one)
    first, whole = ends[0], ends[-1]
    more = (whole - first) / max(1, len(ends) - 1) / first
    print(
        f"{clip.frame_count} frames of {clip.media.width}x{clip.media.height}: the first {first:.1f} CPU s, "
        f"each other {more:.2f} of that; {len(ends)} players, shown in {np.mean(shown):.0%}, cost {whole / first:.1f} times one, "
        f"15 would {1 + 14 * more:.1f} times"
    )


if __name__ == "__main__":
    main()
