"""Plugins are found, checked, isolated and reported."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from highlight_cuts_cv.api import IndicatorSpec, hookimpl
from highlight_cuts_cv.model import BadInputError, JobFailedError
from highlight_cuts_cv.plugin.registry import HOOKS, Registry, get_registry
from highlight_cuts_cv.plugin.shelves import PluginReport
from highlight_cuts_cv.testing import (
    check_deliverer,
    check_detector,
    check_exporter,
    check_identifier,
    check_indicator,
)

FIXTURE = Path(__file__).parents[1] / "fixtures" / "third_party_indicator"
GOOD = """
from highlight_cuts_cv.api import DetectorSpec, IndicatorSpec, hookimpl

@hookimpl
def hccv_indicators():
    yield IndicatorSpec(name="{name}", create=lambda options: None)
"""
HEAD = "from highlight_cuts_cv.api import DetectorSpec, IndicatorSpec, TrackerSpec, hookimpl\n"

# kind of breakage -> (module text, what the report must say)
BROKEN = {
    "import-error": ("import no_such_module_anywhere", "could not be imported.*no_such_module_anywhere"),
    "exit-at-import": ("raise SystemExit(3)", "could not be imported.*SystemExit"),
    "syntax-error": ("def (", "could not be imported.*SyntaxError"),
    "wrong-signature": (HEAD + "@hookimpl\ndef hccv_indicators(frame): yield 1", "frame"),
    "default-argument": (HEAD + "@hookimpl\ndef hccv_indicators(frame=1): yield 1", "takes arguments"),
    "unknown-hook": (HEAD + "@hookimpl\ndef hccv_indicator(): yield 1", "unknown hook 'hccv_indicator'"),
    "exception-in-hook": (HEAD + "@hookimpl\ndef hccv_trackers(): raise KeyError('boom')", "failed.*boom"),
    "exit-in-hook": (HEAD + "@hookimpl\ndef hccv_trackers(): raise SystemExit(1)", "failed.*SystemExit"),
    "exhausted-generator": (
        HEAD + "def g():\n    yield 1\nused = g()\nlist(used)\n@hookimpl\ndef hccv_detectors(): return used",
        "exhausted generator",
    ),
    "returns-none": (HEAD + "@hookimpl\ndef hccv_detectors(): return None", "returned None"),
    "wrong-type": (HEAD + "@hookimpl\ndef hccv_detectors(): yield 'yolo'", "yielded a str"),
    "wrong-spec": (
        HEAD + "@hookimpl\ndef hccv_detectors(): yield TrackerSpec(name='t', create=lambda o: None)",
        "yielded a TrackerSpec, not a DetectorSpec",
    ),
    "bad-name": (
        HEAD + "@hookimpl\ndef hccv_detectors(): yield DetectorSpec(name='Big One', create=print)",
        "lower case",
    ),
    "endless": (
        HEAD + "import itertools\n@hookimpl\ndef hccv_detectors():\n"
        "    for i in itertools.count(): yield DetectorSpec(name=f'd{i}', create=print)",
        "never stops",
    ),
    "nothing": ("x = 1", "provides nothing"),
}


def install(folder: Path, name: str, source: str, version: str = "1.0") -> None:
    """Put a distribution with one plugin module into *folder*, as pip would."""
    module = "plug_" + re.sub(r"\W", "_", name)
    (folder / f"{module}.py").write_text(source)
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[highlight_cuts_cv]\n{name} = {module}\n")


@pytest.fixture
def site(tmp_path, monkeypatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("plug_")]:
        del sys.modules[name]


def load(folder: Path) -> Registry:
    importlib.invalidate_caches()
    registry = Registry()
    registry.load(
        point
        for dist in distributions(path=[str(folder)])
        for point in dist.entry_points
        if point.group == "highlight_cuts_cv"
    )
    return registry


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_is_named_with_its_reason_and_harms_no_other(site, kind):
    source, reason = BROKEN[kind]
    install(site, kind, source, "0.3")
    install(site, "good", GOOD.format(name="fine"))
    registry = load(site)
    assert registry.indicators.names() == ["fine"]
    (report,) = [r for r in registry.reports if r.name == kind]
    assert (report.distribution, report.version) == (kind, "0.3")
    assert not report.provides
    assert re.search(reason, " ".join(report.problems)), report.problems
    (good,) = [r for r in registry.reports if r.name == "good"]
    assert good.problems == []


def test_specs_before_the_first_error_of_a_hook_are_kept(site):
    source = (
        HEAD
        + "@hookimpl\ndef hccv_indicators():\n    yield IndicatorSpec(name='one', create=print)\n    yield 2\n"
    )
    install(site, "half", source)
    registry = load(site)
    assert registry.indicators.names() == ["one"]
    assert "yielded a int" in registry.reports[0].problems[0]


def test_two_providers_of_one_name_are_a_conflict_that_names_both(site):
    install(site, "first", GOOD.format(name="dot"), "1.0")
    install(site, "second", GOOD.format(name="dot"), "2.0")
    registry = load(site)
    assert registry.indicators.names() == []
    with pytest.raises(
        BadInputError, match=r"plugin 'first' of first 1\.0 and plugin 'second' of second 2\.0"
    ):
        registry.indicator("dot")
    for report in registry.reports:
        assert any("provided more than once" in problem for problem in report.problems)


def test_a_name_given_twice_by_one_plugin_is_a_conflict(site):
    install(site, "twice", GOOD.format(name="a") + '    yield IndicatorSpec(name="a", create=print)\n')
    registry = load(site)
    assert registry.indicators.names() == []
    assert len(registry.reports[0].problems) == 1


def test_an_unknown_name_says_what_is_known(site):
    install(site, "good", GOOD.format(name="fine"))
    with pytest.raises(BadInputError, match=r"no indicator 'doot'; known are: fine"):
        load(site).indicator("doot")


def test_what_cannot_be_started_or_is_not_the_thing_is_a_sentence(site):
    install(site, "none", GOOD.format(name="none"))
    install(
        site,
        "bad",
        HEAD + "@hookimpl\ndef hccv_trackers():\n    yield TrackerSpec(name='bad', create=lambda o: 1 / 0)",
    )
    registry = load(site)
    with pytest.raises(JobFailedError, match="What the indicator 'none' makes is not"):
        registry.indicator("none")
    with pytest.raises(JobFailedError, match=r"tracker 'bad' .*failed to start.*ZeroDivisionError"):
        registry.tracker("bad")


def test_an_unknown_option_is_refused():
    with pytest.raises(BadInputError, match="no option 'colour'"):
        get_registry().indicator("dot", {"colour": "red"})


def test_bundled_plugins_are_all_well():
    registry = get_registry()
    assert [report.problems for report in registry.reports if report.distribution == "highlight-cuts-cv"] == [
        [] for report in registry.reports if report.distribution == "highlight-cuts-cv"
    ]
    assert "player-nano" in registry.detectors.names()
    assert "follow" in registry.trackers.names()
    assert {"dot", "ring", "arrow", "glow", "box", "label"} <= set(registry.indicators.names())
    assert "burn" in registry.exporters.names()
    assert "numbers" in registry.identifiers.names()


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_in_a_hooks_docstring_is_a_complete_plugin(hook, site, tmp_path_factory):
    from highlight_cuts_cv.plugin import hookspecs

    text = getattr(hookspecs, hook).__doc__
    lines = text[text.index("::") + 2 :].splitlines()
    install(site, "example", "\n".join(line[8:] for line in lines))
    registry = load(site)
    assert registry.reports[0].problems == []
    (provided,) = registry.reports[0].provides
    kind, name = provided.split()
    thing = getattr(registry, kind)(name)
    if kind == "exporter":
        check_exporter(thing, tmp_path_factory.mktemp("empty") / "out.txt")
    elif kind == "deliverer":
        check_deliverer(thing, tmp_path_factory.mktemp("empty") / "out.txt")
    elif kind == "detector":
        check_detector(thing)
    elif kind == "identifier":
        check_identifier(thing)
    elif kind == "indicator":  # and a tracker says itself that its player never moves
        check_indicator(thing)


def run_hccv(*arguments: str, site: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "highlight_cuts_cv", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path, "COLUMNS": "200"},
        timeout=120,
    )


def test_third_party_indicator_is_found_listed_and_used_among_broken_ones(tmp_path):
    install(tmp_path, "hccv-cross", (FIXTURE / "hccv_cross.py").read_text(), "1.2.3")
    for kind, (source, _) in BROKEN.items():
        install(tmp_path, kind, source)
    listed = run_hccv("plugins", site=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"hccv-cross\s+hccv-cross\s+1\.2\.3\s+indicator cross", listed.stdout)
    for kind in BROKEN:
        assert f"plugin '{kind}' of {kind} 1.0" in listed.stderr
    from highlight_cuts_cv.faces.demo import demo_clip

    track = tmp_path / "track.csv"
    track.write_text(
        "frame,left,top,width,height,score\n" + "".join(f"{i},500,300,40,100,1\n" for i in range(1, 6))
    )
    film = tmp_path / "out.mp4"
    arguments = ("--track", str(track), "--range", "0:5", "--indicator", "cross", "-o", str(film))
    done = run_hccv("render", str(demo_clip()), *arguments, site=tmp_path)
    assert done.returncode == 0, done.stderr
    from highlight_cuts_cv.media import clip_of, open_frames, probe

    with open_frames(clip_of(probe(film))) as frames:
        blue, green, red = (int(v) for v in frames[2].bgr[280 + 7, 520])
    assert red > 180 and blue > 180 and green < 90


LAZY = """
import importlib
{head}
def __getattr__(name):
    {reaction}

