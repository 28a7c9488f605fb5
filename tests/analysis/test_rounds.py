"""Those who stream the same clip share passes of decoding, and none of them notices."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import partial

import numpy as np
import pytest

from highlight_cuts_cv.analysis import rounds
from highlight_cuts_cv.analysis.rounds import SharedFrames
from highlight_cuts_cv.model import CancelledError, Frame
from highlight_cuts_cv.testing.contracts import MemoryFrames

COUNT = 40
Span = tuple[int, int, bool]


class Counted:
    """Frames of 8x8 pixels that note the passes over them: the frames that each decoded, and whether it was closed."""

    def __init__(self) -> None:
        self._frames = MemoryFrames([np.full((8, 8, 3), number, np.uint8) for number in range(COUNT)])
        self.passes: list[list[int]] = []
        self.open = 0

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: int) -> Frame:
        return self._frames[index]

    def frames(self, start: int = 0, stop: int | None = None, *, backward: bool = False) -> Iterator[Frame]:
        self.passes.append([])
        self.open += 1
        try:
            for frame in self._frames.frames(start, stop, backward=backward):
                self.passes[-1].append(frame.index)
                yield frame
        finally:
            self.open -= 1


@pytest.fixture
def source() -> Counted:
    return Counted()


def streamed(shared: SharedFrames, spans: list[Span]) -> list[int]:
    """The indexes of the frames that somebody gets who streams *spans* one after another."""
    return [
        frame.index
        for start, stop, backward in spans
        for frame in shared.frames(start, stop, backward=backward)
    ]


def alone(spans: list[Span]) -> list[int]:
    return streamed(SharedFrames(Counted()), spans)


def test_each_gets_what_it_would_alone_and_two_passes_serve_all(source: Counted) -> None:
    shared = SharedFrames(source)
    wanted: list[list[Span]] = [
        [(10, 30, False), (0, 11, True)],
        [(20, 40, False), (0, 21, True)],
        [(0, 5, False), (12, 18, False), (30, 39, False), (3, 5, True)],
    ]
    got = shared.do([partial(streamed, shared, spans) for spans in wanted], (8, 8))
    assert got == [alone(spans) for spans in wanted]
    assert source.passes == [[*range(40)], [*range(20, -1, -1)]]
    assert source.open == 0


def test_what_lies_far_from_what_anybody_asks_for_is_not_decoded(
    source: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "_PASSED_OVER", 5)
    shared = SharedFrames(source)
    wanted: list[list[Span]] = [[(0, 3, False)], [(7, 9, False), (30, 32, False)]]
    got = shared.do([partial(streamed, shared, spans) for spans in wanted], (8, 8))
    assert got == [alone(spans) for spans in wanted]
    assert source.passes == [[*range(9)], [30, 31]]


def test_who_has_seen_enough_drops_out_and_the_others_go_on(source: Counted) -> None:
    shared = SharedFrames(source)

    def early() -> int:
        for frame in shared.frames(0, 40):
            if frame.index == 7:
                break
        return len(streamed(shared, [(3, 9, False)]))

    assert shared.do([early, lambda: len(streamed(shared, [(0, 40, False)]))], (8, 8)) == [6, 40]
    assert source.passes == [[*range(40)], [*range(3, 9)]]


@pytest.mark.parametrize("error", [CancelledError("Stopped."), KeyboardInterrupt()])
def test_one_that_fails_ends_all_where_they_wait(source: Counted, error: BaseException) -> None:
    shared = SharedFrames(source)
    ended, reached = [], []

    def waits() -> None:
        try:
            for frame in shared.frames(0, 40):
                reached.append(frame.index)
        finally:
            ended.append(True)

    def fails() -> None:
        for frame in shared.frames(0, 40):
            if frame.index == 5:
                raise error

    with pytest.raises(type(error)):
        shared.do([waits, fails, waits], (8, 8))
    assert ended == [True, True] and max(reached) == 5
    assert source.open == 0
    assert streamed(shared, [(0, 4, False)]) == [0, 1, 2, 3], "nobody shares any more"


def test_so_many_wait_at_once_as_may_hold_a_picture_each(
    source: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "_WAITING_BYTES", 3 * 8 * 8 * 3)
    shared, begun = SharedFrames(source), [0]
    at_once: list[int] = []

    def piece() -> int:
        begun[0] += 1
        got = len(streamed(shared, [(0, 40, False)]))
        at_once.append(begun[0])
        return got

    assert shared.do([piece] * 5, (8, 8)) == [40] * 5
    assert at_once == [3, 3, 3, 5, 5]
    assert len(source.passes) == 2


def test_a_thread_that_a_piece_began_streams_for_itself(source: Counted) -> None:
    shared = SharedFrames(source)

    def piece() -> list[int]:
        got: list[int] = []
        thread = threading.Thread(target=lambda: got.extend(streamed(shared, [(0, 3, False)])))
        thread.start()
        thread.join()
        return got + streamed(shared, [(5, 7, False)])

    assert shared.do([piece, piece], (8, 8)) == [[0, 1, 2, 5, 6]] * 2
    assert source.passes == [[0, 1, 2], [0, 1, 2], [5, 6]]


def test_what_is_set_for_one_is_not_set_for_another(source: Counted) -> None:
    shared, whose = SharedFrames(source), ContextVar("whose", default="all")

    def piece(name: str) -> Callable[[], set[str]]:
        def work() -> set[str]:
            seen = {whose.get()}
            whose.set(name)
            return seen | {whose.get() for _ in shared.frames(0, 9)}

        return work

    whose.set("run")
    assert shared.do([piece("Sam"), piece("Ann")], (8, 8)) == [{"run", "Sam"}, {"run", "Ann"}]
    assert whose.get() == "run"
