"""Is the marker on the player?  Scores one player's track against MOTChallenge ground truth.

For the frames in which the player is visible: the shares with the marker on the player (the box's
centre lies in the true box and their IoU is at least 0.25), on something else, and not shown; and
for how many seconds it held until the first gap or error longer than half a second.
"""

from __future__ import annotations

import csv
import random
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Box = tuple[float, float, float, float]
"""left, top, width, height in pixels."""

ON_IOU = 0.25
HOLD_SECONDS = 0.5
JITTER = 0.08


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to follow: a sequence's player from frame *start* to *end* (from 1, both included)."""

    sequence: str
    player: int
    start: int
    end: int
    fps: float


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of the visible frames, and the seconds held."""

    frames: int
    on: float
    wrong: float
    missing: float
    held: float
    ghosts: int
    first_bad: int | None


def read_targets(footage: Path) -> list[Target]:
    """The rows of ``targets.csv``."""
    with (footage / "targets.csv").open(newline="") as file:
        return [
            Target(row["sequence"], int(row["player"]), int(row["start"]), int(row["end"]), float(row["fps"]))
            for row in csv.DictReader(file)
        ]


def read_truth(path: Path, player: int) -> dict[int, Box]:
    """The boxes of one player by frame (from 1); rows marked as not considered are left out."""
    boxes: dict[int, Box] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) < 6 or int(float(row[1])) != player:
                continue
            considered = float(row[6]) if len(row) > 6 and row[6] not in ("", "-1") else 1.0
            left, top, width, height = (float(value) for value in row[2:6])
            if considered and width > 0 and height > 0:
                boxes[int(float(row[0]))] = (left, top, width, height)
    return boxes


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes.

    Written out: what judges shares no arithmetic with what is judged.
    """
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    inter = max(0.0, width) * max(0.0, height)
    return inter / (a[2] * a[3] + b[2] * b[3] - inter)


def is_on(shown: Box, true: Box) -> bool:
    """Whether a marker placed by *shown* points at the player in *true*."""
    x, y = shown[0] + shown[2] / 2, shown[1] + shown[3] / 2
    inside = true[0] <= x <= true[0] + true[2] and true[1] <= y <= true[1] + true[3]
    return inside and iou(shown, true) >= ON_IOU


def score(truth: Mapping[int, Box], shown: Mapping[int, Box], target: Target) -> Score:
    """Score the boxes *shown* by frame (from 1) between the target's first and last frame."""
    frames = [frame for frame in range(target.start, target.end + 1) if frame in truth]
    on = wrong = 0
    bad_since = held_until = first_bad = None
    for frame in frames:
        good = frame in shown and is_on(shown[frame], truth[frame])
        on += good
        wrong += frame in shown and not good
        if good:
            bad_since = None
            continue
        bad_since = frame if bad_since is None else bad_since
        first_bad = frame if first_bad is None else first_bad
        if held_until is None and (frame - bad_since + 1) / target.fps > HOLD_SECONDS:
            held_until = bad_since - 1
    count = max(1, len(frames))
    last = held_until if held_until is not None else (frames[-1] if frames else target.start)
    ghosts = sum(f not in truth for f in shown if target.start <= f <= target.end)
    held = max(0, last - target.start + 1) / target.fps
    return Score(len(frames), on / count, wrong / count, 1 - (on + wrong) / count, held, ghosts, first_bad)


def picks(target: Target, true: Box, jitter: int) -> Iterator[Box]:
    """The true box, then *jitter* times the box moved and scaled by up to 8 %: nobody clicks perfectly.

    The disturbances depend on the target alone, so every tracker is given the same ones.
    """
    yield true
    left, top, width, height = true
    for attempt in range(1, jitter + 1):
        seed = zlib.crc32(f"{target.sequence}/{target.player}/{target.start}/{attempt}".encode())
        noise = random.Random(seed)
        yield (
            left + width * noise.uniform(-JITTER, JITTER),
            top + height * noise.uniform(-JITTER, JITTER),
            width * noise.uniform(1 - JITTER, 1 + JITTER),
            height * noise.uniform(1 - JITTER, 1 + JITTER),
        )
