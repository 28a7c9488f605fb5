"""Several pieces of work at once: who looks on hears of them in one thread, and one that fails stops the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from highlight_cuts_cv.contracts import Steps, Watch
from highlight_cuts_cv.jobs.together import Piece, together
from highlight_cuts_cv.model import CancelledError


class Onlooker:
    """Writes down what is told, and in which thread."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []
        self.threads: set[threading.Thread] = set()
        self.cancelled = False

    def steps(self, title: str) -> Watch:
        self.hear("step", title)
        return Watch(
            progress=lambda done, total: self.hear(title, done, total),
            cancelled=lambda: self.cancelled,
            warn=lambda sentence: self.hear(title, sentence),
        )

    def hear(self, *what: object) -> None:
        self.heard.append(what)
        self.threads.add(threading.current_thread())


def waiting(began: list[int], ended: list[int], number: int) -> Piece:
    """Works until it is no longer wanted."""

    def piece(steps: Steps, cancelled: Callable[[], bool]) -> None:
        began.append(number)
        deadline = time.monotonic() + 20
        while not cancelled():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        ended.append(number)
        raise CancelledError("Stopped.")

    return piece


def test_all_are_done_so_many_at_once_and_told_in_one_thread() -> None:
    lock, at_once, most = threading.Lock(), [0], [0]

    def piece(steps: Steps, cancelled: Callable[[], bool]) -> None:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        watch = steps("Working")
        time.sleep(0.05)
        watch.progress(1, 2)
        watch.warn("So so.")
        with lock:
            at_once[0] -= 1

    look = Onlooker()
    together([piece] * 6, 3, look.steps, look.steps("All"))
    assert most == [3] and look.threads == {threading.main_thread()}
    assert look.heard.count(("step", "Working")) == look.heard.count(("Working", 1, 2)) == 6
    assert look.heard.count(("Working", "So so.")) == 6 and look.heard[-1] == ("All", 6, 6)


def test_the_first_to_fail_is_raised_after_the_others_have_stopped() -> None:
    began: list[int] = []
    ended: list[int] = []

    def fails(steps: Steps, cancelled: Callable[[], bool]) -> None:
        while len(began) < 2:
            time.sleep(0.01)
        raise KeyError("broken")

    pieces = [waiting(began, ended, 1), waiting(began, ended, 2), fails, waiting(began, ended, 3)]
    with pytest.raises(KeyError, match="broken"):
        together(pieces, 3, Onlooker().steps, Watch())
    assert sorted(ended) == sorted(began) == [1, 2], "and what had not begun never does"


def test_who_looks_on_stops_all_before_any_has_told_a_step() -> None:
    began: list[int] = []
    ended: list[int] = []
    whole = Watch(cancelled=lambda: len(began) == 2)
    with pytest.raises(CancelledError):
        together([waiting(began, ended, n) for n in range(5)], 2, Onlooker().steps, whole)
    assert sorted(ended) == [0, 1]


def test_a_step_stops_all_as_well() -> None:
    look = Onlooker()

    def piece(steps: Steps, cancelled: Callable[[], bool]) -> None:
        watch = steps("Working")
        look.cancelled = True
        while not watch.cancelled():
            time.sleep(0.01)
        raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        together([piece, piece], 2, look.steps, Watch())


def test_an_error_of_who_looks_on_stops_all() -> None:
    began: list[int] = []
    ended: list[int] = []

    def whole(done: int, total: int) -> None:
        if len(began) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        together([waiting(began, ended, n) for n in range(3)], 2, Onlooker().steps, Watch(whole))
    assert sorted(ended) == [0, 1]
