"""How long rendering takes, side by side with other ways to do it, on clips made on the fly.

    python benchmarks/speed.py --clips 1080p60 4K60 --quality edit final --write

Each route encodes the same clip with the same x264 settings, one after another, each in a process of
its own: ours (``burn``), a plain transcode by the ffmpeg program, a plain transcode by PyAV (whose
FFmpeg and x264 are the ones that we use, so it is the fair baseline), reading and drawing with
OpenCV piped into ffmpeg, and supervision's annotator and VideoSink where it is installed.  Wall
time, CPU time and peak memory are the operating system's figures for the process and its children;
PSNR is that of luma against the source, away from the marker.  A machine that does other work at the
same time makes every figure worse; the ratios suffer less.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from command_line import plain_parser, write_json

ROOT = Path(__file__).resolve().parent.parent
CLIPS = {"720p30": (1280, 720, 30), "1080p60": (1920, 1080, 60), "4K60": (3840, 2160, 60)}
ROUTES = {
    "ours": "hccv burn",
    "pyav": "PyAV transcode, nothing drawn",
    "ffmpeg": "ffmpeg program, nothing drawn",
    "opencv": "OpenCV read + draw, piped to ffmpeg",
    "supervision": "supervision DotAnnotator + VideoSink",
}
RESULTS = ROOT / "docs" / "speed.md"
_MARGIN = 3.0  # box heights around the player's box that the marker may cover


def box(index: int, width: int, height: int) -> tuple[int, int, int, int]:
    """Where the player is: an upright box that wanders over the picture."""
    h = height // 8
    x = int(width * (0.2 + 0.4 * (index % 600) / 600))
    y = int(height * (0.4 + 0.1 * np.sin(index / 40)))
    return x, y, x + h // 2, y + h


def x264(quality: str, rate: int) -> dict[str, str]:
    """The options that our presets give to x264, with the keyframe distance."""
    options = {"edit": {"preset": "ultrafast", "crf": "16"}, "final": {"preset": "medium", "crf": "18"}}
    return {**options[quality], **({"g": str(rate // 2)} if quality == "edit" else {})}


def make_clip(path: Path, name: str, seconds: float) -> None:
    """A moving test picture with noise, as a camera would store it."""
    width, height, rate = CLIPS[name]
    source = f"testsrc2=s={width}x{height}:r={rate}:d={seconds},noise=alls=6:allf=t"
    encode = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -crf 20 -g 60"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *encode.split(), "-y", str(path)], check=True
    )


# --- the routes; each runs in a process of its own ------------------------------------------------


def ours(source: Path, output: Path, quality: str) -> None:
    from highlight_cuts_cv.jobs.clip import video_clip
    from highlight_cuts_cv.jobs.export import export
    from highlight_cuts_cv.jobs.setup import Choice, Setup
    from highlight_cuts_cv.model import State, Track

    clip = video_clip(source)
    boxes = np.array([box(i, clip.width, clip.height) for i in range(clip.frame_count)], np.float32)
    ones = np.ones(clip.frame_count, np.float32)
    track = Track(boxes, ones, np.full(clip.frame_count, State.OBSERVED, np.uint8))
    export(clip, track, output, Setup(exporter=Choice("burn", {"quality": quality})))


def pyav(source: Path, output: Path, quality: str) -> None:
    import av

    with av.open(str(source)) as reader, av.open(str(output), "w") as writer:
        stream = reader.streams.video[0]
        stream.thread_type = "AUTO"
        rate = int(stream.guessed_rate or 0)
        encoder: Any = writer.add_stream("libx264", rate=rate, options=x264(quality, rate))
        encoder.width, encoder.height, encoder.pix_fmt = stream.width, stream.height, "yuv420p"
        encoder.codec_context.thread_count = 0
        for index, frame in enumerate(reader.decode(stream)):
            frame.pts, frame.time_base, frame.pict_type = index, Fraction(1, rate), 0
            writer.mux(encoder.encode(frame))
        writer.mux(encoder.encode(None))


def ffmpeg(source: Path, output: Path, quality: str, rate: int) -> list[str]:
    given = [part for name, value in x264(quality, rate).items() for part in (f"-{name}", value)]
    return ["ffmpeg", "-v", "error", "-i", str(source), "-c:v", "libx264", *given, "-y", str(output)]


def opencv(source: Path, output: Path, quality: str) -> None:
    import cv2

    reader = cv2.VideoCapture(str(source))
    width, height = (int(reader.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    rate = round(reader.get(cv2.CAP_PROP_FPS))
    given = [part for name, value in x264(quality, rate).items() for part in (f"-{name}", value)]
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", str(rate), "-i", "-"]
    encode = ["-pix_fmt", "yuv420p", "-c:v", "libx264", *given, "-y", str(output)]
    encoder = subprocess.Popen(["ffmpeg", "-v", "error", *raw, *encode], stdin=subprocess.PIPE)
    assert encoder.stdin is not None
    index = 0
    while True:
        good, picture = reader.read()
        if not good:
            break
        x1, y1, x2, y2 = box(index, width, height)
        radius = (y2 - y1) // 8
        cv2.circle(picture, ((x1 + x2) // 2, y1 - 2 * radius), radius, (0, 0, 255), -1, cv2.LINE_AA)
        encoder.stdin.write(picture.data)
        index += 1
    encoder.stdin.close()
    if encoder.wait():
        raise SystemExit(encoder.returncode)


def supervision(source: Path, output: Path, quality: str) -> None:
    """Its VideoSink encodes with OpenCV's mp4v at a quality that cannot be set, so it does less work."""
    import supervision as sv

    info = sv.VideoInfo.from_video_path(str(source))
    annotator = sv.DotAnnotator(radius=info.height // 64, position=sv.Position.TOP_CENTER)
    with sv.VideoSink(str(output), info) as sink:
        for index, picture in enumerate(sv.get_video_frames_generator(str(source))):
            boxes = np.array([box(index, info.width, info.height)], float)
            found = sv.Detections(xyxy=boxes, class_id=np.zeros(1, int))
            sink.write_frame(annotator.annotate(picture, found))


# --- measuring ------------------------------------------------------------------------------------


def measure(command: list[str]) -> dict[str, float]:
    """Wall and CPU seconds and peak MB of a process with its children."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "plugins"), os.environ.get("PYTHONPATH", "")])
    began = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ... failed")
    return {
        "wall": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
    }


def psnr(source: Path, output: Path, frames: int = 60) -> float:
    """Of luma in dB, over the first frames, without the surroundings of the player."""
    import av

    total, count = 0.0, 0
    with av.open(str(source)) as one, av.open(str(output)) as other:
        one.streams.video[0].thread_type = other.streams.video[0].thread_type = "AUTO"
        pairs = zip(one.decode(video=0), other.decode(video=0), strict=False)
        for index, (a, b) in zip(range(frames), pairs, strict=False):
            difference = luma(a).astype(np.int16) - luma(b)
            x1, y1, x2, y2 = box(index, a.width, a.height)
            reach = round(_MARGIN * (y2 - y1))
            difference[max(0, y1 - reach) : y2 + reach, max(0, x1 - reach) : x2 + reach] = 0
            total += float(np.square(difference, dtype=np.int32).sum(dtype=np.int64))
            count += difference.size
    return float(10 * np.log10(255**2 * count / total)) if total else float("inf")


def luma(frame: Any) -> np.ndarray[Any, Any]:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[:, : plane.width]


def drawing(name: str) -> dict[str, float]:
    """Milliseconds a frame for drawing alone: into the planes, and on BGR with both conversions."""
    import cv2

    from highlight_cuts_cv.contracts import RawFrame
    from highlight_cuts_cv.model import ColorTags, Placement, Sprite, SpriteTrack
    from highlight_cuts_cv.rendering.compositor import Compositor

    width, height, rate = CLIPS[name]
    size = height // 16
    sprite = Sprite(np.full((size, size, 4), (255, 0, 0, 200), np.uint8))
    count = 30
    compositor = Compositor(
        SpriteTrack([Placement(i, sprite, 99.3 + i, 200.6 + i / 3) for i in range(count)])
    )
    yuv: Any = np.full((height * 3 // 2, width), 90, np.uint8)
    shapes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
    planes = tuple(np.full(shape, 90, np.uint8) for shape in shapes)
    began = time.perf_counter()
    for i in range(count):
        frame = RawFrame(i, i, Fraction(1, rate), "yuv420p", ColorTags(), width, height, planes)
        compositor.apply(frame)
    into_planes = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(count):
        picture = cv2.cvtColor(yuv, cv2.COLOR_YUV2BGR_I420)
        cv2.circle(picture, (500, 500), size // 2, (0, 0, 255), -1, cv2.LINE_AA)
        yuv = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
    on_bgr = time.perf_counter() - began
    return {"planes": 1000 * into_planes / count, "bgr": 1000 * on_bgr / count}


def apart(function: Callable[..., Any], *arguments: object) -> Any:
    """Call *function* in a process of its own: what this one holds would count as the routes' memory."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def run(clips: list[str], qualities: list[str], seconds: float, repeat: int, keep: Path) -> dict[str, Any]:
    routes = [r for r in ROUTES if r != "supervision" or importlib.util.find_spec("supervision")]
    rows = []
    for clip in clips:
        source = keep / f"{clip}.mp4"
        make_clip(source, clip, seconds)
        for quality in qualities:
            best: dict[str, dict[str, float]] = {}
            for _ in range(repeat):
                for route in routes:
                    output = keep / f"{clip}.{quality}.{route}.mp4"
                    command = [sys.executable, __file__, "--route", route, str(source), str(output), quality]
                    if route == "ffmpeg":
                        command = ffmpeg(source, output, quality, CLIPS[clip][2])
                    found = measure(command)
                    if route not in best or found["wall"] < best[route]["wall"]:
                        best[route] = found
                    print(f"{clip} {quality} {route}: {found['wall']:.1f} s", file=sys.stderr)
            for route in routes:
                output = keep / f"{clip}.{quality}.{route}.mp4"
                rows.append(
                    {"clip": clip, "quality": quality, "route": route, **best[route]}
                    | {"psnr": apart(psnr, source, output), "size": output.stat().st_size / 1e6}
                )
                output.unlink()
        source.unlink()
    return {
        "seconds": seconds,
        "repeat": repeat,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "ffmpeg": subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True).stdout.split()[2],
        "pyav": _pyav(),
        "load": os.getloadavg(),
        "rows": rows,
        "drawing": {clip: apart(drawing, clip) for clip in clips},
    }


