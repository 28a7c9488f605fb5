"""Build the source distributions and wheels of Highlight Cuts CV and of every distribution in ``plugins/``: ``python tools/build_all.py``.

Each wheel is built from its source distribution, so that whoever has that alone can build it, too.  What is built is
checked: the metadata (``twine check --strict``), and that licences and data are inside.  Needs the packages ``build`` and
``twine`` (extra ``dev``).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Of the core, what no import would miss, but people or a command would.
CARRIED = {
    "highlight-cuts-cv": (
        "highlight_cuts_cv/py.typed",
        "highlight_cuts_cv/data/crossing.mp4",
        "highlight_cuts_cv/faces/web/static/index.html",
        "hccv_player_nano/*.onnx",
        "hccv_player_nano/*.md",
        "hccv_csv/plugin_manifest.json",
    )
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and check; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist", help="the folder (default: dist)")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (default: this one)")
    given = parser.parse_args(arguments)
    output: Path = given.output.absolute()
    built: list[Path] = []
    for project in projects(given.root):
        print(f"== {project.name}", flush=True)
        command = [sys.executable, "-m", "build", "--outdir", str(output), str(project)]
        if subprocess.run(command, check=False).returncode:
            print(f"{project} could not be built.", file=sys.stderr)
            return 1
        name, version = about(project)
        stem = f"{name.replace('-', '_')}-{version}"
        files = [output / f"{stem}.tar.gz", output / f"{stem}-py3-none-any.whl"]
        missing = [each for file in files for each in lacking(file, name)]
        if missing:
            print(f"{name} is incomplete: {', '.join(missing)} is missing.", file=sys.stderr)
            return 1
        built += files
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *map(str, built)], check=False
    )
    for file in built:
        print(f"{file.stat().st_size / 1e6:8.2f} MB  {file}")
    return checked.returncode


def projects(root: Path) -> Iterator[Path]:
    """The folders of all distributions: the core, then the others."""
    yield root
    yield from sorted(file.parent for file in (root / "plugins").glob("*/pyproject.toml"))


def about(project: Path) -> tuple[str, str]:
    """The name and the version of the distribution in *project*."""
    described = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    name, version = described["project"]["name"], described["project"].get("version")
    if version is None:  # said once, in the module that hatch reads
        module = project / described["tool"]["hatch"]["version"]["path"]
        version = re.findall(r'^__version__ = "(.+)"$', module.read_text(encoding="utf-8"), re.MULTILINE)[0]
    return str(name), str(version)


def lacking(file: Path, name: str) -> list[str]:
    """What a distribution file should hold and does not."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as archive:
            held = archive.namelist()
        wanted = ["*.dist-info/licenses/*LICENSE*", "*.dist-info/entry_points.txt", *CARRIED.get(name, ())]
    else:
        with tarfile.open(file) as archive:
            held = archive.getnames()
        wanted = ["*/LICENSE", "*/README.md", "*/pyproject.toml", "*/tests/*", "*/PKG-INFO"]
        wanted += [f"*/{each}" for each in CARRIED.get(name, ())]
    return [f"{each} in {file.name}" for each in wanted if not any(fnmatch(one, each) for one in held)]


if __name__ == "__main__":
    raise SystemExit(main())
