"""How often a confidence is right, what the doubts hold, and whether it matters in which frame one picks.

    python benchmarks/calibration.py FOOTAGE --kept DIR --jitter 1
    python benchmarks/calibration.py FOOTAGE --kept DIR --picks 7

FOOTAGE is as for ``accuracy.py``.  Every run is kept in DIR and not made again.  The first prints, for each tenth
of a half of confidence, how many of the frames that show a marker are right, from which confidence on nine in ten are
(what a tracker's spec calls ``sure``), and how many of the wrong frames lie in the stretches called doubtful.  With
``--picks`` each target is picked in so many labelled frames of its first second instead: how much of it is right from
each, and how often a pick leads to another player than the one in the first frame does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from command_line import footage_parser, wanted_targets, write_json
from numpy.typing import NDArray
from recordings import Recording, recorded
from scoring import is_on

from highlight_cuts_cv.jobs.setup import DEFAULT_TRACKER

STEP = 0.05
RIGHT = 0.9
ENOUGH = 20
"""Frames of a confidence from which its share is believed."""

MISSING, ON, WRONG = range(3)


@dataclass(frozen=True, slots=True)
class Frames:
    """Labelled frames of one or more runs: how they went, their confidences, and whether they are in doubt."""

    went: NDArray[np.int64]
    scores: NDArray[np.float64]
    doubtful: NDArray[np.bool_]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = footage_parser(__doc__, jitter=True)
    parser.add_argument("--kept", type=Path, required=True, help="the folder of the runs")
    parser.add_argument("--picks", type=int, default=1, help="picks along each target's first second")
    args = parser.parse_args(arguments)
    tracker = (args.tracker or [DEFAULT_TRACKER])[0]
    offsets = np.linspace(0, 1, args.picks).tolist() if args.picks > 1 else [0.0]
    runs: list[Recording] = []
    targets = wanted_targets(args.footage, args.only)
    for target in targets:
        runs += recorded(args.footage, [target], args.kept, offsets, args.jitter, tracker)
        print(f"{target.sequence} {target.player}", file=sys.stderr, flush=True)
    if args.picks > 1:
        figures = picked(runs)
        print(picks_table(figures))
    else:
        frames = joined([frames_of(run) for run in runs])
        figures = asdict(Calibration.of(frames))
        print(table(frames))
    write_json(args.json, figures)
    return 0


def frames_of(run: Recording) -> Frames:
    """The labelled frames of a run, but for the pick's own."""
    went, indexes = [], []
    for frame, true in sorted(run.truth.items()):
        index = frame - run.target.start
        if not 0 <= index < len(run.track) or frame == run.picked:
            continue
        box = run.track.box(index)
        indexes.append(index)
        if box is None:
            went.append(MISSING)
        else:
            went.append(ON if is_on((box.x1, box.y1, box.width, box.height), true) else WRONG)
    return Frames(
        np.array(went, np.int64), run.track.scores[indexes].astype(np.float64), run.track.doubtful[indexes]
    )


def joined(frames: Sequence[Frames]) -> Frames:
    """The frames of several runs."""
    return Frames(
        np.concatenate([one.went for one in frames]),
        np.concatenate([one.scores for one in frames]),
        np.concatenate([one.doubtful for one in frames]),
    )


def bins(frames: Frames) -> Iterator[tuple[float, int, float]]:
    """(least confidence, frames, share of them right) of each range of confidences in which frames show a marker."""
    shown = frames.went != MISSING
    for least in np.arange(0, 1, STEP):
        most = least + STEP if least + STEP < 1 - STEP / 2 else 2.0
        here = shown & (frames.scores >= least - 1e-6) & (frames.scores < most - 1e-6)
        if here.any():
            yield float(least), int(here.sum()), float((frames.went[here] == ON).mean())


@dataclass(frozen=True, slots=True)
class Calibration:
    """``sure`` is the confidence from which on each range is right in nine of ten frames.  The others are shares:
    of all frames that are in doubt, and of the wrong ones that are."""

    sure: float
    doubtful: float
    wrong_in_doubt: float

    @classmethod
    def of(cls, frames: Frames) -> Calibration:
        """What *frames* tell."""
        below = [least for least, count, right in bins(frames) if right < RIGHT and count >= ENOUGH]
        wrong = frames.went == WRONG
        return cls(
            sure=round(max(below) + STEP, 3) if below else 0.0,
            doubtful=float(frames.doubtful.mean()),
            wrong_in_doubt=float(frames.doubtful[wrong].mean()) if wrong.any() else 1.0,
        )


def table(frames: Frames) -> str:
    """The ranges of confidence and what the doubts hold, in Markdown."""
    lines = ["| confidence from | frames | right |", "| ---: | ---: | ---: |"]
    lines += [f"| {least:.2f} | {count} | {right:.3f} |" for least, count, right in bins(frames)]
    found = Calibration.of(frames)
    lines.append(
        f"\nRight in nine of ten frames from a confidence of {found.sure:.2f} on. In doubt are {found.doubtful:.1%} of "
        f"the frames, and {found.wrong_in_doubt:.0%} of the wrong ones."
    )
    return "\n".join(lines)


def picked(runs: Sequence[Recording]) -> dict[str, list[float]]:
    """By target, the share of its labelled frames that are right from each pick, in the order of the picks."""
    figures: dict[str, list[float]] = {}
    for run in runs:
        frames = frames_of(run)
        target = run.target
        name = f"{target.sequence} {target.player}@{target.start}"
        figures.setdefault(name, []).append(float((frames.went == ON).mean()))
    return figures


def picks_table(figures: dict[str, list[float]]) -> str:
    """Per target the worst and best pick, and over all how often another frame would have been better."""
    lines = ["| target | picks | worst | mean | best |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, shares in figures.items():
        lines.append(
            f"| {name} | {len(shares)} | {min(shares):.3f} | {fmean(shares):.3f} | {max(shares):.3f} |"
        )
    alike = fmean(max(shares) - min(shares) < 0.1 for shares in figures.values())
    lines.append(
        f"\nOf {len(figures)} targets {alike:.0%} are followed alike (within a tenth) from all of their picks; the worst "
        f"picks have on {fmean(min(s) for s in figures.values()):.3f} in the mean, the best "
        f"{fmean(max(s) for s in figures.values()):.3f}."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
