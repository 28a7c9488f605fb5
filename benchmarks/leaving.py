"""What happens when the player leaves the picture, for good or to come back?

    python benchmarks/leaving.py FOOTAGE --tracker follow --sheets DIR

A virtual camera films real footage with ground truth: its picture is a part of the recording's.  It
follows the target for a second and a half, swings away in half a second until the target is out of the
picture, stays away, and (but for the last kind) swings back in half a second and follows for as
long.  Each target is filmed three times: away for one second, for three seconds, and for good
(three seconds).  Measured, per target:

- **lost after**: seconds from the frame in which nothing of the target is left to the first frame
  without a marker (goal: at most 0.5; where it never goes, the whole time away),
- **ghost**: seconds in which a marker shows, later than half a second after the target has gone,
- **found**: whether the marker is on the target within a second of half of its box being back
  (goal: always, where it can be told apart), and **after**: the seconds until then,
- **wrong**: the share of frames with a marker elsewhere, after the target is back.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean, median

import cv2
import numpy as np
from accuracy import boxes_of, failure_sheet
from command_line import footage_parser, wanted_targets, write_json
from filming import write_clip
from scoring import Box, Target, is_on, read_truth

from highlight_cuts_cv.faces.pictures import write_picture
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.setup import DEFAULT_TRACKER, Setup, parse_choice
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.tracking.picks import Pick

VIEW = 0.45
"""Sides of the camera's picture, in those of the recording."""
LEAST_WIDTH = 480
"""A narrower view is enlarged: nobody films 150 pixels wide."""
BEFORE, SWING, AFTER = 1.5, 0.5, 1.5
AWAY = (1.0, 3.0, None)
FOR_GOOD = 3.0
FOUND_WITHIN, LOST_WITHIN = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Filmed:
    """What the virtual camera shows of a target: frames count from 1, as in MOT files.

    ``truth`` has the target's box, as far as it is inside, where at least half of it is; ``gone``
    is the first frame without any of it, ``back`` the first of ``truth`` after that.
    """

    target: Target
    truth: dict[int, Box]
    gone: int
    back: int | None
    last: int


