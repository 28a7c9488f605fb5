"""``hccv doctor`` on a machine that is well, and on ones that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faces.hccv_process import hccv

CHECKS = ["highlight-cuts-cv", "video", "timelines", "detector", "plugins", "cache"]


def verdicts(printed: str) -> dict[str, str]:
    """What each check is called, and whether it says ok or FAIL."""
    lines = [line.split() for line in printed.splitlines()]
    return {words[1]: words[0] for words in lines if words and words[0] in ("ok", "FAIL")}


def test_a_machine_that_is_well():
    done = hccv("doctor")
    assert done.returncode == 0 and not done.stderr
    assert verdicts(done.stdout) == dict.fromkeys(CHECKS, "ok")
    assert "player-nano finds 3 people in the demo clip" in " ".join(done.stdout.split())


def broken_plugin(folder: Path) -> None:
    info = folder / "sorry-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sorry\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[highlight_cuts_cv]\nsorry = not_there\n")


def broken_library(folder: Path) -> None:
    (folder / "av.py").write_text("raise ImportError('libavcodec is gone')\n")


def one_that_finds_nobody(folder: Path) -> None:
    """OpenCV, but every picture it scales is black."""
    (folder / "sitecustomize.py").write_text(
        "import cv2\nresize = cv2.resize\n"
        "cv2.resize = lambda picture, *args, **more: resize(picture * 0, *args, **more)\n"
    )


@pytest.mark.parametrize(
    ("harm", "failing", "said"),
    [
        (broken_plugin, {"plugins"}, "problems with sorry; see 'hccv plugins'"),
        (broken_library, {"video", "detector"}, "ImportError: libavcodec is gone"),
        (one_that_finds_nobody, {"detector"}, "player-nano finds nobody in the demo clip"),
    ],
)
def test_a_machine_that_is_not(tmp_path, harm, failing, said):
    """Every check is made all the same, and the command fails."""
    harm(tmp_path)
    done = hccv("doctor", first_on_path=tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert verdicts(done.stdout) == {check: "FAIL" if check in failing else "ok" for check in CHECKS}
    assert said in " ".join(done.stdout.split())
