"""How many picks until the marker is right, when somebody corrects as people do.

    python benchmarks/correcting.py FOOTAGE
    python benchmarks/correcting.py FOOTAGE --only lacrosse-pan --most 3

FOOTAGE is as for ``accuracy.py``.  The first pick is the true box in a target's first labelled frame.  Then the user
looks through the clip and picks the true box a little into the first stretch of labelled frames that is wrong or
missing for more than half a second, or else into the first such frames, until the clip is right (on in 95 %, wrong in 2 %
at most) or there were ``--most`` picks.  What is found out about a clip is kept between its picks, as it is for
users; ``solving`` is how long each further pick took, from the call to the track.  ``harm`` is the share
of frames that were right and are not after one pick more.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from command_line import footage_parser, wanted_targets, write_json
from scoring import HOLD_SECONDS, Box, Target, is_on, read_truth, score

from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.setup import DEFAULT_TRACKER, Setup, parse_choice
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.tracking.picks import Pick

GOOD_ON, GOOD_WRONG = 0.95, 0.02
SOON = 0.4
"""Seconds into a wrong stretch at which the user picks: nobody stops in the very frame of a crossing."""

Follow = Callable[[Sequence[int]], dict[int, Box]]
"""Given the frames picked in (from 1), the boxes shown, by frame."""


@dataclass(slots=True)
class Correction:
    """What one target took: by number of picks the shares of frames on and wrong, and the seconds; and the harm of each further pick."""

    target: Target
    on: list[float] = field(default_factory=list)
    wrong: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    harm: list[float] = field(default_factory=list)
    picked: list[int] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is left to correct."""
        return self.on[-1] >= GOOD_ON and self.wrong[-1] <= GOOD_WRONG

    def needed(self, most: int) -> int:
        """The picks that it took, one more than *most* where they were not enough."""
        return len(self.picked) if self.good else most + 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = footage_parser(__doc__)
    parser.add_argument("--most", type=int, default=4, help="picks at most")
    args = parser.parse_args(arguments)
    tracker = (args.tracker or [DEFAULT_TRACKER])[0]
    corrections = []
    for target in wanted_targets(args.footage, args.only):
        truth = read_truth(args.footage / target.sequence / "gt.txt", target.player)
        with tempfile.TemporaryDirectory() as folder:
            shown = _follower(args.footage, target, truth, tracker, Path(folder))
            corrections.append(corrected(target, truth, shown, args.most))
        print(f"{target.sequence} {target.player}", file=sys.stderr, flush=True)
    print(table(corrections, args.most))
    write_json(args.json, corrections)
    return 0


def corrected(target: Target, truth: dict[int, Box], follow: Follow, most: int) -> Correction:
    """Follow, look and pick until the target is right, or *most* times."""
    labelled = sorted(frame for frame in truth if target.start <= frame <= target.end)
    found = Correction(target, picked=[labelled[0]])
    before: set[int] = set()
    while True:
        began = time.perf_counter()
        shown = follow(found.picked)
        found.seconds.append(time.perf_counter() - began)
        result = score(truth, shown, target)
        found.on.append(result.on)
        found.wrong.append(result.wrong)
        right = {frame for frame in labelled if frame in shown and is_on(shown[frame], truth[frame])}
        if len(found.picked) > 1:
            found.harm.append(len(before - right) / len(labelled))
        before = right
        frame = next_pick(labelled, right, target.fps, found.picked)
        if found.good or frame is None or len(found.picked) >= most:
            return found
        found.picked.append(frame)


def next_pick(labelled: Sequence[int], right: set[int], fps: float, picked: Sequence[int]) -> int | None:
    """The frame in which the user picks next; ``None`` where nothing is wrong but where picks are."""
    stretches: list[list[int]] = [[]]
    for frame in labelled:
        if frame not in right:
            stretches[-1].append(frame)
        elif stretches[-1]:
            stretches.append([])
    stretches = [one for one in stretches if one]
    long = [one for one in stretches if (one[-1] - one[0] + 1) / fps > HOLD_SECONDS]
    for stretch in long or stretches:
        for frame in [frame for frame in stretch if frame - stretch[0] >= SOON * fps] + stretch:
            if frame not in picked:
                return frame
    return None


def _follower(footage: Path, target: Target, truth: dict[int, Box], tracker: str, analysis: Path) -> Follow:
    labelled = min(frame for frame in truth if frame >= target.start)
    clip = video_clip(footage / target.sequence / "video.mp4", f"{labelled - 1}:{target.end}")
    setup = Setup(tracker=parse_choice(tracker))

    def shown(frames: Sequence[int]) -> dict[int, Box]:
        picks = []
        for frame in sorted(frames):
            left, top, width, height = truth[frame]
            picks.append(Pick(frame - labelled, box=BoundingBox(left, top, left + width, top + height)))
        track = follow(clip, picks, setup, analysis=analysis)
        boxes = {labelled + index: track.box(index) for index in range(len(track))}
        return {
            frame: (box.x1, box.y1, box.width, box.height) for frame, box in boxes.items() if box is not None
        }

    return shown


def table(corrections: Sequence[Correction], most: int) -> str:
    """Means over sequences after each pick, in Markdown; a target that was right stays so."""
    sequences: dict[str, list[Correction]] = {}
    for one in corrections:
        sequences.setdefault(one.target.sequence, []).append(one)

    def mean(figure: Callable[[Correction], float]) -> float:
        return fmean(fmean(figure(one) for one in ones) for ones in sequences.values())

    def row(count: int) -> str:
        on = mean(lambda one: one.on[min(count, len(one.on)) - 1])
        wrong = mean(lambda one: one.wrong[min(count, len(one.wrong)) - 1])
        return f"| {count} | {on:.3f} | {wrong:.3f} |"

    lines = ["| picks | on | wrong |", "| ---: | ---: | ---: |", *map(row, range(1, most + 1))]
    harm = mean(lambda one: fmean(one.harm) if one.harm else 0.0)
    further = [seconds for one in corrections for seconds in one.seconds[1:]]
    lines.append(
        f"\nPicks needed {mean(lambda one: one.needed(most)):.2f}; harm of one more {harm:.4f}; first "
        f"{mean(lambda one: one.seconds[0]):.1f} s, solving each of {len(further)} further ones "
        f"{fmean(further or [0.0]):.1f} s."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
