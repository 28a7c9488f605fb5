"""The Dockerfile's steps: what it starts exists, as nobody special, and what it leaves out is not needed.

Docker itself is not needed: its steps are done in a fresh environment, and the libraries that this takes from the system are
held against those of the image that the file starts from.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from fnmatch import fnmatch
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
import typer

from highlight_cuts_cv.faces.cli import app

from .conftest import ROOT, run

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


OF_THE_IMAGE = re.compile(
    r"(ld-linux.*|linux-vdso|lib(c|m|mvec|dl|pthread|rt|util|resolv|crypt|gcc_s|stdc\+\+|z|bz2|lzma|ffi|expat|uuid|atomic"
    r"|python3(\.\d+)?))\.so.*"
)
"""Libraries of python:*-slim, a Debian with what Python itself is linked to."""


@pytest.mark.timeout(900)
def test_the_package_is_the_same_without_what_the_build_ignores(checkout, tmp_path):
    ignored = (ROOT / ".dockerignore").read_text().split()
    top = [one for one in ignored if "**" not in one]
    shutil.copytree(
        checkout,
        tmp_path / "source",
        ignore=lambda folder, names: [
            name
            for name in names
            if os.path.samefile(folder, checkout) and any(fnmatch(name, one) for one in top)
        ],
    )
    assert not (tmp_path / "source" / "tests").exists()
    contents = []
    for source, folder in ((checkout, "whole"), (tmp_path / "source", "built")):
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path / folder, source)
        (wheel,) = (tmp_path / folder).glob("*.whl")
        contents.append({one.filename: one.CRC for one in ZipFile(wheel).infolist()})
    assert contents[0] == contents[1]


@pytest.mark.timeout(900)
def test_its_command_serves_the_page_to_whoever_has_the_token(python, tmp_path):
    (entry,) = json.loads(of("ENTRYPOINT"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    swapped = {of("VOLUME"): str(tmp_path), of("EXPOSE"): str(port), "0.0.0.0": "127.0.0.1"}
    command = [swapped.get(one, one) for one in json.loads(of("CMD"))]
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "HCCV_TOKEN": "a-long-word", "LANG": "C.UTF-8"}
    with subprocess.Popen(
        [python.parent / entry, *command], cwd=tmp_path, env=bare, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None and server.stdout.readline()
            address = f"http://127.0.0.1:{port}/"
            with urlopen(f"{address}?token=a-long-word") as page:
                assert b"Highlight Cuts CV" in page.read()
        finally:
            server.terminate()


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux" or shutil.which("ldd") is None, reason="reads Linux libraries")
def test_it_needs_no_library_that_the_image_lacks(python):
    environment = python.parent.parent
    missing: dict[str, str] = {}
    for library in environment.rglob("*.so*"):
        if "gpu_plugin" in library.name:  # for the CPU there is another; what no device needs is not loaded
            continue
        listed = subprocess.run(["ldd", library], capture_output=True, text=True, check=False).stdout
        for name, found in re.findall(r"^\s*(\S+)(?: => (.*?))?(?: \(0x.*)?$", listed, re.MULTILINE):
            inside = found.startswith(str(environment))
            if not inside and not OF_THE_IMAGE.fullmatch(os.path.basename(name)):
                missing[name] = library.name
    assert not missing
