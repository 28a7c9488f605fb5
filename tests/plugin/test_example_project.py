"""The example project of docs/plugins.md is complete: it is found, keeps the contracts and passes its own test."""

from __future__ import annotations

import dataclasses
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from highlight_cuts_cv import api
from highlight_cuts_cv.plugin.registry import Registry
from highlight_cuts_cv.testing import check_detector, check_indicator

TEXT = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()
FILES = dict(re.findall(r"`([\w.]+)`(?:, for `pytest`)?:\n\n```\w+\n(.*?)^```", TEXT, re.M | re.S))


@pytest.fixture
def project(tmp_path, monkeypatch) -> Iterator[Path]:
    """The files of the example, installed as pip would."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    about = tomllib.loads(FILES["pyproject.toml"])
    name, version = about["project"]["name"], about["project"]["version"]
    info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    groups = about["project"]["entry-points"]
    lines = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in of.items()) for group, of in groups.items()]
    (info / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("hccv_white", None)


def test_the_project_has_its_files():
    assert set(FILES) == {"pyproject.toml", "hccv_white.py", "test_white.py"}
    about = tomllib.loads(FILES["pyproject.toml"])
    assert set(about["project"]["entry-points"]["highlight_cuts_cv"].values()) == {"hccv_white"}
    assert about["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"] == ["hccv_white.py"]


def test_what_it_provides_is_found_takes_options_and_keeps_the_contracts(project):
    importlib.invalidate_caches()
    registry = Registry()
    registry.load(
        point
        for dist in distributions(path=[str(project)])
        for point in dist.entry_points.select(group="highlight_cuts_cv")
    )
    (report,) = registry.reports
    assert (report.name, report.distribution, report.problems) == ("white", "hccv-white", [])
    assert report.provides == ["detector white-shirts", "indicator white-square"]
    check_detector(registry.detector("white-shirts", {"level": "180"}))
    check_indicator(registry.indicator("white-square", {"size": "20", "color": "red"}))
    with pytest.raises(api.BadInputError, match="must be one of white, red"):
        registry.indicator("white-square", {"color": "green"})


def test_its_own_test_passes_and_the_command_line_knows_it(project):
    path = os.pathsep.join([str(project), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"PYTHONPATH": path, "COLUMNS": "200"}
    for command in (
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_white.py"],
        ["-m", "highlight_cuts_cv", "plugins", "white"],
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^level +int +200 +1 to 255 +how bright white is$", done.stdout, re.M)


@pytest.mark.parametrize(
    "thing",
    [
        "TrackJob",
        "DrawJob",
        "ExportJob",
        "DeliverJob",
        "DeliveredClip",
        "TrackerSpec",
        "IndicatorSpec",
        "ExporterSpec",
        "DelivererSpec",
        "DetectorSpec",
        "Option",
    ],
)
def test_every_field_that_a_plugin_gets_or_gives_is_in_the_reference(thing):
    reference = TEXT[TEXT.index("## The protocols") : TEXT.index("## Names you may import")]
    for field in dataclasses.fields(getattr(api, thing)):
        assert f"`{field.name}`" in reference, f"{field.name} of {thing} is missing in docs/plugins.md"


@pytest.mark.parametrize(
    "protocol", ["Detector", "Tracker", "Indicator", "Exporter", "Deliverer", "SceneSource", "TrackStore"]
)
def test_every_method_of_a_protocol_is_in_the_reference(protocol):
    methods = [
        name for name, thing in vars(getattr(api, protocol)).items() if callable(thing) and name[0] != "_"
    ]
    assert methods
    for method in methods:
        assert f"`{method}(" in TEXT, f"{protocol}.{method} is missing in docs/plugins.md"
