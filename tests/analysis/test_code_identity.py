"""When a result counts as another plug-in's: its code, its data, the files that its options name."""

from __future__ import annotations

import functools
import importlib
import os
import sys

import pytest

from highlight_cuts_cv.analysis.code_identity import code_identity, options_identity

SOURCE = """
from functools import partial

def create(options, name="a"): ...

class Maker:
    def __init__(self, name="a"):
        self.name = name
    def __call__(self, options): ...
    def make(self, options): ...

def closure(name):
    return lambda options: create(options, name)
"""

WAYS = {
    "function": lambda plug, name: plug.create,
    "partial": lambda plug, name: functools.partial(plug.create, name=name),
    "partial of a partial": lambda plug, name: functools.partial(functools.partial(plug.create), name=name),
    "bound method": lambda plug, name: plug.Maker(name).make,
    "callable object": lambda plug, name: plug.Maker(name),
    "class": lambda plug, name: plug.Maker,
    "closure": lambda plug, name: plug.closure(name),
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package ``plug_code`` whose specs lie in a module of it, with a network beside."""
    folder = tmp_path / "plug_code"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "specs.py").write_text(SOURCE)
    (folder / "other.py").write_text("")
    (folder / "data" / "net.onnx").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "plug_code"]:
        del sys.modules[name]


@pytest.mark.parametrize("changed", ["specs.py", "other.py", "data/net.onnx"])
@pytest.mark.parametrize("way", WAYS)
def test_every_file_of_the_package_counts_however_the_plugin_is_made(package, way, changed):
    plug = importlib.import_module("plug_code.specs")
    before = code_identity(WAYS[way](plug, "a"))
    assert before == code_identity(WAYS[way](plug, "a"))
    os.utime(package / changed, ns=(1, 1))
    assert code_identity(WAYS[way](plug, "a")) != before


@pytest.mark.parametrize("way", [way for way in WAYS if way not in ("function", "class")])
def test_what_it_was_given_counts(package, way):
    plug = importlib.import_module("plug_code.specs")
    assert code_identity(WAYS[way](plug, "a")) != code_identity(WAYS[way](plug, "b"))


def test_a_plugin_of_one_file_is_not_its_neighbours(tmp_path, monkeypatch):
    (tmp_path / "plug_alone.py").write_text("def create(options): ...\n")
    (tmp_path / "neighbour.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    plug = importlib.import_module("plug_alone")
    monkeypatch.delitem(sys.modules, "plug_alone")
    monkeypatch.setitem(sys.modules, "plug_alone", plug)
    before = code_identity(plug.create)
    os.utime(tmp_path / "neighbour.py", ns=(1, 1))
    assert code_identity(plug.create) == before
    os.utime(tmp_path / "plug_alone.py", ns=(1, 1))
    assert code_identity(plug.create) != before


def test_weights_given_by_path_count_by_content(tmp_path):
    weights, folder = tmp_path / "a.pt", tmp_path / "openvino"
    folder.mkdir()
    for file in (weights, folder / "net.bin"):
        file.write_bytes(b"first")
    for option in (weights, folder):
        options = {"weights": str(option), "size": 640}
        before = options_identity(options)
        changed = weights if option is weights else folder / "net.bin"
        times = changed.stat()
        changed.write_bytes(b"other")
        os.utime(changed, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert options_identity(options) != before
        changed.write_bytes(b"first")
        assert options_identity(options) == before


@pytest.mark.parametrize("value", ["", "fast", "no/such.pt", "nul\0", "x" * 5000, 3, True, "~nobody-here/x"])
def test_a_value_that_is_no_path_is_a_value(value):
    assert options_identity({"mode": value}) == [{"mode": value}, {}]
