"""A console or a file of another encoding shows what it can; nothing fails for a letter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.tracking.doubt_files import doubts_path

ROOT = Path(__file__).resolve().parents[2]


def hccv(folder: Path, encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    parts = (ROOT, ROOT / "plugins", ROOT / "otio_adapters")
    return subprocess.run(
        [sys.executable, "-m", "highlight_cuts_cv", *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONIOENCODING": encoding,
            "PYTHONPATH": os.pathsep.join(map(str, parts)),
        },
        capture_output=True,
    )


@pytest.mark.parametrize(
    ("encoding", "shown"), [("cp1252", "??.mp4"), ("ascii", "??.mp4"), ("utf-8", "決勝.mp4")]
)
def test_letters_that_the_encoding_lacks_are_replaced(tmp_path, encoding, shown):
    (tmp_path / "決勝.mp4").symlink_to(demo_clip())
    (tmp_path / "cut.csv").write_text("videoName,startTime,stopTime\n決勝.mp4,0:01,0:02\n", "utf-8")
    done = hccv(tmp_path, encoding, "clips", "cut.csv")
    assert (done.returncode, done.stderr) == (0, b"")
    assert shown in done.stdout.decode(encoding)


def test_sentences_about_errors_come_through_too(tmp_path):
    done = hccv(tmp_path, "cp1252", "clips", "決勝.otio")
    assert done.returncode == 2
    assert b"There is no timeline file" in done.stderr


def test_names_with_bytes_that_are_no_letters(tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/Sch\xfcler"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this system has no such names")
    (folder / "game.mp4").symlink_to(demo_clip())
    (folder / "cut.csv").write_text("videoName,startTime,stopTime\ngame.mp4,0:01,0:02\n", "utf-8")
    picture, path = folder / os.fsdecode(b"Zo\xeb.png"), folder / os.fsdecode(b"Zo\xeb.csv")
    done = hccv(folder, "utf-8", "detect", "game.mp4", "-o", str(picture))
    assert (done.returncode, picture.exists()) == (0, True), done.stderr
    pick = ("--pick", "0:905,204,52,147", "--range", "0:5")
    done = hccv(folder, "utf-8", "track", "game.mp4", *pick, "-o", str(path))
    assert done.returncode == 0 and path.exists(), done.stderr
    assert json.loads(doubts_path(path).read_text("utf-8"))["track"] == path.name
    for more in ((), ("-o", str(tmp_path / "away.otio"))):
        done = hccv(folder, "utf-8", "run", "cut.csv", "--pick", "01=0:905,204,52,147", *more)
        assert done.returncode == 2 and b"has bytes that are no letters" in done.stderr
    assert not (folder / "cut.media").exists()
