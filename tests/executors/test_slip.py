"""What passes between who gives a task away and who does it, through a folder alone."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from highlight_cuts_cv.contracts import never_cancelled
from highlight_cuts_cv.executors import slip as slips
from highlight_cuts_cv.executors.slip import Slip, Step
from highlight_cuts_cv.model import CancelledError


@pytest.fixture
def slip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slip:
    monkeypatch.setattr(slips, "_EVERY", -1.0)
    slip = Slip.beside(tmp_path / "film.mp4")
    assert pickle.loads(pickle.dumps(slip)) == slip
    return slip


def test_what_a_worker_tells_arrives_in_order(slip: Slip) -> None:
    assert slip.told() == []
    attempt = slip.begin(never_cancelled)
    following = attempt.step("Following")
    following.progress(3, 10)
    assert slip.told() == [Step("Following", 3, 10)]
    following.warn("Hardly seen.")
    attempt.step("Rendering").progress(1, 20)
    assert slip.told() == [Step("Following", 3, 10, ["Hardly seen."]), Step("Rendering", 1, 20)]


def test_progress_is_told_now_and_then_and_the_rest_at_the_end(
    slip: Slip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slips, "_EVERY", 1000.0)
    attempt = slip.begin(never_cancelled)
    watch = attempt.step("Following")
    watch.progress(9, 10)
    assert slip.told() == [Step("Following")]
    attempt.end()
    assert slip.told() == [Step("Following", 9, 10)]


def test_a_withdrawn_task_stops_and_does_not_begin(slip: Slip) -> None:
    attempt = slip.begin(never_cancelled)
    watch = attempt.step("Following")
    assert not watch.cancelled()
    slip.withdraw()
    watch.progress(1, 2)
    assert watch.cancelled() and slip.told() == []
    with pytest.raises(CancelledError):
        slip.begin(never_cancelled)
    assert [*slip.folder.parent.iterdir()] == []


def test_who_takes_over_stops_the_one_before(slip: Slip) -> None:
    first = slip.begin(never_cancelled)
    one = first.step("Following")
    second = slip.begin(never_cancelled)
    other = second.step("Following")
    other.progress(1, 10)
    one.progress(7, 10)
    assert one.cancelled() and not other.cancelled()
    assert slip.told() == [Step("Following", 1, 10)], "the first is heard no more"


def test_a_worker_whose_parent_is_gone_stops(slip: Slip) -> None:
    gone: list[bool] = []
    watch = slip.begin(lambda: bool(gone)).step("Following")
    assert not watch.cancelled()
    gone.append(True)
    assert watch.cancelled()


def test_a_worker_looks_now_and_then_only(slip: Slip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slips, "_EVERY", 1000.0)
    watch = slip.begin(never_cancelled).step("Following")
    assert not watch.cancelled()
    slip.withdraw()
    assert not watch.cancelled(), "it has looked just now"
    monkeypatch.setattr(slips, "_EVERY", -1.0)
    assert watch.cancelled()
