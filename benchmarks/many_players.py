"""What more players of one clip cost.

    python benchmarks/many_players.py VIDEO --range 0:300 --players 6

Everybody whom the detector finds in the middle picture is followed, one after another on one workbench, as a run does, with
an empty cache.  Printed is the CPU time of this process for each, and for all together what share of the first's that is.
``--apart`` leaves out what players share (decoded pictures, and what the judge saw of everybody), for comparison.
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
from highlight_cuts_cv.jobs.follow import follow_on, workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media.reading.held import holding_pictures
from highlight_cuts_cv.tracking.picks import parse_pick


def main() -> None:
    """Measure and print."""
    parser = plain_parser(__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--range", help="frames START:END")
    parser.add_argument("--players", type=int, default=15)
    parser.add_argument("--apart", action="store_true")
    given = parser.parse_args()
    clip, setup = video_clip(given.video, given.range), Setup()
    if given.apart:
        vars(tracker)["seen_in"] = lambda *_: Seen()
    costs = []
    with (
        tempfile.TemporaryDirectory() as folder,
        holding_pictures(not given.apart),
        workbench(clip, setup, Path(folder)) as bench,
    ):
        middle = clip.frame_count // 2
        begun = time.process_time()
        boxes = bench.people[middle].xyxy[: given.players]
        for number, (x1, y1, x2, y2) in enumerate(np.asarray(boxes, float), start=1):
            pick = parse_pick(f"{middle}:{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f}")
            track = follow_on(bench, [pick], setup)
            costs.append(time.process_time() - begun)
            begun = time.process_time()
            print(f"player {number:2d}: {costs[-1]:6.1f} CPU s, shown in {track.coverage:.0%}", flush=True)
    more = sum(costs[1:]) / max(1, len(costs) - 1) / costs[0]
    print(
        f"{clip.frame_count} frames of {clip.media.width}x{clip.media.height}: the first {costs[0]:.1f} CPU s, "
        f"each other {more:.2f} of that; {len(costs)} players cost {sum(costs) / costs[0]:.1f} times one, "
        f"15 would {1 + 14 * more:.1f} times"
    )


if __name__ == "__main__":
    main()
