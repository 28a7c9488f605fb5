"""What Windows does otherwise with files, as far as another system can show it."""

from __future__ import annotations

import ast
import errno
import os
from pathlib import Path

import pytest

import highlight_cuts_cv
from highlight_cuts_cv.executors.slip import Slip
from highlight_cuts_cv.files import atomic
from highlight_cuts_cv.files.atomic import atomic_folder, atomic_output
from highlight_cuts_cv.files.outputs import why_not_written

PACKAGE = Path(highlight_cuts_cv.__file__).parent
SOURCES = [
    path
    for folder in (PACKAGE, PACKAGE.parent / "plugins", PACKAGE.parent / "otio_adapters")
    for path in sorted(folder.rglob("*.py"))
    if "build" not in path.parts
]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """On Windows, somebody has every file open that is to be replaced, for three looks; the names that were tried."""
    tried: list[str] = []
    replace = os.replace

    def replaced(new, path) -> None:
        tried.append(Path(path).name)
        if len(tried) <= 3:
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        replace(new, path)

    monkeypatch.setattr(os, "replace", replaced)
    monkeypatch.setattr(atomic, "_WINDOWS", True)
    monkeypatch.setattr(atomic, "_sync", lambda path: None)
    return tried


def test_a_file_that_is_open_for_a_moment_is_waited_for(tmp_path: Path, opened: list[str]) -> None:
    with atomic_output(tmp_path / "film.mp4") as temporary:
        temporary.write_bytes(b"film")
    assert (tmp_path / "film.mp4").read_bytes() == b"film" and opened == ["film.mp4"] * 4


def test_so_is_a_folder(tmp_path: Path, opened: list[str]) -> None:
    with atomic_folder(tmp_path / "bundle.otiod") as folder:
        (folder / "content").write_text("x", encoding="utf-8")
    assert (tmp_path / "bundle.otiod" / "content").exists() and len(opened) == 4


def test_one_that_stays_open_is_told_and_nothing_left(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "_PATIENCE", 0.0)
    monkeypatch.setattr(atomic, "_PAUSE", 0.0)
    with pytest.raises(PermissionError), atomic_output(tmp_path / "film.mp4") as temporary:
        temporary.write_bytes(b"film")
    assert list(tmp_path.iterdir()) == []


def test_where_permissions_are_permissions_nothing_is_waited_for(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "_WINDOWS", False)
    with pytest.raises(PermissionError), atomic_output(tmp_path / "film.mp4") as temporary:
        temporary.write_bytes(b"film")
    assert len(opened) == 1


def test_who_reads_a_slip_does_not_end_the_work_on_it(tmp_path: Path, opened: list[str]) -> None:
    slip = Slip.beside(tmp_path / "film.mp4")
    attempt = slip.begin(lambda: False)
    assert attempt.write("steps", "[]"), "a slip that cannot be written is taken for withdrawn"


def test_the_sentence_for_an_open_file_names_players_and_editors() -> None:
    error = PermissionError(errno.EACCES, "in use")
    error.winerror = 32  # type: ignore[attr-defined]
    assert "close it in the player or editor" in why_not_written("film.mp4", error)
    assert "check the permissions" in why_not_written("film.mp4", PermissionError(errno.EACCES, "no"))


def test_a_path_that_is_too_long_for_windows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "x" * 100 + "/" + "y" * 160 + "/film.mp4"
    error = FileNotFoundError(errno.ENOENT, "No such file or directory")
    assert "No such file" in why_not_written(long, error)
    monkeypatch.setattr("highlight_cuts_cv.files.outputs._WINDOWS", True)
    assert "shorter path" in why_not_written(long, error)
    assert "No such file" in why_not_written("film.mp4", error)


def text_written(path: Path) -> list[int]:
    """The lines of a source file that write text and leave it to the system how lines end."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        names = {keyword.arg for keyword in node.keywords}
        modes = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        writes = node.func.attr == "write_text" and "encoding" in names
        opens = node.func.attr == "open" and any(mode in ("w", "a", "x", "wt") for mode in modes)
        if (writes or (opens and "encoding" in names)) and "newline" not in names:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE.parent)))
def test_lines_end_alike_on_every_system(path: Path) -> None:
    assert text_written(path) == []


def test_a_line_that_leaves_it_to_the_system_would_be_found(tmp_path: Path) -> None:
    source = tmp_path / "some.py"
    source.write_text(
        'path.write_text("x", encoding="utf-8")\n'
        'path.write_text("x", encoding="utf-8", newline="\\n")\n'
        'path.open("w", encoding="utf-8")\n',
        encoding="utf-8",
    )
    assert text_written(source) == [1, 3]
