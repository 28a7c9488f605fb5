"""The benchmarks' command lines: all start, and what cannot work is refused before hours of work."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from command_line import footage_parser

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
PROGRAMS = [file.stem for file in sorted(FOLDER.glob("*.py")) if "def main(" in file.read_text()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_benchmark_says_what_it_does(name, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--help"])
    program = import_module(name)
    with pytest.raises(SystemExit, match=r"^0$"):
        program.main()
    assert str(program.__doc__).strip() in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tracker", "follow", "--tracker", "nosuch"], "no tracker 'nosuch'"),
        (["--tracker", "follow:x=1"], "no option 'x'"),
        (["nowhere"], "'nowhere' is no folder with a targets.csv"),
    ],
)
def test_what_is_not_there_is_a_sentence(arguments, said, tmp_path, capsys):
    (tmp_path / "targets.csv").touch()
    folder = [] if arguments[0] == "nowhere" else [str(tmp_path)]
    with pytest.raises(SystemExit, match=r"^2$"):
        footage_parser(None).parse_args(folder + arguments)
    assert said in capsys.readouterr().err
    found = footage_parser(None).parse_args([str(tmp_path), "--tracker", "follow"])
    assert (found.footage, found.tracker) == (tmp_path, ["follow"])
