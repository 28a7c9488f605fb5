"""Play footage backward and follow everybody in it: a check on footage that the tracker was not developed on.

    python benchmarks/backwards.py FOOTAGE OUT
    python benchmarks/accuracy.py OUT

Writes a footage folder for the other benchmarks.  Backward, picks fall on other frames, players enter
where they left, and crossings have another outcome.  Where the ground truth has several players each
of them is a target in every stretch as long as FOOTAGE's own targets in which the player is there
early and most of the time.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from command_line import plain_parser
from scoring import Target, read_targets, read_truth

from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.testing.synthetic import write_clip

EARLY, MOSTLY = 0.2, 0.7
"""Shares of a stretch: the latest first appearance, and the least presence, as far as there is ground truth."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = plain_parser(__doc__)
    parser.add_argument("footage", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args(arguments)
    own = read_targets(args.footage)
    rows = []
    for sequence in sorted({target.sequence for target in own}):
        length = max(target.end - target.start + 1 for target in own if target.sequence == sequence)
        fps = next(target.fps for target in own if target.sequence == sequence)
        count, seen = turn_round(args.footage / sequence, args.out / sequence)
        rows += list(targets(sequence, count, length, fps, seen))
        print(f"{sequence}: {count} frames")
    with (args.out / "targets.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("sequence", "player", "start", "end", "fps"))
        writer.writerows((row.sequence, row.player, row.start, row.end, row.fps) for row in rows)
    print(f"{len(rows)} targets in {args.out}")
    return 0


def turn_round(source: Path, out: Path) -> tuple[int, dict[int, set[int]]]:
    """Write a sequence backward; its number of frames, and each player's frames (from 1) there."""
    out.mkdir(parents=True, exist_ok=True)
    clip = video_clip(source / "video.mp4")
    with open_frames(clip) as frames:
        write_clip(out / "video.mp4", (frame.bgr for frame in frames.frames(backward=True)), clip.rate)
    players = set()
    with (source / "gt.txt").open(newline="") as before, (out / "gt.txt").open("w", newline="") as after:
        writer = csv.writer(after)
        for row in csv.reader(before):
            frame = clip.frame_count + 1 - int(float(row[0]))
            writer.writerow([frame, *row[1:]])
            players.add(int(float(row[1])))
    return clip.frame_count, {player: set(read_truth(out / "gt.txt", player)) for player in players}


def targets(
    sequence: str, count: int, length: int, fps: float, seen: dict[int, set[int]]
) -> Iterator[Target]:
    """Everybody who is there early and most of the time, in stretches of *length* frames."""
    labelled = set().union(*seen.values())
    for first in range(1, count - length + 2, length):
        last = first + length - 1
        for player, frames in sorted(seen.items()):
            there = sorted(frame for frame in frames if first <= frame <= last)
            known = sum(first <= frame <= last for frame in labelled)
            early = bool(there) and there[0] - first <= EARLY * length
            if early and len(there) >= MOSTLY * known:
                yield Target(sequence, player, there[0], last, fps)


if __name__ == "__main__":
    raise SystemExit(main())
