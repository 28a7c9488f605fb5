"""Who packages the source distribution can run its tests, and reads what licences are in it."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

import pytest

from .conftest import run


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory) -> Path:
    """The source distribution, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    (archive,) = built.glob("highlight_cuts_cv-*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    (inner,) = (path for path in folder.iterdir() if path.is_dir())
    return inner


@pytest.mark.timeout(600)
def test_its_tests_collect(unpacked):
    collected = run(
        *(sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"),
        cwd=unpacked,
    )
    assert "tests/benchmarks/" in collected and "tests/packaging/" in collected


def test_the_licences_of_all_that_it_holds_are_named(unpacked):
    about = (unpacked / "PKG-INFO").read_text()
    assert "License-Expression: MIT AND Apache-2.0 AND Bitstream-Vera\n" in about
    for name in ("LICENSE", "LICENSE-player_nano", "LICENSE-DejaVu"):
        assert any(line.startswith("License-File:") and line.endswith(name) for line in about.splitlines())


def test_distributions_of_their_own_are_left_out(unpacked):
    assert not list((unpacked / "plugins").glob("highlight-cuts-cv-*"))