def __dir__():
    return [*globals(), "Model", "weights"]

@hookimpl
def hccv_indicators():
    yield IndicatorSpec(name="lazy", create=print)
"""


@pytest.mark.parametrize(
    "reaction",
    [
        "return importlib.import_module('no_such_module_anywhere')",
        "raise SystemExit(name)",
        "raise KeyError(name)",
        "raise ValueError(name)",
    ],
)
def test_a_module_that_imports_lazily_is_not_made_to(site, reaction):
    install(site, "lazy", LAZY.format(head=HEAD, reaction=reaction))
    install(site, "good", GOOD.format(name="fine"))
    registry = load(site)
    assert registry.indicators.names() == ["fine", "lazy"]
    assert [report.problems for report in registry.reports] == [[], []]


def test_a_module_that_cannot_even_be_listed_harms_nobody(site):
    body = HEAD + "def __dir__(): raise SystemExit(3)\n" + "@hookimpl\ndef hccv_indicators(): yield 1\n"
    install(site, "mute", body)
    install(site, "good", GOOD.format(name="fine"))
    registry = load(site)
    assert registry.indicators.names() == ["fine"]
    assert "cannot say what it has (SystemExit: 3)" in registry.reports[1].problems[0]


LATE = """
{head}
def _make():
    @hookimpl
    def late(): yield IndicatorSpec(name='late', create=print)
    return late

