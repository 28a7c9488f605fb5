"""All distributions are of one version, fit each other, and the changelog says what is in it."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from highlight_cuts_cv import __version__

from .conftest import ROOT

OTHERS = sorted((ROOT / "plugins").glob("*/pyproject.toml"))
HEADING = re.compile(r"## (?:Unreleased|(\d+\.\d+\.\d+) — (\d{4}-\d{2}-\d{2}))")


@pytest.mark.skipif(not OTHERS, reason="the distributions of their own are not here")
@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.parent.name)
def test_the_others_are_of_the_same_version_and_take_this_one(file):
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
    (needed,) = (
        found for line in project["dependencies"] if (found := Requirement(line)).name == "highlight-cuts-cv"
    )
    assert needed.specifier.contains(__version__) and not needed.specifier.contains("2.0")


@pytest.mark.parametrize("file", [ROOT / "pyproject.toml", *OTHERS], ids=lambda file: file.parent.name)
def test_what_an_index_shows_is_there_and_true(file):
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    assert project["description"].endswith(".") and len(project["description"]) < 120
    assert (file.parent / project["readme"]).is_file() and project["license"] and project["authors"]
    keywords, classifiers = project["keywords"], project["classifiers"]
    assert {"video", "sports", "tracking"} <= set(keywords) and len(set(keywords)) == len(keywords)
    assert classifiers == sorted(classifiers) and len(set(classifiers)) == len(classifiers)
    # The licence is an expression; where types are promised there is the file that says so.
    assert not any(one.startswith("License ::") for one in classifiers)
    assert ("Typing :: Typed" in classifiers) == any(
        path
        for path in file.parent.glob("*/**/py.typed")
        if "plugins" not in path.relative_to(file.parent).parts
    )
    assert "urls" not in project, "nothing is known to be there"


def test_the_example_plugin_takes_this_version():
    (line,) = re.findall(
        r'^dependencies = \["(.+)"\]$', (ROOT / "docs/plugins.md").read_text(encoding="utf-8"), re.M
    )
    assert Requirement(line).specifier.contains(__version__)


def test_the_changelog_goes_by_releases_and_the_newest_is_this_one():
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    headings = [HEADING.fullmatch(line) for line in lines if line.startswith("## ")]
    assert all(headings), "a release is `## 1.2.3 — 2026-12-31`"
    releases = [found[1] for found in headings if found and found[1]]
    assert releases[0] == __version__
    assert releases == sorted(releases, key=lambda name: tuple(map(int, name.split("."))), reverse=True)
    assert len(set(releases)) == len(releases)


def test_the_changelog_says_nothing_twice():
    said = [
        line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:2] == "- "
    ]
    assert sorted(set(said)) == sorted(said)


def test_a_release_is_read_in_a_few_minutes():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.split(r"^## ", text, flags=re.M)[1:]
    assert max(len(release.split()) for release in releases) < 1500
