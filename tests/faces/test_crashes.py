"""Nobody sees a traceback without asking for it, and none is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from highlight_cuts_cv import __main__
from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.faces import console
from highlight_cuts_cv.faces.crashes import log_file, show_tracebacks


@pytest.fixture(autouse=True)
def _own_log(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    yield
    show_tracebacks(False)


def run(monkeypatch, capsys, raised: Exception, *options: str) -> tuple[int, str]:
    """Exit code and standard error of 'hccv doctor' when it raises *raised*."""

    def examine() -> None:
        raise raised

    monkeypatch.setattr("highlight_cuts_cv.faces.doctor.examine", examine)
    monkeypatch.setattr(sys, "argv", ["hccv", *options, "doctor"])
    console._console.cache_clear()
    with pytest.raises(SystemExit) as left:
        __main__.main()
    return int(left.value.code or 0), capsys.readouterr().err


def test_what_nobody_expected_is_one_sentence_and_the_traceback_is_kept(monkeypatch, capsys):
    code, said = run(monkeypatch, capsys, ZeroDivisionError("all\nwrong"))
    assert code == 1
    assert said.startswith("Error: Something went wrong that should not have: ZeroDivisionError: all wrong.")
    assert "--debug" in said and str(log_file()) in said
    assert "Traceback" not in said and len(said.splitlines()) == 1
    kept = log_file().read_text()
    assert "Traceback" in kept and "ZeroDivisionError" in kept and "hccv doctor" in kept
    run(monkeypatch, capsys, LookupError("second"))
    assert log_file().read_text().startswith(kept), "the log grows"


def test_the_log_does_not_grow_for_ever(monkeypatch, capsys):
    run(monkeypatch, capsys, ZeroDivisionError("first"))
    with log_file().open("a") as log:
        log.write("x" * 1_000_000)
    run(monkeypatch, capsys, LookupError("second"))
    run(monkeypatch, capsys, LookupError("third"))
    new, old = log_file().read_text(), log_file().with_name("errors.old.log").read_text()
    assert "first" in old and "second" not in old
    assert "first" not in new and "second" in new and "third" in new


def test_debug_shows_the_traceback(monkeypatch, capsys):
    code, said = run(monkeypatch, capsys, ZeroDivisionError("wrong"), "--debug")
    assert code == 1 and "Traceback" in said and "in examine" in said
    assert "Error: Something went wrong" in said
    _, said = run(monkeypatch, capsys, ZeroDivisionError("wrong"))
    assert "Traceback" not in said


def test_a_sentence_with_a_cause_keeps_the_causes_traceback(monkeypatch, capsys):
    error = JobFailedError("The indicator broke.")
    error.__cause__ = KeyError("inside")
    assert run(monkeypatch, capsys, error) == (1, "Error: The indicator broke.\n")
    assert "KeyError: 'inside'" in log_file().read_text()
    _, said = run(monkeypatch, capsys, error, "--debug")
    assert "KeyError: 'inside'" in said


def test_a_users_mistake_is_no_crash(monkeypatch, capsys):
    assert run(monkeypatch, capsys, BadInputError("Not so."), "--debug") == (2, "Error: Not so.\n")
    assert run(monkeypatch, capsys, JobFailedError("No.")) == (1, "Error: No.\n")
    assert not log_file().exists()


def test_a_log_that_cannot_be_written_is_no_second_error(monkeypatch, capsys, tmp_path):
    blocked = tmp_path / "state"
    blocked.write_text("a file where the folder should be")
    code, said = run(monkeypatch, capsys, ZeroDivisionError("wrong"))
    assert code == 1 and "errors.log" not in said and len(said.splitlines()) == 1
    assert Path(blocked).is_file()


def test_what_the_system_refuses_is_a_sentence_too(monkeypatch, capsys):
    code, said = run(monkeypatch, capsys, OSError(24, "Too many open files"))
    assert code == 1 and "Traceback" not in said
    assert "The system refused: [Errno 24] Too many open files." in " ".join(said.split())
    assert "Too many open files" in log_file().read_text()
