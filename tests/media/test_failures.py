"""What goes wrong with a file is said in a sentence that names it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest

from highlight_cuts_cv.media import probe
from highlight_cuts_cv.media.failures import reading, reason, writing
from highlight_cuts_cv.model import BadInputError, JobFailedError

FILE = Path("game.mp4")


@contextmanager
def said(kind: type[Exception], sentence: str) -> Iterator[None]:
    with pytest.raises(kind, match=f"^{re.escape(sentence)}$"):
        yield


def test_what_is_no_video_to_read(tmp_path):
    (tmp_path / "notes.txt").write_text("no video")
    with said(BadInputError, f"There is no file '{tmp_path / 'none.mp4'}'."):
        probe(tmp_path / "none.mp4")
    with said(BadInputError, f"There is no file '{tmp_path / 'notes.txt' / 'a.mp4'}'."):
        probe(tmp_path / "notes.txt" / "a.mp4")
    with said(BadInputError, f"'{tmp_path}' is a folder, not a video file."):
        probe(tmp_path)
    with pytest.raises(BadInputError, match=r"'.*notes\.txt' cannot be read as a video: .* copy it again"):
        probe(tmp_path / "notes.txt")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path):
    (tmp_path / "a.mp4").touch(0o200)
    with said(BadInputError, f"'{tmp_path / 'a.mp4'}' may not be read; check its permissions."):
        probe(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "x"), "'game.mp4' may not be read; check its permissions."),
        (OSError(5, "Input/output error"), "'game.mp4' could not be read: Input/output error."),
        (
            av.error.TimeoutError(110, "Connection timed out."),
            "'game.mp4' could not be read: Connection timed out.",
        ),
        (BadInputError("Ours."), "Ours."),
    ],
)
def test_reading(error, sentence):
    with said(BadInputError, sentence), reading(FILE):
        raise error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            av.error.OSError(28, "No space left on device"),
            "'game.mp4' could not be written because the disk is full; free some space and run again.",
        ),
        (
            av.error.InvalidDataError(0x41444E49, "Invalid data"),
            "'game.mp4' could not be written: Invalid data.",
        ),
        (JobFailedError("Ours."), "Ours."),
    ],
)
def test_writing(error, sentence):
    with said(JobFailedError, sentence), writing(FILE):
        raise error


def test_what_is_no_failure_of_a_file_is_left_alone():
    for context in (reading, writing):
        with pytest.raises(ZeroDivisionError), context(FILE):
            raise ZeroDivisionError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(5, "Broken."), "Broken"),
        (ValueError("no such option"), "no such option"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_reasons_have_no_numbers(error, words):
    assert reason(error) == words