@dataclass(frozen=True, slots=True)
class Result:
    """One target, filmed and followed once; ``None`` where it does not apply or did not happen."""

    sequence: str
    player: int
    away: float | None
    lost_after: float | None
    ghost: float
    found_after: float | None
    wrong: float | None

    @property
    def found(self) -> bool:
        return self.found_after is not None and self.found_after <= FOUND_WITHIN

    @property
    def failed(self) -> bool:
        return self.ghost > 0 or (self.away is not None and (not self.found or bool(self.wrong)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = footage_parser(__doc__)
    parser.add_argument("--sheets", type=Path, help="write a contact sheet of each failure into this folder")
    args = parser.parse_args(arguments)
    targets = wanted_targets(args.footage, args.only)
    figures = {}
    for tracker in args.tracker or [DEFAULT_TRACKER]:
        results = []
        for target in targets:
            for away in AWAY:
                result = film_and_follow(args.footage, target, away, tracker, args.sheets)
                if result is not None:
                    results.append(result)
                    print(tracker, result, file=sys.stderr, flush=True)
        print(table(tracker, results), flush=True)
        figures[tracker] = results
    write_json(args.json, figures)
    return 0


def film_and_follow(
    footage: Path, target: Target, away: float | None, tracker: str, sheets: Path | None
) -> Result | None:
    """Film a target, follow it and measure; ``None`` where it cannot be made to leave the picture."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "video.mp4"
        filmed = film(footage, target, away, video)
        if filmed is None:
            return None
        clip = video_clip(video)
        left, top, width, height = filmed.truth[1]
        pick = Pick(0, box=BoundingBox(left, top, left + width, top + height))
        track = follow(clip, [pick], Setup(tracker=parse_choice(tracker)))
        shown = boxes_of(track, 1)
        result = measure(filmed, shown, away)
        if sheets is not None and result.failed:
            sheets.mkdir(parents=True, exist_ok=True)
            ghosts = [
                f for f in shown if f >= filmed.gone + LOST_WITHIN * target.fps and f not in filmed.truth
            ]
            bad = min(ghosts) if ghosts else (filmed.back or filmed.gone)
            name = f"{tracker.partition(':')[0]}-{target.sequence}-{target.player}-{target.start}-{away or 'gone'}.jpg"
            of_clip = Target(target.sequence, target.player, 1, filmed.last, target.fps)
            write_picture(sheets / name, failure_sheet(clip, of_clip, filmed.truth, shown, bad))
        return result


def measure(filmed: Filmed, shown: dict[int, Box], away: float | None) -> Result:
    """What the boxes *shown* by frame are worth."""
    fps = filmed.target.fps
    end = filmed.last + 1 if filmed.back is None else filmed.back
    # Between gone and back the target's edge may show again: no frame of that is out.
    hidden = range(filmed.gone, end - (round(SWING * fps) if filmed.back else 0))
    lost = next((frame for frame in hidden if frame not in shown), None)
    late = [frame for frame in hidden if frame in shown and frame - filmed.gone >= LOST_WITHIN * fps]
    found_after = wrong = None
    if filmed.back is not None:
        after = [frame for frame in sorted(filmed.truth) if frame >= filmed.back]
        good = [frame in shown and is_on(shown[frame], filmed.truth[frame]) for frame in after]
        if any(good):
            found_after = (after[good.index(True)] - filmed.back) / fps
        wrong = sum(f in shown and not ok for f, ok in zip(after, good, strict=True)) / len(after)
    return Result(
        filmed.target.sequence,
        filmed.target.player,
        away,
        None if lost is None else (lost - filmed.gone) / fps,
        len(late) / fps,
        found_after,
        wrong,
    )


def film(footage: Path, target: Target, away: float | None, output: Path) -> Filmed | None:
    """Write what the virtual camera sees of *target* to *output*."""
    folder = footage / target.sequence
    truth = read_truth(folder / "gt.txt", target.player)
    video = video_clip(folder / "video.mp4")
    known = sorted(frame for frame in truth if target.start <= frame <= target.end)
    seconds = BEFORE + SWING + (FOR_GOOD if away is None else away + SWING + AFTER)
    numbers = np.arange(target.start, target.start + round(seconds * target.fps))
    if numbers[-1] > min(known[-1], target.end):
        return None
    boxes = np.column_stack([np.interp(numbers, known, [truth[f][i] for f in known]) for i in range(4)])
    width, height = (round(VIEW * side) // 2 * 2 for side in (video.width, video.height))
    swing = _swing(len(numbers), target.fps, away)
    for corners in _corners(boxes, swing, (width, height), (video.width, video.height)):
        filmed = _filmed(target, boxes, corners, width, height)
        # Out of the picture for as long as asked, and whole in it before.
        if filmed is not None and (away is None) == (filmed.back is None):
            break
    else:
        return None
    enlarged = max(1.0, LEAST_WIDTH / width)
    size = round(width * enlarged) // 2 * 2, round(height * enlarged) // 2 * 2

    def pictures() -> Iterator[np.ndarray]:
        with open_frames(video) as frames:
            stream = frames.frames(int(numbers[0]) - 1, int(numbers[-1]))
            for frame, corner in zip(stream, corners, strict=True):
                shift = np.array([[1, 0, -corner[0]], [0, 1, -corner[1]]]) * (size[0] / width)
                yield cv2.warpAffine(
                    frame.bgr, shift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
                )

    write_clip(output, pictures(), Fraction(target.fps).limit_denominator(1001))
    factor = size[0] / width
    scaled = {frame: tuple(factor * v for v in box) for frame, box in filmed.truth.items()}
    return Filmed(target, scaled, filmed.gone, filmed.back, filmed.last)  # type: ignore[arg-type]


def _swing(count: int, fps: float, away: float | None) -> np.ndarray:
    """(F,) from 0 (on the target) to 1 (away): half a cosine each way, in which it is away for *away* seconds.

    The time away counts from the end of one swing to the start of the next.
    """
    time = np.arange(count) / fps
    there = np.clip((time - BEFORE) / SWING, 0, 1)
    back = np.clip((time - BEFORE - SWING - away) / SWING, 0, 1) if away is not None else 0.0
    return np.asarray((1 - np.cos(np.pi * (there - back))) / 2)


def _corners(
    boxes: np.ndarray, swing: np.ndarray, view: tuple[int, int], picture: tuple[int, int]
) -> Iterator[np.ndarray]:
    """(F, 2) the view's left and top, for each direction in which the camera may swing away."""
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    # An operator's hand: where the target is, a third of a second ago and hence averaged.
    reach = max(1, len(middles) // 20)
    padded = np.pad(middles, ((reach, reach), (0, 0)), mode="edge")
    kernel = np.ones(2 * reach + 1) / (2 * reach + 1)
    smooth = np.column_stack([np.convolve(column, kernel, mode="valid") for column in padded.T])
    limits = np.array(picture) - np.array(view)
    for way in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        far = np.array(way) * (np.array(view) / 2 + 0.8 * boxes[:, 2:].max(axis=0) + 0.05 * view[0])
        yield np.clip(smooth + swing[:, None] * far - np.array(view) / 2, 0, limits)


def _filmed(target: Target, boxes: np.ndarray, corners: np.ndarray, width: int, height: int) -> Filmed | None:
    """What of the target's *boxes* is in view, or ``None`` where it does not start inside and leave."""
    left, top = (boxes[:, :2] - corners).T
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    x1, y1, x2, y2 = left.clip(0), top.clip(0), right.clip(max=width), bottom.clip(max=height)
    inside = (x2 - x1).clip(0) * (y2 - y1).clip(0) / boxes[:, 2:].prod(axis=1)
    out = np.flatnonzero(inside == 0)
    if not len(out) or inside[0] < 0.95 or len(out) < 0.8 * target.fps:
        return None
    gone = int(out[0])
    returned = np.flatnonzero((inside >= 0.5) & (np.arange(len(boxes)) > gone))
    if (inside[: gone // 2] < 0.9).any() or (np.diff(out) > 1).any():
        return None
    truth = {
        int(i) + 1: (float(x1[i]), float(y1[i]), float(x2[i] - x1[i]), float(y2[i] - y1[i]))
        for i in np.flatnonzero(inside >= 0.5)
    }
    back = int(returned[0]) + 1 if len(returned) else None
    return Filmed(target, truth, gone + 1, back, len(boxes))


def table(tracker: str, results: Sequence[Result]) -> str:
    """A Markdown table by the time away."""
    lines = [
        f"\n### {tracker}\n",
        "| away | n | lost within 0.5 s | median, worst s | ghost s | found within 1 s | median s | wrong after |",
        "| --- |" + " ---: |" * 7,
    ]
    for away in AWAY:
        group = [result for result in results if result.away == away]
        if not group:
            continue
        soon = fmean(r.lost_after is not None and r.lost_after <= LOST_WITHIN for r in group)
        times = [(away or FOR_GOOD) if r.lost_after is None else r.lost_after for r in group]
        cells = [str(len(group)), f"{soon:.2f}", f"{median(times):.2f}, {max(times):.2f}"]
        cells.append(f"{fmean(r.ghost for r in group):.2f}")
        if away is not None:
            found = [r.found_after for r in group if r.found_after is not None]
            cells.append(f"{fmean(r.found for r in group):.2f}")
            cells.append(f"{median(found):.2f}" if found else "never")
            cells.append(f"{fmean(r.wrong or 0.0 for r in group):.3f}")
        else:
            cells += ["", "", ""]
        lines.append(f"| {'for good' if away is None else f'{away:g} s'} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
