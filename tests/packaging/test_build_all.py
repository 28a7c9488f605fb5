"""The command of a release builds everything, and says what is missing in what it built."""

from __future__ import annotations

import importlib.util
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from highlight_cuts_cv import __version__

from .conftest import ROOT

SCRIPT = ROOT / "tools" / "build_all.py"
OTHERS = ("csrt", "mot", "ultralytics")


@pytest.fixture(scope="module")
def build_all():
    spec = importlib.util.spec_from_file_location("build_all", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.timeout(600)
def test_every_distribution_has_its_sources_and_its_wheel(built: Path):
    stems = ["highlight_cuts_cv", *(f"highlight_cuts_cv_{name}" for name in OTHERS)]
    wanted = {
        f"{stem}-{__version__}{ending}" for stem in stems for ending in (".tar.gz", "-py3-none-any.whl")
    }
    assert {file.name for file in built.iterdir()} - {".gitignore"} == wanted


@pytest.mark.skipif(
    not (ROOT / "plugins" / "highlight-cuts-cv-csrt").exists(), reason="needs a whole checkout"
)
def test_names_and_versions_are_read_from_the_projects(build_all):
    described = [build_all.about(project) for project in build_all.projects(ROOT)]
    assert described[0] == ("highlight-cuts-cv", __version__)
    assert described[1:] == [(f"highlight-cuts-cv-{name}", __version__) for name in OTHERS]


def test_what_is_not_inside_is_named(build_all, tmp_path: Path):
    wheel = tmp_path / "a-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a-1.0.dist-info/entry_points.txt", "")
    assert build_all.lacking(wheel, "a") == [f"*.dist-info/licenses/*LICENSE* in {wheel.name}"]
    assert any("crossing.mp4" in each for each in build_all.lacking(wheel, "highlight-cuts-cv"))
    sources = tmp_path / "a-1.0.tar.gz"
    with tarfile.open(sources, "w:gz") as archive:
        for name in ("LICENSE", "README.md", "pyproject.toml", "PKG-INFO"):
            archive.addfile(tarfile.TarInfo(f"a-1.0/{name}"), io.BytesIO())
    assert build_all.lacking(sources, "a") == [f"*/tests/* in {sources.name}"]


def test_what_cannot_be_built_is_a_failure(build_all, tmp_path: Path, capfd):
    (tmp_path / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'nothing_there'\n"
    )
    assert build_all.main(["-o", str(tmp_path / "dist"), "--root", str(tmp_path)]) == 1
    assert f"{tmp_path} could not be built." in capfd.readouterr().err
