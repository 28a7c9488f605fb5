"""Everybody is looked at in a thread beside the follower's."""

from __future__ import annotations

from contextvars import ContextVar
from fractions import Fraction
from threading import Event, Timer, get_ident
from time import sleep

import numpy as np
import pytest
from hccv_follow.beside import BEHIND, Beside

from highlight_cuts_cv.api import CancelledError, Frame

BOX = np.array([1.0, 2.0, 3.0, 4.0])


def frame(index: int) -> Frame:
    return Frame(index, index, Fraction(1, 25), np.zeros((2, 2, 3), np.uint8))


class Eyes:
    """Looks at even frames, those below *free* at once and the others when let."""

    def __init__(self, free: int = 99) -> None:
        self.free, self.let = free, Event()
        self.seen: list[tuple[int, float]] = []
        self.threads: set[int] = set()
        self.ticks: list[int] = []

    def see(self, shown: Frame, box: np.ndarray) -> bool:
        self.threads.add(get_ident())
        if shown.index >= self.free:
            assert self.let.wait(10)
        self.seen.append((shown.index, float(box[0])))
        return shown.index % 2 == 0

    def tick(self) -> None:
        self.ticks.append(get_ident())


def test_all_is_seen_in_order_at_the_end_and_ticked_where_it_was_asked():
    eyes = Eyes()
    with Beside(eyes.see, eyes.tick) as beside:
        box = BOX.copy()
        for index in range(20):
            box[0] = index
            beside.see(frame(index), box)
    assert eyes.seen == [(index, float(index)) for index in range(20)]
    assert len(eyes.threads) == 1 and get_ident() not in eyes.threads
    assert eyes.ticks == [get_ident()] * 10


def test_who_asks_goes_on_at_once_until_too_many_pictures_wait():
    eyes = Eyes(free=0)
    with Beside(eyes.see, eyes.tick) as beside:
        for index in range(BEHIND):
            beside.see(frame(index), BOX)
        assert eyes.seen == []
        eyes.let.set()
        beside.see(frame(BEHIND), BOX)
        assert eyes.seen[0] == (0, 1.0)
    assert len(eyes.seen) == BEHIND + 1


def test_an_error_while_looking_is_raised_to_who_asks():
    def blind(shown: Frame, box: np.ndarray) -> bool:
        raise ValueError(f"cannot see {shown.index}")

    with pytest.raises(ValueError, match="cannot see 0"), Beside(blind, lambda: None) as beside:
        beside.see(frame(0), BOX)


def test_who_is_cancelled_waits_for_the_look_at_hand_alone():
    eyes = Eyes(free=0)
    with pytest.raises(CancelledError), Beside(eyes.see, eyes.tick) as beside:
        beside.see(frame(0), BOX)
        beside.see(frame(1), BOX)
        while not eyes.threads:
            sleep(0.01)
        Timer(0.2, eyes.let.set).start()
        raise CancelledError("stop")
    assert eyes.seen == [(0, 1.0)] and eyes.ticks == []


def test_what_is_logged_there_is_known_to_be_the_jobs():
    job: ContextVar[str] = ContextVar("job")
    job.set("mine")
    known = []

    def see(shown: Frame, box: np.ndarray) -> bool:
        known.append(job.get())
        return True

    with Beside(see, lambda: None) as beside:
        beside.see(frame(0), BOX)
    assert known == ["mine"]
