"""The Dockerfile's steps: what it starts exists, as nobody special, and what it leaves out is not needed."""

from __future__ import annotations

import json
import re

import typer

from highlight_cuts_cv.faces.cli import app

from .conftest import ROOT

LINES = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line and not line.startswith("#")]


def of(instruction: str) -> str:
    (found,) = (line.partition(" ")[2] for line in LINES if line.startswith(f"{instruction} "))
    return found


def test_it_starts_a_command_that_exists():
    assert json.loads(of("ENTRYPOINT")) == ["hccv"]
    verb, *arguments = json.loads(of("CMD"))
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    parsed = commands[verb].make_context(verb, arguments, resilient_parsing=True).params
    assert parsed["host"] == "0.0.0.0" and parsed["browser"] is False
    assert str(parsed["port"]) == of("EXPOSE")
    assert str(parsed["timeline"]) == of("VOLUME") == of("WORKDIR")


def test_it_runs_as_a_user_who_may_write_the_games_only():
    user = of("USER")
    assert user != "root"
    made = next(line for line in LINES if "useradd" in line)
    assert user in made and f"chown {user}:{user} {of('VOLUME')}" in made
    assert LINES.index(made) < LINES.index(f"USER {user}")


def test_it_installs_on_a_python_that_the_project_supports():
    version = re.fullmatch(r"python:(\d+)\.(\d+)-slim", of("FROM"))
    wanted = re.search(r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert version and wanted
    assert tuple(map(int, version.groups())) >= tuple(map(int, wanted.groups()))
    assert any("pip install --no-cache-dir /source" in line for line in LINES)


def test_what_the_build_needs_is_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text().split()
    needed = {"highlight_cuts_cv", "plugins", "otio_adapters", "pyproject.toml", "README.md", "LICENSE"}
    assert not needed.intersection(ignored)
