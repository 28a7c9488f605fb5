"""A wheel built from a clean checkout works in a fresh environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from urllib.request import urlopen

import pytest

from .conftest import ROOT, run

FIXTURE = ROOT / "tests" / "fixtures" / "third_party_indicator"
LARGEST_INSTALL_MB = 600


@pytest.fixture(scope="module")
def python(checkout, tmp_path_factory) -> Path:
    """The interpreter of a fresh environment with the wheel and a third-party plugin in it."""
    wheels = tmp_path_factory.mktemp("wheels")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, checkout, FIXTURE)
    environment = tmp_path_factory.mktemp("fresh")
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    (environment / "empty-size").write_text(str(size_of(environment)))
    run(python, "-m", "pip", "install", "-q", *wheels.glob("*.whl"), timeout=600)
    return python


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink())


@pytest.mark.timeout(900)
def test_the_wheel_runs_the_demo_and_finds_plugins_and_adapters(python, tmp_path):
    listed = run(
        python, "-m", "highlight_cuts_cv", "plugins", cwd=tmp_path, env=os.environ | {"COLUMNS": "200"}
    )
    for name in (
        "detector player-nano",
        "tracker follow",
        "indicator dot",
        "exporter burn",
        "indicator cross",
    ):
        assert name in listed
    code = "import opentimelineio as o; print(*o.adapters.available_adapter_names())"
    assert "highlight_cuts_csv" in run(python, "-c", code, cwd=tmp_path).split()
    run(python, "-m", "highlight_cuts_cv", "demo", "-o", "out", cwd=tmp_path)
    for name in ("game.tracked.otio", "reel.mp4", "sheet.png"):
        assert (tmp_path / "out" / name).stat().st_size > 1000


@pytest.mark.timeout(900)
def test_the_base_install_is_small_and_without_torch(python):
    environment = python.parent.parent
    size = size_of(environment) - int((environment / "empty-size").read_text())
    installed = run(python, "-m", "pip", "list", "--format", "freeze").lower()
    assert "torch" not in installed and "ultralytics" not in installed
    assert size / 1e6 < LARGEST_INSTALL_MB


@pytest.mark.timeout(900)
def test_the_review_page_comes_with_the_wheel(python, tmp_path):
    (tmp_path / "reel.csv").write_text("videoName,startTime,stopTime\ngame.mp4,1,3\n")
    shutil.copyfile(ROOT / "highlight_cuts_cv" / "data" / "crossing.mp4", tmp_path / "game.mp4")
    server = subprocess.Popen(
        [python, "-m", "highlight_cuts_cv", "review", "reel.csv", "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        page = urlopen(address).read().decode()
        for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            assert urlopen(address.rstrip("/") + name).read()
        assert "fetch(" in urlopen(f"{address}static/api.js").read().decode()
    finally:
        server.terminate()
        server.communicate(timeout=30)