def __dir__(): return ['hccv_indicators', 'hccv_trackers']

def __getattr__(name):
    if name == 'hccv_indicators': return _make()
    raise RuntimeError('no ' + name)
"""


def test_a_hook_that_is_made_lazily_is_used_and_one_that_cannot_be_is_reported(site):
    install(site, "late", LATE.format(head=HEAD))
    registry = load(site)
    assert registry.indicators.names() == ["late"]
    assert registry.reports[0].problems == [
        "Its hook 'hccv_trackers' cannot be read (RuntimeError: no hccv_trackers)."
    ]


def uncalled(options: object) -> NoReturn:
    raise AssertionError(f"made with {options}")


def named(names_of: dict[str, tuple[str, ...]]) -> Registry:
    """A registry with a plugin of each name, from a distribution of that name, that gives those indicators."""
    registry = Registry()
    for plugin, names in names_of.items():
        specs = [IndicatorSpec(name=name, create=uncalled, summary=plugin) for name in names]
        distribution = "highlight-cuts-cv" if plugin == "bundled" else f"{plugin}-dist"
        registry.add(_giving(specs), PluginReport(plugin, distribution, "1.0"))
    return registry


def _giving(specs: list[IndicatorSpec]) -> SimpleNamespace:
    return SimpleNamespace(hccv_indicators=hookimpl(lambda: specs))


@pytest.mark.parametrize("order", [("bundled", "mine"), ("mine", "bundled")])
def test_a_bundled_plugin_keeps_its_name_and_the_other_has_one_too(order):
    registry = named(dict.fromkeys(order, ("dot",)))
    assert registry.indicators.names() == ["dot"]
    assert registry.indicators.find("dot").summary == "bundled"
    assert registry.indicators.find("mine:dot").summary == "mine"
    assert registry.indicators.find("bundled:dot").summary == "bundled"
    reports = {report.name: report for report in registry.reports}
    assert reports["bundled"].problems == [] and reports["bundled"].provides == ["indicator dot"]
    assert reports["mine"].provides == ["indicator mine:dot"]
    (problem,) = reports["mine"].problems
    assert "plugin 'bundled' of highlight-cuts-cv 1.0" in problem and "called 'mine:dot'" in problem


def test_two_foreign_plugins_of_one_name_are_a_conflict_with_a_way_out():
    registry = named({"first": ("cross",), "second": ("cross",)})
    assert registry.indicators.names() == []
    with pytest.raises(BadInputError, match="or choose 'first:cross' or 'second:cross'"):
        registry.indicators.find("cross")
    assert registry.indicators.find("second:cross").summary == "second"
    with_bundled = named({"first": ("dot",), "bundled": ("dot",), "second": ("dot",)})
    assert with_bundled.indicators.find("dot").summary == "bundled"
    assert with_bundled.indicators.find("first:dot").summary == "first"
    for report in with_bundled.reports:
        assert not any("more than once" in problem for problem in report.problems)


def test_a_plugins_name_with_a_wrong_thing_is_a_sentence():
    registry = named({"mine": ("cross",), "bundled": ("dot",)})
    for name in ("mine:dot", "nobody:cross", "mine:"):
        with pytest.raises(BadInputError, match=f"There is no indicator '{name}'; known are: cross, dot"):
            registry.indicators.find(name)
    with pytest.raises(BadInputError, match="An option is written dot:OPTION=VALUE"):
        registry.indicators.find("dot:size")
