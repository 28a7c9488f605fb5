"""Whether the pieces that everybody in a clip is seen in are one person's each, before and after they are broken at changes.

Each recording is cut as for same_player.py.  A piece is on a target if in two looks its box is the target's (IoU above 0.4), and of two
people if in another look it is not (below 0.15) while the target is labelled.  For what is not labelled, people are made
of two who were seen at the same moment: the looks at the one until then, at the other since then.

    python benchmarks/pieces.py FOOTAGE [--only SEQUENCES]
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

from command_line import footage_parser, wanted_targets, write_json
from same_player import LEAST, halves_of
from scoring import Box, iou, read_truth

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import ClipInfo
from highlight_cuts_cv.recognition.changes import broken_at_changes
from highlight_cuts_cv.recognition.everybody import Person, everybody
from highlight_cuts_cv.tracking.thinning import kept_frames

IS, IS_NOT = 0.4, 0.15
"""IoU with a target's box above which a look is at the target, and below which it is not."""
NEAR = 3
"""Frames from one label to the next between which the box is thought to move straight on."""
MADE = 12
"""People made of two in each half, at most."""
SIDE = 3
"""Looks that such a person has at either of the two, at least."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one half: ``pieces`` of some looks, those ``on_target`` and those ``of_two`` people, each before breaking and after it, how many
    ``breaks`` there are; and of the people ``made`` of two how many were ``found``, broken where they were put together."""

    half: str
    pieces: tuple[int, int]
    on_target: tuple[int, int]
    of_two: tuple[int, int]
    breaks: int
    made: int
    found: int


def main() -> None:
    arguments = footage_parser(__doc__, trackers=False).parse_args()
    targets = wanted_targets(arguments.footage, arguments.only)
    rows = []
    for sequence in dict.fromkeys(target.sequence for target in targets):
        folder = arguments.footage / sequence
        truths = [
            _straight(read_truth(folder / "gt.txt", target.player))
            for target in targets
            if target.sequence == sequence
        ]
        for half in halves_of(folder / "video.mp4"):
            rows.append(_counts(f"{sequence} from {half.first_frame}", half, truths))
            print(rows[-1], flush=True)
    for when, place in (("before", 0), ("after", 1)):
        told = [sum(getattr(row, name)[place] for row in rows) for name in ("pieces", "on_target", "of_two")]
        print(f"{when}: {told[0]} pieces, {told[1]} on a target, {told[2]} of them of two people")
    made = sum(row.made for row in rows)
    print(
        f"{sum(row.breaks for row in rows)} breaks; of {made} made of two people "
        f"{sum(row.found for row in rows) / max(1, made):.2f} are broken there"
    )
    write_json(arguments.json, rows)


def _counts(half: str, clip: ClipInfo, truths: list[dict[int, Box]]) -> Counts:
    with workbench(clip, Setup(), cache_folder("analysis")) as bench:
        kept, rate = kept_frames(bench.clip, [])
        before = everybody(bench.view(kept, float(rate), True), float(rate), Watch())
        bench.keep()
    after = broken_at_changes(before)
    known = [[piece for piece in pieces if len(piece) >= LEAST] for pieces in (before, after)]
    judged = [
        [_of_two(piece, truth, clip.first_frame) for truth in truths for piece in pieces] for pieces in known
    ]
    made = _made_of_two(before)
    return Counts(
        half=half,
        pieces=(len(known[0]), len(known[1])),
        on_target=(sum(one is not None for one in judged[0]), sum(one is not None for one in judged[1])),
        of_two=(judged[0].count(True), judged[1].count(True)),
        breaks=len(after) - len(before),
        made=len(made),
        found=sum(_is_found(before, *one) for one in made),
    )


def _of_two(piece: Person, truth: dict[int, Box], start: int) -> bool | None:
    """Whether a piece on the target is of somebody else, too; ``None`` for a piece that is not on the target."""
    overlaps = [
        iou((box[0], box[1], box[2] - box[0], box[3] - box[1]), true)
        for frame, box in zip(piece.frames, piece.boxes, strict=True)
        if (true := truth.get(start + frame + 1)) is not None
    ]
    if sum(overlap > IS for overlap in overlaps) < 2:
        return None
    return any(overlap < IS_NOT for overlap in overlaps)


def _straight(truth: dict[int, Box]) -> dict[int, Box]:
    """The target's boxes, in the frames between two labels that are near each other, too."""
    boxes = dict(truth)
    for low, high in itertools.pairwise(sorted(truth)):
        if high - low <= NEAR:
            for frame in range(low + 1, high):
                share = (frame - low) / (high - low)
                left, top, width, height = (
                    a + share * (b - a) for a, b in zip(truth[low], truth[high], strict=True)
                )
                boxes[frame] = left, top, width, height
    return boxes


def _made_of_two(people: list[Person]) -> list[tuple[Person, Person, int]]:
    """Pairs of whom the first one's looks up to a frame are put before the second one's since then, the same ones every time."""
    possible = [
        (one, other, frame)
        for one, other in itertools.permutations(people, 2)
        for frame in sorted(set(one.frames) & set(other.frames))
        if one.frames.index(frame) >= SIDE and len(other) - other.frames.index(frame) >= SIDE
    ]
    return random.Random(0).sample(possible, min(MADE, len(possible)))


def _is_found(people: list[Person], one: Person, other: Person, frame: int) -> bool:
    """Whether the piece made of both is broken there, or a look beside, when it takes the place of both among the *people*."""
    first, second = (
        one.between(0, one.frames.index(frame)),
        other.between(other.frames.index(frame), len(other)),
    )
    made = Person(
        first.frames + second.frames,
        first.boxes + second.boxes,
        first.looks + second.looks,
        first.weights + second.weights,
    )
    parts = broken_at_changes(
        [made, *(person for person in people if person is not one and person is not other)]
    )
    lengths = itertools.accumulate(
        map(len, itertools.takewhile(lambda part: part.frames[-1] < made.frames[-1], parts))
    )
    return any(abs(length - len(first)) <= 1 for length in lengths)


if __name__ == "__main__":
    main()
