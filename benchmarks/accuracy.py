"""Follow every target of a footage folder with one or several trackers and compare them.

    python benchmarks/accuracy.py FOOTAGE --tracker follow --tracker csrt --jitter 2

FOOTAGE holds ``NAME/video.mp4``, ``NAME/gt.txt`` (MOTChallenge rows, frames from 1) and ``targets.csv``
(``sequence,player,start,end,fps``).  All trackers get the same picks and the same detector.  How near decisions are to
turning is seen with the detector's input a little larger or smaller: ``--detector player-nano:size=736``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from chart import Strip, course, draw
from command_line import detector, footage_parser, wanted_targets, write_json
from scoring import Box, Score, Target, is_on, picks, read_truth, score

from highlight_cuts_cv.faces.pictures import contact_sheet, write_picture
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.setup import DEFAULT_DETECTOR, DEFAULT_TRACKER, Setup, parse_choice
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.model import BoundingBox, ClipInfo, Track
from highlight_cuts_cv.tracking.picks import Pick

CERTAIN = 0.9
SHEET_FRAMES = 8


@dataclass(frozen=True, slots=True)
class Run:
    """One target followed once."""

    target: Target
    attempt: int
    score: Score
    seconds: float
    certain: int
    certain_on: int
    course: str


def main(arguments: Sequence[str] | None = None) -> int:
    parser = footage_parser(__doc__, jitter=True)
    parser.add_argument(
        "--sheets", type=Path, help="write a contact sheet of each first error into this folder"
    )
    parser.add_argument(
        "--analysis",
        type=Path,
        help="keep detections in this folder, for all trackers to share; times then mean little",
    )
    parser.add_argument(
        "--detector", type=detector, default=DEFAULT_DETECTOR, help="another one, or with other options"
    )
    parser.add_argument("--chart", type=Path, help="draw when each run was right or wrong as this SVG file")
    args = parser.parse_args(arguments)
    targets = wanted_targets(args.footage, args.only)
    figures = {}
    for tracker in args.tracker or [DEFAULT_TRACKER]:
        runs = []
        for target in targets:
            runs += follow_target(
                args.footage, target, tracker, args.jitter, args.sheets, args.analysis, args.detector
            )
            print(f"{tracker} {target.sequence} {target.player}", file=sys.stderr, flush=True)
        print(table(tracker, runs), flush=True)
        figures[tracker] = runs
    write_json(args.json, figures)
    if args.chart is not None:
        several = len(figures) > 1
        args.chart.write_text(
            draw([strip(name if several else None, run) for name, runs in figures.items() for run in runs])
        )
    return 0


def follow_target(
    footage: Path,
    target: Target,
    tracker: str,
    jitter: int,
    sheets: Path | None = None,
    analysis: Path | None = None,
    detector: str = DEFAULT_DETECTOR,
) -> list[Run]:
    """Follow one target from its true box and from *jitter* disturbed ones."""
    folder = footage / target.sequence
    truth = read_truth(folder / "gt.txt", target.player)
    clip = video_clip(folder / "video.mp4", f"{target.start - 1}:{target.end}")
    setup = Setup(tracker=parse_choice(tracker), detector=parse_choice(detector))
    runs = []
    for attempt, (left, top, width, height) in enumerate(picks(target, truth[target.start], jitter)):
        pick = Pick(0, box=BoundingBox(left, top, left + width, top + height))
        began = time.perf_counter()
        track = follow(clip, [pick], setup, analysis=analysis)
        seconds = time.perf_counter() - began
        shown = boxes_of(track, target.start)
        certain = [f for f in shown if f in truth and track.scores[f - target.start] >= CERTAIN]
        on = sum(is_on(shown[f], truth[f]) for f in certain)
        result = score(truth, shown, target)
        went = course(truth, shown, certain, target.start, target.end)
        runs.append(Run(target, attempt, result, seconds, len(certain), on, went))
        if sheets is not None and result.first_bad is not None:
            sheets.mkdir(parents=True, exist_ok=True)
            name = (
                f"{tracker.partition(':')[0]}-{target.sequence}-{target.player}-{target.start}-{attempt}.jpg"
            )
            write_picture(sheets / name, failure_sheet(clip, target, truth, shown, result.first_bad))
    return runs


def strip(tracker: str | None, run: Run) -> Strip:
    """The run as a strip of the chart; the *tracker* is named where there are several."""
    target = run.target
    whose = f"{tracker.partition(':')[0]}, " if tracker else ""
    again = f" ({run.attempt + 1})" if run.attempt else ""
    return Strip(f"{whose}{target.sequence} {target.player}@{target.start}{again}", run.course)


def boxes_of(track: Track, start: int) -> dict[int, Box]:
    """A track's boxes by frame (from 1) as left, top, width, height."""
    boxes = {}
    for index in np.flatnonzero(track.visible):
        x1, y1, x2, y2 = (float(value) for value in track.xyxy[index])
        boxes[start + int(index)] = (x1, y1, x2 - x1, y2 - y1)
    return boxes


def failure_sheet(
    clip: ClipInfo, target: Target, truth: dict[int, Box], shown: dict[int, Box], bad: int
) -> np.ndarray:
    """Frames around the first error: truth in green, what was shown in red."""
    import cv2

    step = max(1, round(target.fps / 8))
    wanted = [bad + step * (i - SHEET_FRAMES // 2) for i in range(SHEET_FRAMES)]
    pictures = []
    with open_frames(clip) as frames:
        for number in wanted:
            index = min(max(number - target.start, 0), len(frames) - 1)
            picture = frames[index].bgr.copy()
            for boxes, color in ((truth, (0, 200, 0)), (shown, (0, 0, 255))):
                if number in boxes:
                    left, top, width, height = (round(value) for value in boxes[number])
                    cv2.rectangle(picture, (left, top), (left + width, top + height), color, 2)
            cv2.putText(picture, str(number), (8, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
            pictures.append(picture)
    return contact_sheet(pictures)


def table(tracker: str, runs: Sequence[Run]) -> str:
    """A Markdown table by sequence, with the mean over sequences."""
    lines = [
        f"\n### {tracker}\n",
        "| sequence | n | on | wrong | missing | held s | ms a frame |",
        "| --- |" + " ---: |" * 6,
    ]
    by_sequence: dict[str, list[Run]] = {}
    for run in runs:
        by_sequence.setdefault(run.target.sequence, []).append(run)
    means = []
    for name, group in by_sequence.items():
        frames = [run.target.end - run.target.start + 1 for run in group]
        columns = [
            fmean(getattr(run.score, key) for run in group) for key in ("on", "wrong", "missing", "held")
        ]
        columns.append(1000 * sum(run.seconds for run in group) / sum(frames))
        means.append(columns)
        lines.append(f"| {name} | {len(group)} | " + " | ".join(_cells(columns)) + " |")
    overall = [fmean(column) for column in zip(*means, strict=True)]
    lines.append(f"| **mean of sequences** | {len(runs)} | " + " | ".join(_cells(overall)) + " |")
    certain, on = sum(run.certain for run in runs), sum(run.certain_on for run in runs)
    if certain:
        lines.append(
            f"\nOf {certain} visible frames with a confidence of at least {CERTAIN}, {on / certain:.1%} are right."
        )
    return "\n".join(lines)


def _cells(columns: Sequence[float]) -> list[str]:
    return [f"{value:.3f}" for value in columns[:3]] + [f"{columns[3]:.2f}", f"{columns[4]:.0f}"]


if __name__ == "__main__":
    raise SystemExit(main())
