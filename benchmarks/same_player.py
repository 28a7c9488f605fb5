"""How well a player of one part of a recording is told in another part, where somebody was picked in the first alone.

Each recording is cut into its first and its last 48 %.  A target who is labelled in both is known in the first by the
true boxes, and looked for among everybody in the second: is the likeliest one the player, how often is that taken
without asking, and how often wrongly?  The same is asked without the player in the second part: whoever is taken
then is wrong.

    python benchmarks/same_player.py FOOTAGE [--only SEQUENCES] [--numbers NUMBERS]

NUMBERS is a CSV with the columns sequence,player,number: with it those who are in it are looked for a second time, with the
numbers on shirts read, too.
"""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from command_line import footage_parser, wanted_targets, write_json
from scoring import Box, Target, read_truth

from highlight_cuts_cv.contracts import Identifier, Watch, unwatched
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.same_player import (
    ACCEPTED,
    everybody_in,
    sorted_by_track,
    with_numbers,
)
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.model import ClipInfo, State, Track, box_ious
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.recognition import likeness
from highlight_cuts_cv.recognition.everybody import Person

PART = 0.48
LEAST = 3
MOSTLY, RARELY = 0.7, 0.3
"""Somebody is the target who is that in more than so many of the looks, and another up to so many."""


@dataclass(frozen=True, slots=True)
class Row:
    """One target: how sure the likeliest is, whether that is the player, and how sure it is without the player.

    ``number`` is that which was read for, '' where looks alone decide; ``labels`` what was read on whom.
    """

    target: Target
    sure: float
    right: bool
    away: float
    number: str = ""
    labels: tuple[str, ...] = ()


def main() -> None:
    parser = footage_parser(__doc__, trackers=False)
    parser.add_argument("--numbers", type=Path)
    arguments = parser.parse_args()
    worn: dict[tuple[str, int], str] = {}
    reader: Identifier | None = None
    if arguments.numbers is not None:
        with arguments.numbers.open(newline="") as lines:
            worn = {(row["sequence"], int(row["player"])): row["number"] for row in csv.DictReader(lines)}
        reader = get_registry().identifier("numbers")
    rows: list[Row] = []
    halves: dict[str, list[tuple[ClipInfo, list[Person]]]] = {}
    for target in wanted_targets(arguments.footage, arguments.only):
        video = arguments.footage / target.sequence / "video.mp4"
        if target.sequence not in halves:
            halves[target.sequence] = [
                (clip, everybody_in(clip, Setup(), unwatched)) for clip in halves_of(video)
            ]
        (first, before), (second, after) = halves[target.sequence]
        truth = read_truth(arguments.footage / target.sequence / "gt.txt", target.player)
        known, others = sorted_by_track(before, _track(truth, first.first_frame, first.frame_count))
        people = [person for person in after if len(person) >= LEAST]
        shares = [_share(person, truth, second.first_frame) for person in people]
        if not known or max(shares, default=0) <= MOSTLY:
            continue
        number = worn.get((target.sequence, target.player), "")
        for wanted in dict.fromkeys(["", number]):
            row = _looked_for(target, known, others, people, shares, reader, wanted)
            rows.append(row)
            print(
                f"{target.sequence:24} {target.player}  {'right' if row.right else 'WRONG'} at {row.sure:.2f} "
                f"of {len(people)}  without: {row.away:.2f}{f'  by number {wanted}' if wanted else ''}",
                flush=True,
            )
    for name, chosen in (
        ("looks", [row for row in rows if not row.number]),
        ("looks, of those with a number", [row for row in rows if not row.number and _worn(row, worn)]),
        ("looks and number", [row for row in rows if row.number]),
    ):
        if chosen:
            _print(name, chosen)
    write_json(arguments.json, rows)


def halves_of(video: Path) -> tuple[ClipInfo, ClipInfo]:
    """The first and the last 48 % of a recording."""
    count = probe(video).frame_count
    length = round(PART * count)
    return video_clip(video, f"0:{length}"), video_clip(video, f"{count - length}:{count}")


def _worn(row: Row, worn: dict[tuple[str, int], str]) -> bool:
    return (row.target.sequence, row.target.player) in worn


def _looked_for(
    target: Target,
    known: list[Person],
    others: list[Person],
    people: list[Person],
    shares: list[float],
    reader: Identifier | None,
    number: str,
) -> Row:
    """Look for the target among all *people*, and among those who are not."""
    best = []
    labels: list[str] = []
    for places in (range(len(people)), [place for place, share in enumerate(shares) if share <= RARELY]):
        chosen = [people[place] for place in places]
        found = likeness.probabilities(known, others, chosen)
        if reader is not None and number:
            found, read, _ = with_numbers(chosen, found, True, reader, number, Watch())
            labels = labels or read
        likeliest = int(np.argmax(found)) if found else None
        best.append((0.0, 0.0) if likeliest is None else (found[likeliest], shares[places[likeliest]]))
    told = tuple(f"{label}:{share:.2f}" for label, share in zip(labels, shares, strict=False) if label)
    return Row(target, best[0][0], best[0][1] > MOSTLY, best[1][0], number, told)


def _print(name: str, rows: list[Row]) -> None:
    taken = [row for row in rows if row.sure >= ACCEPTED]
    print(
        f"{name}: likeliest is right: {np.mean([row.right for row in rows]):.2f} of {len(rows)}; taken {len(taken)}, wrongly "
        f"{sum(not row.right for row in taken)}; taken without the player there {sum(row.away >= ACCEPTED for row in rows)}"
    )


def _track(truth: dict[int, Box], start: int, count: int) -> Track:
    boxes = np.full((count, 4), np.nan, np.float32)
    for frame, (left, top, width, height) in truth.items():
        if 0 <= (place := frame - 1 - start) < count:
            boxes[place] = left, top, left + width, top + height
    # Between labels of every tenth frame or so the box moves straight on.
    labelled = np.flatnonzero(np.isfinite(boxes[:, 0]))
    for low, high in itertools.pairwise(labelled):
        if high - low <= 25:
            for place in range(low + 1, high):
                boxes[place] = boxes[low] + (boxes[high] - boxes[low]) * (place - low) / (high - low)
    seen = np.isfinite(boxes[:, 0])
    states = np.where(seen, State.OBSERVED, State.LOST).astype(np.uint8)
    return Track(boxes, seen.astype(np.float32), states)


def _share(person: Person, truth: dict[int, Box], start: int) -> float:
    """In how many of the labelled looks the person is the target."""
    track = _track(truth, start, max(person.frames) + 1)
    seen = [
        float(box_ious(track.xyxy[frame], box.astype(np.float32)))
        for frame, box in zip(person.frames, person.boxes, strict=True)
        if track.visible[frame]
    ]
    return float(np.mean(np.array(seen) > 0.4)) if seen else 0.0


if __name__ == "__main__":
    main()
