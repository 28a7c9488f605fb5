"""How long following takes, from the command line's start to the track's last byte.

    python benchmarks/following.py VIDEO --pick FRAME:X,Y,W,H --seconds 15 60 240

VIDEO is played forward and backward in turn until it is long enough, scaled to the size and rate
asked for; a pick counts its frames and pixels.  Every line is a process of its own: the first run
finds nothing kept, the second has the same pick, the third one pick more in the middle, where the
second run saw the player.  Wall time, CPU time and peak memory are the operating system's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from command_line import plain_parser
from speed import measure


def make_clip(video: Path, path: Path, seconds: float, size: str, rate: int) -> None:
    """*video* forward, backward, forward ... as H.264 of the size and rate given."""
    there_and_back = path.with_stem(f"{path.stem}.once")
    width, _, height = size.partition("x")
    scale = f"scale={width}:{height}:flags=lanczos,setpts=N/{rate}/TB"
    graph = f"[0:v]{scale},split[a][b];[b]reverse[r];[a][r]concat=n=2:v=1,fps={rate}"
    encode = f"-c:v libx264 -preset veryfast -crf 20 -g {2 * rate} -pix_fmt yuv420p"
    quiet = ["ffmpeg", "-v", "error", "-y"]
    subprocess.run(
        [*quiet, "-i", str(video), "-filter_complex", graph, *encode.split(), str(there_and_back)], check=True
    )
    again = ["-stream_loop", "-1", "-i", str(there_and_back), "-c", "copy", "-t", str(seconds)]
    subprocess.run([*quiet, *again, str(path)], check=True)
    there_and_back.unlink()


def track(video: Path, picks: list[str], output: Path, cache: Path) -> dict[str, float]:
    """Run ``hccv track`` and measure it."""
    os.environ["XDG_CACHE_HOME"] = str(cache)
    given = [part for pick in picks for part in ("--pick", pick)]
    return measure(
        [sys.executable, "-m", "highlight_cuts_cv", "track", str(video), *given, "-o", str(output)]
    )


def pick_in(output: Path, frame: int) -> str:
    """The box that a track file has in a frame (from 0), as a pick."""
    for line in output.read_text(encoding="utf-8").splitlines()[1:]:
        number, left, top, width, height, _ = line.split(",")
        if int(number) == frame + 1:
            return f"{frame}:{left},{top},{width},{height}"
    raise SystemExit(f"The player is lost in frame {frame}; take another pick or video.")


def main() -> None:
    parser = plain_parser(__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument(
        "--pick", required=True, help="FRAME:X,Y,W,H or FRAME:#N, in pixels of the scaled clip"
    )
    parser.add_argument("--seconds", type=float, nargs="+", default=[15.0])
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--rate", type=int, default=30)
    arguments = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        raise SystemExit("The benchmark needs the ffmpeg program to make its clips.")
    print(f"{arguments.size} at {arguments.rate} frames a second, {os.cpu_count()} cores")
    print("| film s | run | wall s | CPU s | wall s per film s | peak MB |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    for seconds in arguments.seconds:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            clip, output, cache = folder / "clip.mp4", folder / "track.csv", folder / "cache"
            make_clip(arguments.video, clip, seconds, arguments.size, arguments.rate)
            middle = round(seconds * arguments.rate / 2)
            for run in ("first", "the same pick again", "one pick more"):
                picks = [arguments.pick]
                if run == "one pick more":
                    picks.append(pick_in(output, middle))
                found = track(clip, picks, output, cache)
                print(
                    f"| {seconds:g} | {run} | {found['wall']:.1f} | {found['cpu']:.1f} "
                    f"| {found['wall'] / seconds:.2f} | {found['memory']:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
