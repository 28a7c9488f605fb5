"""What each ingredient of the default tracker brings: take one away, follow everything again.

    python benchmarks/ablation.py FOOTAGE --jobs 2 --json out.json

FOOTAGE is as for accuracy.py.  An ingredient is taken away by replacing the function that it lives
in, or by a setting of weight zero, so the tracker itself has no switches for this.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest.mock import patch

import numpy as np
from accuracy import CERTAIN, Run, follow_target
from command_line import footage_parser, wanted_targets, write_json

from highlight_cuts_cv.jobs.setup import DEFAULT_TRACKER


def everything() -> None:
    """The tracker as it is."""


def without_rehearsals() -> None:
    """The filter sees the pick's surroundings as they are, and never the player elsewhere."""
    from hccv_follow import beginning
    from hccv_follow.rehearse import rehearsals

    def as_it_is(*arguments: Any) -> Iterator[Any]:
        return islice(rehearsals(*arguments), 3)

    _instead(beginning, "rehearsals", as_it_is)


def without_learning() -> None:
    """The filter keeps to what it learnt from the pick."""
    from hccv_follow.follower import Follower

    _instead(Follower, "_learn", lambda *_: None)


def without_neighbours() -> None:
    """Nobody else owns a detection: the best candidate is the player."""
    from hccv_follow.others import Others

    def decide(self: Any, candidates: Any, sight: Any, likeness: Any, motion: Any, frames: int) -> Any:
        self._move(motion, frames)
        self._taken = {}
        best = max(candidates, key=lambda candidate: candidate.total, default=None)
        return best if best is not None and best.total > self._s.nowhere else None

    _instead(Others, "decide", decide)


def without_camera() -> None:
    """No camera motion: speed is measured in the picture."""
    from highlight_cuts_cv.analysis.camera import Camera

    estimate = Camera.__call__

    def still(self: Any, *arguments: Any) -> Any:
        return np.eye(2, 3), estimate(self, *arguments)[1]

    _instead(Camera, "__call__", still)


def without_group_motion() -> None:
    """The player is not expected to move as the neighbours do."""
    from hccv_follow.others import Others

    _instead(Others, "count", lambda self: 0)


def without_motion() -> None:
    """A place is as good as any other within the crop."""
    _weigh(evidence__motion=0.0)


def without_filter() -> None:
    """Appearance says nothing; detections, motion and size decide."""
    _weigh(evidence__response=0.0, decision__accept=0.2, decision__reaccept=0.25)


def without_detector() -> None:
    """Detections place boxes, but that one is there counts for nothing."""
    _weigh(evidence__detector=0.0, decision__accept=0.38, decision__reaccept=0.45)


def without_colours() -> None:
    """What the player and the others wear says nothing."""
    from hccv_follow.colours import Wardrobe

    _instead(Wardrobe, "unlike", lambda *_: 0.0)


def without_second_follower() -> None:
    """The eager follower alone, and nobody who goes back to check."""
    from hccv_follow.follower import Follower

    clone = Follower.clone
    _instead(Follower, "clone", lambda self, eager: clone(self, True if eager is None else eager))


def _weigh(**changed: float) -> None:
    from hccv_follow import tracker, tuning
    from hccv_follow.settings import Settings

    settings = tuning.changed(Settings(), **changed)
    _instead(tracker, "Settings", lambda: settings)


def _instead(owner: Any, name: str, value: Callable[..., Any]) -> None:
    """Replace what is there; for a name that is not there any more, nothing would be taken away."""
    patch.object(owner, name, value).start()


INGREDIENTS: dict[str, Callable[[], None]] = {
    "nothing taken away": everything,
    "rehearsals on the pick": without_rehearsals,
    "learning on the way": without_learning,
    "the filter's evidence": without_filter,
    "the detector's evidence": without_detector,
    "motion as evidence": without_motion,
    "camera motion": without_camera,
    "motion with the group": without_group_motion,
    "neighbours own their boxes": without_neighbours,
    "colours of what is worn": without_colours,
    "second follower and way back": without_second_follower,
}


def one(job: tuple[str, Path, int, frozenset[str]]) -> tuple[str, dict[str, Any]]:
    """Follow all targets without one ingredient, in a process of its own."""
    name, footage, jitter, only = job
    INGREDIENTS[name]()
    runs: dict[str, list[Run]] = {}
    for target in wanted_targets(footage, only):
        found = follow_target(footage, target, DEFAULT_TRACKER, jitter)
        runs.setdefault(target.sequence, []).extend(found)
    certain = sum(run.certain for group in runs.values() for run in group)
    right = sum(run.certain_on for group in runs.values() for run in group)
    figures: dict[str, Any] = {
        key: fmean(fmean(getattr(run.score, key) for run in group) for group in runs.values())
        for key in ("on", "wrong", "missing")
    }
    figures["certain"] = right / certain if certain else None
    figures["on by sequence"] = {
        sequence: round(fmean(run.score.on for run in group), 3) for sequence, group in runs.items()
    }
    return name, figures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = footage_parser(__doc__, trackers=False, jitter=True)
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    args = parser.parse_args(arguments)
    jobs = [(name, args.footage, args.jitter, args.only) for name in INGREDIENTS]
    print(f"| without | on | wrong | missing | right where confidence >= {CERTAIN} | hurt most |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    figures: dict[str, dict[str, Any]] = {}
    # Every job patches the tracker, so each has a fresh process.
    context = multiprocessing.get_context("spawn")
    with context.Pool(args.jobs, maxtasksperchild=1) as pool:
        for name, found in pool.imap(one, jobs, chunksize=1):
            figures[name] = found
            whole = figures["nothing taken away"]["on by sequence"]
            fall = {key: whole[key] - on for key, on in found["on by sequence"].items()}
            worst = [key for key in sorted(fall, key=lambda key: -fall[key])[:2] if fall[key] > 0.02]
            hurt = ", ".join(f"{key} {found['on by sequence'][key]:.2f}" for key in worst)
            certain = "" if found["certain"] is None else f"{found['certain']:.3f}"
            print(
                f"| {name} | {found['on']:.3f} | {found['wrong']:.3f} | {found['missing']:.3f} | {certain} | {hurt} |",
                flush=True,
            )
            print(name, file=sys.stderr)
    write_json(args.json, figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
