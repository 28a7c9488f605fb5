"""A process killed at any moment harms no input, leaves no half file under a final name, and the next run works."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
import pytest

from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.tracking.files import read_track

ROOT = Path(__file__).resolve().parents[2]
KILLS = 3
"""Per command; the moments are other ones in every run of the tests."""
ROWS = "".join(f"{n},{500 + n},300,40,100,0.9\n" for n in range(1, 61))
INPUTS = ("game.mp4", "game.otio", "t.csv")

JOIN = "import sys, highlight_cuts_cv as h; h.concat_tracked_clips([sys.argv[1]] * 2, sys.argv[2])"
COMMANDS = {
    "track": ("track", "game.mp4", "--pick", "20:1056,330", "--range", "20:40", "-o", "out.csv"),
    "render": ("render", "game.mp4", "--track", "t.csv", "--range", "0:60", "-o", "out.mp4"),
    "export": (
        "export", "game.mp4", "--track", "t.csv", "--exporter", "ffmpeg", "--range", "0:60", "-o", "out.sh",
    ),
    "run": ("run", "game.otio", "--pick", "01-The-red-jacket-arrives=0:1056,330", "-o", "out.otio"),
    "concat": ("game.mp4", "joined.mp4"),
}  # fmt: skip


def is_whole_film(path: Path) -> None:
    assert probe(path).frame_count in (40, 60, 240)


def is_whole_script(path: Path) -> None:
    pictures = (
        path.with_name("out.sprites")
        / path.read_text(encoding="utf-8").split("out.sprites/")[1].split("/")[0]
    )
    assert len(list(pictures.glob("*.png"))) == 60 and (pictures / "filter.txt").exists()


def is_whole_timeline(path: Path) -> None:
    clips = list(otio.adapters.read_from_file(str(path)).find_clips())
    is_whole_film(Path(clips[0].media_reference.target_url))


WHOLE: dict[str, Callable[[Path], object]] = {
    ".csv": read_track,
    ".mp4": is_whole_film,
    ".sh": is_whole_script,
    ".otio": is_whole_timeline,
    ".json": lambda path: json.loads(path.read_text()),
}


def start(command: str, folder: Path, cache: Path) -> subprocess.Popen[bytes]:
    program = ["-c", JOIN] if command == "concat" else ["-m", "highlight_cuts_cv"]
    path = os.pathsep.join(str(ROOT / part) for part in (".", "plugins", "otio_adapters"))
    return subprocess.Popen(
        [sys.executable, *program, *COMMANDS[command]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(cache)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def digests(folder: Path) -> list[str]:
    return [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in INPUTS]


def check_finals(folder: Path) -> None:
    """What stands under a final name is whole; temporary names begin with a dot."""
    for file in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.is_file() and file.suffix in WHOLE and file.name not in INPUTS and not hidden:
            WHOLE[file.suffix](file)


def finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_any_moment(tmp_path, command):
    folder = tmp_path / "games"
    folder.mkdir()
    shutil.copyfile(demo_clip(), folder / "game.mp4")
    (folder / "t.csv").write_text(f"frame,left,top,width,height,score\n{ROWS}")
    write_cut(folder / "game.mp4", folder / "game.otio")
    before = digests(folder)
    began = time.monotonic()
    finish(start(command, folder, tmp_path / "cache"))
    usual = time.monotonic() - began
    for number in range(KILLS):
        # A cache and a project of its own, for a run that finds everything done is over before it is killed.
        shutil.rmtree(folder / "game.hccv", ignore_errors=True)
        process = start(command, folder, tmp_path / f"cache {number}")
        time.sleep(random.uniform(0.1, 1.0) * usual)
        process.kill()
        process.communicate()
        assert digests(folder) == before
        check_finals(folder)
    finish(start(command, folder, tmp_path / f"cache {KILLS - 1}"))
    assert digests(folder) == before
    check_finals(folder)
