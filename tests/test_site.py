"""The documentation as a site: it holds every page, builds offline, and the tutorial's commands do what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_every_page_is_in_the_sites_navigation_once():
    text = (ROOT / "mkdocs.yml").read_text()
    pages = re.findall(r": ([\w-]+\.md)$", text, re.M)
    assert sorted(pages) == sorted(path.name for path in DOCS.glob("*.md"))


@pytest.mark.skipif(find_spec("mkdocs") is None, reason="the extra 'docs' is not installed")
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    # A notice of the theme's own authors, not of the pages, goes to standard error.
    said = [
        line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("WARNING", "ERROR"))
    ]
    assert done.returncode == 0 and said == [], done.stderr
    pages = [*tmp_path.glob("*/index.html"), tmp_path / "index.html"]
    assert len(pages) == len([*DOCS.glob("*.md")])
    for page in pages:
        loaded = re.findall(r"<(?:script|link|img)\b[^>]*\b(?:src|href)=\"([^\"]+)\"", page.read_text())
        assert loaded and not [address for address in loaded if "//" in address], page


def test_the_tutorials_commands_work_in_their_order(tmp_path):
    text = (DOCS / "tutorial.md").read_text()
    own_game = text.index("## Your own game")
    commands = [
        shlex.split(line)
        for block in re.findall(r"^```\n(.*?)^```", text[:own_game], re.M | re.S)
        for line in block.splitlines()
        if line.startswith("hccv ") and not line.startswith("hccv review")
    ]
    assert [command[1] for command in commands] == ["demo", "clips", "detect", "run", "run"]
    for command in commands:
        hccv = [sys.executable, "-m", "highlight_cuts_cv", *command[1:]]
        done = subprocess.run(hccv, cwd=tmp_path, capture_output=True, text=True, timeout=250)
        assert done.returncode == 0, (command, done.stderr)
        if command[1] == "clips":
            assert "The red jacket arrives" in done.stdout and "The man in jeans walks away" in done.stdout
    told = {path.name for path in (tmp_path / "first").iterdir()}
    assert {
        name for name in re.findall(r"`(?:first/)?([\w.]+\.(?:mp4|otio|png|jpg))`", text[:own_game])
    } <= told