def _pyav() -> str:
    import av

    return f"{av.__version__} (FFmpeg {av.ffmpeg_version_info})"


def report(result: dict[str, Any]) -> str:
    """The result as the page ``docs/speed.md``."""
    lines = [
        "# Speed",
        "",
        "`python benchmarks/speed.py --write` makes this page. Every route encodes the same clip with the same x264",
        "settings, one after another in one run; `x ffmpeg` and `x PyAV` are the time over that of a plain transcode",
        "in which nothing is drawn, by the ffmpeg program and by PyAV. The two are built with different versions of",
        "FFmpeg and x264; ours encodes with PyAV's, so that is the fair baseline. Memory is the largest process of the",
        "route. PSNR is luma against the source, away from the marker. supervision's VideoSink writes MPEG-4 Part 2 at",
        "a quality that cannot be chosen, so its time is not for the same work.",
        "At 4K our `final` looks 24 pictures ahead where x264's medium looks at 40, to bound its memory.",
        "",
        f"Clips of {result['seconds']:g} s, best of {result['repeat']}; {result['machine']}; ffmpeg "
        f"{result['ffmpeg']}; PyAV {result['pyav']}.",
        f"Load average during the run: {', '.join(f'{load:.1f}' for load in result['load'])} "
        "(above the number of cores it includes the run itself and what else the machine did).",
        "",
        "| clip | quality | route | wall s | x ffmpeg | x PyAV | CPU s | x ffmpeg | x PyAV | peak MB | PSNR dB | MB |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    base = {(r["clip"], r["quality"], r["route"]): r for r in result["rows"]}
    for r in result["rows"]:
        key = r["clip"], r["quality"]
        plain, fair = base[*key, "ffmpeg"], base[*key, "pyav"]
        figures = [
            f"{r[name]:.1f} | {r[name] / plain[name]:.2f} | {r[name] / fair[name]:.2f}"
            for name in ("wall", "cpu")
        ]
        lines.append(
            f"| {r['clip']} | {r['quality']} | {ROUTES[r['route']]} | {' | '.join(figures)} "
            f"| {r['memory']:.0f} | {r['psnr']:.2f} | {r['size']:.1f} |"
        )
    lines += [
        "",
        "Drawing alone, per frame: blending into the planes against BGR and back with a circle drawn by OpenCV.",
        "",
        "| clip | into the planes | over BGR | ratio |",
        "| --- | ---: | ---: | ---: |",
    ]
    for clip, times in result["drawing"].items():
        lines.append(
            f"| {clip} | {times['planes']:.2f} ms | {times['bgr']:.1f} ms | {times['bgr'] / times['planes']:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = plain_parser(__doc__)
    parser.add_argument("--clips", nargs="+", choices=CLIPS, default=list(CLIPS))
    parser.add_argument("--quality", nargs="+", choices=("edit", "final"), default=["edit", "final"])
    parser.add_argument(
        "--seconds", type=float, default=3.0, help="length of the clips (15 for the real thing)"
    )
    parser.add_argument("--repeat", type=int, default=1, help="run so often and take the best")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(ROOT)}")
    parser.add_argument("--route", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.route:
        name, source, output, quality = arguments.route
        route: Callable[[Path, Path, str], None] = {
            "ours": ours, "pyav": pyav, "opencv": opencv, "supervision": supervision,
        }[name]  # fmt: skip
        route(Path(source), Path(output), quality)
        return
    if shutil.which("ffmpeg") is None:
        raise SystemExit("The benchmark needs the ffmpeg program, as the baseline and to make its clips.")
    with tempfile.TemporaryDirectory() as folder:
        result = run(arguments.clips, arguments.quality, arguments.seconds, arguments.repeat, Path(folder))
    write_json(arguments.json, result)
    page = report(result)
    print(page)
    if arguments.write:
        RESULTS.write_text(page)


if __name__ == "__main__":
    main()
