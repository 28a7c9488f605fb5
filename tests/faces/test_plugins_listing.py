"""'hccv plugins NAME' tells what can be set, and how."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import NoReturn

import pytest

from highlight_cuts_cv import __main__
from highlight_cuts_cv.api import DetectorSpec, IndicatorSpec, Option, hookimpl
from highlight_cuts_cv.faces import console
from highlight_cuts_cv.plugin import registry as plugins
from highlight_cuts_cv.plugin.registry import Registry
from highlight_cuts_cv.plugin.shelves import PluginReport

OPTIONS = (
    Option(name="color", kind=str, default="red", summary="Its colour.", choices=("red", "blue")),
    Option(name="size", kind=float, default=1.5, summary="How large\n  it is.", minimum=0.5, maximum=3),
    Option(name="count", kind=int, default=2, summary="How many.", minimum=1),
    Option(name="limit", kind=int, default=2, summary="At most.", maximum=9),
    Option(name="filled", kind=bool, default=False, summary="Whether filled."),
    Option(name="text", kind=str, default="", summary="What to write."),
)


def uncalled(options: object) -> NoReturn:
    raise AssertionError(f"made with {options}")


@pytest.fixture
def ask(monkeypatch, capsys):
    """A call of 'hccv plugins NAME' with one foreign and one bundled plugin installed."""

    @hookimpl
    def indicators():
        yield IndicatorSpec(name="star", create=uncalled, summary="A star.", options=OPTIONS)
        yield IndicatorSpec(name="dot", create=uncalled)

    @hookimpl
    def detectors():
        yield DetectorSpec(name="star", create=uncalled, summary="Finds stars.")

    @hookimpl
    def bundled():
        yield IndicatorSpec(name="dot", create=uncalled, summary="The dot.")

    registry = Registry()
    registry.add(
        SimpleNamespace(hccv_indicators=indicators, hccv_detectors=detectors),
        PluginReport("sky", "sky-dist", "2.0"),
    )
    registry.add(SimpleNamespace(hccv_indicators=bundled), PluginReport("own", "highlight-cuts-cv", "1.0"))
    registry.add(SimpleNamespace(), PluginReport("empty", "empty-dist", "3.0"))
    monkeypatch.setattr(plugins, "_loaded", registry)

    def call(name: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hccv", "plugins", name])
        console._console.cache_clear()
        with pytest.raises(SystemExit) as left:
            __main__.main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return call


def test_every_option_is_told_with_type_default_values_and_meaning(ask):
    code, out, _ = ask("star")
    assert code == 0
    assert "indicator star: A star.\nfrom plugin 'sky' of sky-dist 2.0\n" in out
    assert "detector star: Finds stars.\nfrom plugin 'sky' of sky-dist 2.0\nIt has no options." in out
    lines = out[out.index("indicator star") :].splitlines()[2:9]
    assert [" ".join(line.split()) for line in lines] == [
        "option type default values meaning",
        "color str red red, blue Its colour.",
        "size float 1.5 0.5 to 3 How large it is.",
        "count int 2 from 1 How many.",
        "limit int 2 up to 9 At most.",
        "filled bool false true, false Whether filled.",
        'text str "" any What to write.',
    ]


def test_a_plugins_name_lists_all_that_it_provides_and_what_is_wrong_with_it(ask):
    code, out, err = ask("sky")
    assert code == 0
    assert "indicator star" in out and "detector star" in out and "indicator sky:dot" in out
    assert "'sky:dot'" in err
    code, _, err = ask("empty")
    assert code == 0 and "provides nothing" in err


def test_a_name_that_several_provide_lists_each(ask):
    _, out, _ = ask("dot")
    assert (
        "indicator dot: The dot.\nfrom plugin 'own'" in out and "indicator sky:dot\nfrom plugin 'sky'" in out
    )
    _, out, _ = ask("sky:dot")
    assert "indicator sky:dot" in out and "indicator dot" not in out


def test_an_unknown_name_is_a_mistake(ask):
    code, out, err = ask("moon")
    assert (code, out) == (2, "") and "There is no plugin 'moon'" in err
