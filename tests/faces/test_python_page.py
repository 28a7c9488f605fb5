"""docs/python.md is one script that runs as it stands, and shows every function with its signature."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import highlight_cuts_cv

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)
LOOKING_ON = {"progress", "cancelled", "warn"}
FUNCTIONS = [
    name for name in highlight_cuts_cv.__all__ if inspect.isfunction(getattr(highlight_cuts_cv, name))
]


def test_the_examples_run_in_their_order(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in BLOCKS:
        line = TEXT[: TEXT.index(block)].count("\n")
        exec(compile("\n" * line + block, str(PAGE), "exec"), names)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {
        *("clip1.mp4", "clip2.mp4", "reel.mp4", "final.mp4", "marker.mov", "marker.mov.json", "path.json"),
        *("cut.csv", "cut.hccv", "cut.tracked.otio", "cut.media", "both.otio", "both.media"),
        *("clip1.manifest.json", "clip2.manifest.json", "reel.manifest.json", "final.manifest.json"),
        *("above.otio", "above.media", "team.csv", "team.hccv"),
        *(f"team.{player}.{what}" for player in ("Sam", "Kim") for what in ("tracked.otio", "media")),
    }
    said = capsys.readouterr().out
    assert "20 of 20 frames with the player" in said
    assert "cancelled" in said.splitlines()[-1]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_example_and_the_table_show_a_function_as_it_is(name):
    assert any(f"{name}(" in block for block in BLOCKS)
    (shown,) = re.findall(rf"^\| `{name}\((.*?)\)` \|", TEXT, re.M)
    parameters = inspect.signature(getattr(highlight_cuts_cv, name)).parameters
    assert set(parameters) >= LOOKING_ON
    assert [re.split("=", part)[0] for part in shown.split(", ") if part != "*"] == [
        parameter for parameter in parameters if parameter not in LOOKING_ON
    ]
    for part in shown.split(", "):
        if "=" in part:
            parameter, default = part.split("=")
            assert parameters[parameter].default == eval(default)
