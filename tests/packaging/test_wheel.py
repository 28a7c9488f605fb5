"""A wheel built from a clean checkout works in a fresh environment."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from urllib.request import urlopen

import pytest

from highlight_cuts_cv import __version__

from .conftest import ENVIRONMENT, ROOT, run, size_of

LARGEST_INSTALL_MB = 600


@pytest.mark.timeout(900)
def test_the_wheel_runs_the_demo_and_finds_plugins_and_adapters(python, tmp_path):
    listed = run(
        python, "-m", "highlight_cuts_cv", "plugins", cwd=tmp_path, env=ENVIRONMENT | {"COLUMNS": "200"}
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
def test_the_wheel_holds_every_file_of_its_packages(checkout, built):
    with zipfile.ZipFile(*built.glob("highlight_cuts_cv-*.whl")) as wheel:
        held = set(wheel.namelist())
    for above, packages in ((".", "highlight_cuts_cv"), ("plugins", "hccv_*"), ("otio_adapters", "hccv_*")):
        files = [file for folder in (checkout / above).glob(packages) for file in folder.rglob("*")]
        wanted = {file.relative_to(checkout / above).as_posix() for file in files if file.is_file()}
        assert len(wanted) > 5 and not wanted - held


@pytest.mark.timeout(900)
def test_the_other_distributions_are_found_with_it(python, built, tmp_path):
    others = [file for file in built.glob("*.whl") if not file.name.startswith("highlight_cuts_cv-")]
    assert len(others) == 3
    # Their own requirements are large; what makes them plugins is in the wheels.
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--target", tmp_path / "others", *others)
    environment = ENVIRONMENT | {"COLUMNS": "200", "PYTHONPATH": str(tmp_path / "others")}
    told = run(python, "-m", "highlight_cuts_cv", "plugins", cwd=tmp_path, env=environment)
    listed = " ".join(told.split())
    for name, found in (
        ("csrt", "tracker csrt"),
        ("mot", "tracker mot-ocsort"),
        ("ultralytics", "tracker botsort"),
    ):
        assert found in listed and f"highlight-cuts-cv-{name} {__version__}" in listed


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
        env=ENVIRONMENT,
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
