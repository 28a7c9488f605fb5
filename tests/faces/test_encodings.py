"""A console or a file of another encoding shows what it can; nothing fails for a letter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from highlight_cuts_cv.faces.demo import demo_clip

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
