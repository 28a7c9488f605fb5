"""What is built for others, from the files that a clone would have."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "tests" / "fixtures" / "third_party_indicator"


# Where the sources are on the path, they would be tried instead of what was built from them.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def run(*command: object, env: dict[str, str] = ENVIRONMENT, **keywords) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=env, **keywords
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """The files git knows, as a clone would have them, uncommitted changes included."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs a git checkout")
    folder = tmp_path_factory.mktemp("checkout")
    for name in run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def built(checkout, tmp_path_factory) -> Path:
    """The folder with what a release consists of, built from a clean checkout by the release's own command."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, checkout / "tools" / "build_all.py", "-o", folder, timeout=500)
    return folder


@pytest.fixture(scope="session")
def python(built, tmp_path_factory) -> Path:
    """The interpreter of a fresh environment with the wheel and a third-party plugin in it."""
    wheels = tmp_path_factory.mktemp("wheels")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, FIXTURE)
    environment = tmp_path_factory.mktemp("fresh")
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    (environment / "empty-size").write_text(str(size_of(environment)))
    wanted = [*built.glob("highlight_cuts_cv-*.whl"), *wheels.glob("*.whl")]
    run(python, "-m", "pip", "install", "-q", *wanted, timeout=600)
    return python


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink())
