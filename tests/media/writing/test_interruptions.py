"""Ctrl-C, a full disk, a source that vanishes: no half file, a sentence, and the next run works."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.export import export
from highlight_cuts_cv.jobs.setup import Choice, Setup
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.model import CancelledError, JobFailedError
from highlight_cuts_cv.tracking.files import track_over_clip

ROOT = Path(__file__).parents[3]
SETUP = Setup(exporter=Choice("burn", {"quality": "edit"}))


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A video of noise (too much for a buffer) with a track beside it, in a folder with nothing else."""
    rng = np.random.default_rng(1)
    with av.open(str(tmp_path / "game.mp4"), "w") as output:
        stream: Any = output.add_stream("libx264", rate=30, options={"preset": "ultrafast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 384, 192, "yuv420p"
        for _ in range(150):
            picture = rng.integers(0, 255, (192, 384, 3), np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        output.mux(stream.encode(None))
    rows = "".join(f"{n},{100 + n % 50},50,30,80,0.9\n" for n in range(1, 151))
    (tmp_path / "track.csv").write_text(f"frame,left,top,width,height,score\n{rows}")
    return tmp_path


def render(game: Path, output: Path, **more: object) -> Path:
    clip = video_clip(game / "game.mp4")
    return export(clip, track_over_clip(game / "track.csv", clip), output, SETUP, **more)  # type: ignore[arg-type]


def command(game: Path, output: Path) -> list[str]:
    arguments = [
        "render",
        game / "game.mp4",
        "--track",
        game / "track.csv",
        "-o",
        output,
        "--quality",
        "edit",
    ]
    return [sys.executable, "-m", "highlight_cuts_cv", *map(str, arguments)]


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    return {**os.environ, "PYTHONPATH": path}


def left(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_ctrl_c(game: Path, tmp_path: Path) -> None:
    """A real interrupt of the real program in the middle of a render: a sentence, exit code 130."""
    output = game / "film.mp4"
    process = subprocess.Popen(
        command(game, output), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while not list(game.glob(".film.*.part.mp4")) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors and b"ancelled" in errors
    assert time.monotonic() - began < 10
    assert left(game) == ["game.mp4", "track.csv"]
    assert probe(render(game, output)).frame_count == 150


def test_cancelled_within_a_second(game: Path) -> None:
    asked: list[float] = []

    def cancelled() -> bool:
        if not asked and list(game.glob(".film.*.part.mp4")):
            asked.append(time.monotonic())
        return bool(asked)

    with pytest.raises(CancelledError, match=r"stopped; no file"):
        render(game, game / "film.mp4", watch=Watch(cancelled=cancelled))
    assert time.monotonic() - asked[0] < 1.0
    assert left(game) == ["game.mp4", "track.csv"]


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 256 kB: a tmpfs where we may mount one, else a limit on file sizes."""
    folder.mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True
        ).returncode
        == 0
        if sys.platform == "linux" and os.geteuid() == 0
        else False
    )
    if mounted:
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, before[1]))
    try:
        yield folder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk(game: Path) -> None:
    with small_disk(game / "disk") as disk:
        with pytest.raises(JobFailedError, match=r"film\.mp4' could not be written because the disk is full"):
            render(game, disk / "film.mp4")
        assert left(disk) == []
    assert probe(render(game, game / "film.mp4")).frame_count == 150


def test_a_source_that_is_cut_short_meanwhile(game: Path) -> None:
    """As when a card is pulled out: what was promised cannot be delivered, so nothing appears."""
    source = game / "game.mp4"
    content = source.read_bytes()

    def progress(done: int, total: int) -> None:
        if done == 5:
            os.truncate(source, len(content) // 10)

    with pytest.raises(JobFailedError, match=r"game\.mp4"):
        render(game, game / "film.mp4", watch=Watch(progress=progress))
    assert left(game) == ["game.mp4", "track.csv"]
    source.write_bytes(content)
    assert probe(render(game, game / "film.mp4")).frame_count == 150


def test_a_source_that_vanishes_before_the_render(game: Path) -> None:
    clip = video_clip(game / "game.mp4")
    track = track_over_clip(game / "track.csv", clip)
    (game / "game.mp4").rename(game / "away.mp4")
    done = subprocess.run(
        command(game, game / "film.mp4"), cwd=ROOT, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 2 and "There is no file" in done.stderr and "Traceback" not in done.stderr
    with pytest.raises(Exception, match=r"no file .*game\.mp4"):
        export(clip, track, game / "film.mp4", SETUP)
    assert left(game) == ["away.mp4", "track.csv"]
