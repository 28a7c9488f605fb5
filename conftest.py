"""Shared by all tests: where the optional reference footage lies, that ERROR logs fail a test, and that work is done here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside a checkout; tests that need it skip without it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the reference footage beside the checkout")
    return folder


@pytest.fixture(autouse=True, scope="session")
def _one_worker() -> Iterator[None]:
    """What a test patches counts in this process alone, so no test has others do the work unless it says so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("highlight_cuts_cv.executors.local.CORES", 10**6)
        yield


@pytest.fixture(autouse=True)
def _no_error_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test during which anything logs at ERROR or above has failed."""
    yield
    errors = [
        r.getMessage()
        for when in ("setup", "call")
        for r in caplog.get_records(when)
        if r.levelno >= logging.ERROR
    ]
    assert not errors, f"logged at ERROR: {errors}"
