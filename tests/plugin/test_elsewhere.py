"""Names of the distributions of their own say what to install, and are the names that these have."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.plugin.elsewhere import PROVIDES, distribution_of
from highlight_cuts_cv.plugin.registry import Registry
from highlight_cuts_cv.plugin.shelves import PluginReport

PLUGINS = Path(__file__).parents[2] / "plugins"
DISTRIBUTIONS = sorted(path.parent for path in PLUGINS.glob("highlight-cuts-cv-*/pyproject.toml"))


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=lambda folder: folder.name)
def test_every_name_of_a_distribution_is_known(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder / "src")
    about = tomllib.loads((folder / "pyproject.toml").read_text())
    registry = Registry()
    for module in about["project"]["entry-points"]["highlight_cuts_cv"].values():
        registry.add(importlib.import_module(module), PluginReport(module))
    (report,) = registry.reports
    assert not report.problems
    assert sorted(report.provides) == sorted(PROVIDES[folder.name])


@pytest.mark.parametrize(
    ("kind", "name", "distribution"),
    [
        ("tracker", "botsort", "highlight-cuts-cv-ultralytics"),
        ("tracker", "arcsort", "highlight-cuts-cv-mot"),
        ("tracker", "csrt", "highlight-cuts-cv-csrt"),
        ("detector", "yolo26x", "highlight-cuts-cv-ultralytics"),
    ],
)
def test_a_name_that_is_not_there_says_what_to_install(kind, name, distribution):
    with pytest.raises(BadInputError, match=f"'{name}' .* 'pip install {distribution}'"):
        getattr(Registry(), kind)(name)
    assert distribution_of(kind, name) == distribution


def test_other_names_are_simply_unknown():
    assert distribution_of("detector", "botsort") is None
    with pytest.raises(BadInputError, match="There is no detector 'botsort'"):
        Registry().detector("botsort")
