"""``hccv plugins --new``: what it makes is the example of the documentation, can be installed, is found and tests itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.plugin.template import new_plugin

from .test_example_project import FILES


def test_it_is_the_example_of_the_documentation(tmp_path: Path):
    folder = new_plugin("white", tmp_path / "plugin")
    made = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    readme = made.pop("README.md")
    assert made == FILES
    assert "{" not in readme and "white-square" in readme


@pytest.mark.timeout(300)
def test_it_is_installed_found_and_passes_its_own_tests(tmp_path: Path):
    def run(*command: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=os.environ | {"COLUMNS": "200"} | more,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    said = run("-m", "highlight_cuts_cv", "plugins", "--new", "red-caps")
    assert said.startswith("Wrote hccv-red-caps. Next: pip install -e hccv-red-caps")
    run("-m", "pip", "install", "-q", "--no-deps", "--target", "installed", "./hccv-red-caps")
    path = os.pathsep.join(["installed", *filter(None, [os.environ.get("PYTHONPATH")])])
    listed = run("-m", "highlight_cuts_cv", "plugins", "red_caps", PYTHONPATH=path)
    assert "detector red-caps-shirts: Finds white shirts." in listed
    assert "indicator red-caps-square: A square above the head." in listed
    assert "from plugin 'red_caps' of hccv-red-caps 1.0" in listed
    own = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "hccv-red-caps", PYTHONPATH=path)
    assert "4 passed" in own


def test_a_linter_finds_nothing_in_it(tmp_path: Path):
    folder = new_plugin("red-caps", tmp_path / "plugin")
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select",
        "E4,E7,E9,F,B,UP,SIM",
        str(folder),
    ]
    checked = subprocess.run(ruff, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "name", ["", "Shirts", "white shirts", "white_shirts", "1st", "-a", "a-", "a--b", "../a"]
)
def test_what_is_no_name_is_refused(name: str, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInputError, match="is no name for a plug-in"):
        new_plugin(name)
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hccv-shirts").mkdir()
    with pytest.raises(BadInputError, match="hccv-shirts is there already"):
        new_plugin("shirts")
    assert not [*(tmp_path / "hccv-shirts").iterdir()]
