"""How often the numbers on shirts are read, and rightly, for players whose numbers were looked up by eye.

NUMBERS is a CSV with the columns sequence,player,number,height: a player of the footage who is not in it has none that
could be read; height is how high the digits stand in the clearest picture, in pixels, measured by eye.  Of each player the clearest of every part of the labelled frames are shown to the identifier.

    python benchmarks/shirt_numbers.py FOOTAGE NUMBERS [--sightings 24]
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from command_line import footage_parser, wanted_targets, write_json
from scoring import Target, read_truth

from highlight_cuts_cv.contracts import IdentifyJob, Sighting
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.plugin.registry import get_registry

LARGE = 24
TOLD = 0.9
"""The probability from which on a number counts as told."""


def main() -> None:
    parser = footage_parser(__doc__, trackers=False)
    parser.add_argument("numbers", type=Path)
    parser.add_argument("--sightings", type=int, default=24)
    arguments = parser.parse_args()
    with arguments.numbers.open(newline="") as lines:
        lines_of = {(row["sequence"], int(row["player"])): row for row in csv.DictReader(lines)}
    worn = {player: row["number"] for player, row in lines_of.items()}
    large = {player for player, row in lines_of.items() if int(row["height"]) >= LARGE}
    identifier = get_registry().identifier("numbers")
    told: dict[tuple[str, int], bool] = {}
    shown = 0
    seconds = 0.0
    rows = []
    for target in wanted_targets(arguments.footage, arguments.only):
        sightings = list(_sightings(arguments.footage, target, arguments.sightings))
        begun = time.perf_counter()
        found = identifier.identify(IdentifyJob(sightings=sightings))
        seconds += time.perf_counter() - begun
        shown += len(sightings)
        number = worn.get((target.sequence, target.player), "")
        height = float(np.median([sighting.box.height for sighting in sightings]))
        sure = bool(found) and found[0].probability >= TOLD
        if sure:
            told[target.sequence, target.player] = found[0].label == number
        read = f"{found[0].label} ({found[0].probability:.3f})" if found else "-"
        print(
            f"{target.sequence:24} {target.player}  {height:4.0f} px  wears {number or '-':3} read {read}",
            flush=True,
        )
        rows.append({"target": target, "height": height, "number": number, "read": found})
    for name, players in (("all", set(worn)), (f"digits of {LARGE} pixels and more", large)):
        spoken = [right for player, right in told.items() if player in players]
        print(f"{name}: told {len(spoken)} of {len(players)}, {sum(spoken)} rightly")
    print(
        f"told of nobody's number: {len(set(told) - set(worn))}; {1000 * seconds / max(1, shown):.0f} ms a sighting"
    )
    write_json(arguments.json, rows)


def _sightings(footage: Path, target: Target, count: int) -> Iterator[Sighting]:
    truth = read_truth(footage / target.sequence / "gt.txt", target.player)
    labelled = [frame for frame in sorted(truth) if target.start <= frame <= target.end]
    clip = video_clip(footage / target.sequence / "video.mp4", f"{labelled[0] - 1}:{labelled[-1]}")
    every: list[tuple[float, Sighting]] = []
    with open_frames(clip) as frames:
        for frame in frames.frames():
            box = truth.get(labelled[0] + frame.index)
            if box is not None:
                every.append(_sighting(frame.index, frame.bgr, box))
    for part in np.array_split(np.arange(len(every)), min(count, len(every))):
        yield max((every[place] for place in part), key=lambda one: one[0])[1]


def _sighting(index: int, bgr: np.ndarray, box: tuple[float, ...]) -> tuple[float, Sighting]:
    left, top, width, height = box
    x1, y1 = max(0, int(left)), max(0, int(top))
    picture = np.ascontiguousarray(bgr[y1 : int(top + height) + 1, x1 : int(left + width) + 1])
    sharp = float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.CV_32F).std())
    inside = BoundingBox(left - x1, top - y1, left - x1 + width, top - y1 + height)
    return sharp * height, Sighting(index, picture, inside)


if __name__ == "__main__":
    main()
