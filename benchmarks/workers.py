"""What several workers on this machine gain: a reel of 20 short clips, from start to end.

    python benchmarks/workers.py --workers 1 2 --times 3

Each clip is of a recording of its own (the demo's, with another title, so that nothing that is found out serves twice), each run
begins with an empty cache and the numbers of workers take turns.  Printed are wall and CPU seconds of each run, and the least
wall time of each number as a share of the first's.  What the films of all runs show (pictures and markers) is compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
from command_line import plain_parser

from highlight_cuts_cv import detect_players
from highlight_cuts_cv.faces.demo import demo_clip

SECONDS = 3
RATE = 10
"""Pictures a second of the demo's recording."""


def recordings(folder: Path, count: int) -> list[Path]:
    """So many files with the demo's pictures, none with the bytes of another."""
    made = []
    for number in range(count):
        path = folder / f"recording{number:02d}.mp4"
        with av.open(str(demo_clip())) as demo, av.open(str(path), "w") as out:
            out.metadata["title"] = path.stem
            stream = out.add_stream_from_template(demo.streams.video[0])
            for packet in demo.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    out.mux(packet)
        made.append(path)
    return made


def reel(films: list[Path]) -> tuple[str, list[str]]:
    """The text of a CSV with one clip of each recording, and the picks for it."""
    boxes = [detect_players(demo_clip(), RATE * (SECONDS * part + 1))[1] for part in range(4)]
    rows, picks = ["videoName,startTime,stopTime,notes"], []
    for number, film in enumerate(films):
        part = number % 4
        rows.append(f"{film},{SECONDS * part},{SECONDS * (part + 1)},c{number}")
        x1, y1, x2, y2 = boxes[part][number % len(boxes[part])].as_xyxy()
        picks += ["--pick", f"c{number}={RATE}:{x1:.0f},{y1:.0f},{x2 - x1:.0f},{y2 - y1:.0f}"]
    return "\n".join(rows), picks


def run(csv: str, picks: list[str], workers: int) -> tuple[float, float, str]:
    """Wall seconds, CPU seconds of all processes and a digest of what all films of one run show."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "reel.csv")
        path.write_text(csv, encoding="utf-8")
        command = [sys.executable, "-m", "highlight_cuts_cv", "run", str(path), *picks]
        before, begun = os.times(), time.monotonic()
        done = subprocess.run(
            [*command, "--quality", "edit", "--workers", str(workers)],
            env={**os.environ, "XDG_CACHE_HOME": folder},
            capture_output=True,
            text=True,
        )
        wall, after = time.monotonic() - begun, os.times()
        if done.returncode:
            raise SystemExit(f"The run failed: {done.stderr}")
        told = [
            json.loads(path.read_bytes())
            for path in sorted(path.with_name("reel.media").glob("*manifest.json"))
        ]
    # The film's own bytes depend on how many threads encode it, which is how many cores there are.
    shown = json.dumps([{**one, "film": ""} for one in told])
    digest = hashlib.sha256(shown.encode())
    return wall, sum(after[2:4]) - sum(before[2:4]), digest.hexdigest()


def main() -> None:
    """Measure and print."""
    parser = plain_parser(__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--times", type=int, default=2)
    given = parser.parse_args()
    walls: dict[int, list[float]] = {workers: [] for workers in given.workers}
    digests = set()
    with tempfile.TemporaryDirectory() as folder:
        films = recordings(Path(folder), given.clips)
        csv, picks = reel(films)
        for _ in range(given.times):
            for workers in given.workers:
                wall, cpu, digest = run(csv, picks, workers)
                walls[workers].append(wall)
                digests.add(digest)
                print(f"--workers {workers}: {wall:5.1f} s wall, {cpu:5.1f} s CPU", flush=True)
    first = min(walls[given.workers[0]])
    shares = ", ".join(f"{workers}: {min(walls[workers]) / first:.2f}" for workers in given.workers)
    print(f"{given.clips} clips, least wall time as a share of the first's: {shares}")
    print("the films show the same" if len(digests) == 1 else "the films differ")


if __name__ == "__main__":
    main()
