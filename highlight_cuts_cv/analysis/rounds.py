"""Several who stream the same clip, served by common passes of decoding.

Each of them is a greenlet: it runs until it asks for a frame of a stream, and waits there.  Once all wait, one pass over the
clip gives each the frames that it asks for, in the order in which it asks; who comes to the end of a stream and opens one
further on goes along, who has to go back waits for the next pass.  One thing happens at a time, in one thread, so that what
comes out does not depend on who shares a pass with whom.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import greenlet  # type: ignore[import-untyped]

from highlight_cuts_cv.contracts import FrameSource
from highlight_cuts_cv.model import Frame

T = TypeVar("T")

_PASSED_OVER = 30
"""Frames that are decoded although nobody asks for them; beyond that decoding begins anew where somebody does."""
_WAITING_BYTES = 200_000_000
"""Pictures that those who wait may hold, each one."""
_MOST = 16
"""At once; a pass that so many share is no longer what costs most."""


@dataclass(slots=True)
class _Wish:
    """The frame that a stream goes on with."""

    index: int
    backward: bool


class Rounds(Generic[T]):
    """Does pieces of work that stream the frames of *source*, through :class:`SharedFrames`, by common passes."""

    def __init__(self, source: FrameSource, size: tuple[int, int]) -> None:
        self._source = source
        width, height = size
        self._places = min(_MOST, max(2, _WAITING_BYTES // (3 * width * height)))
        self._hub: Any = None
        self._waiting: dict[Any, _Wish] = {}

    def do(self, pieces: Sequence[Callable[[], T]]) -> list[T]:
        """What each of *pieces* returns.

        Raises what the first of them to fail raises, once the others have been ended where they wait.
        """
        self._hub = greenlet.getcurrent()
        results: dict[int, T] = {}

        def work(number: int) -> None:
            results[number] = pieces[number]()

        begun = 0
        try:
            while len(results) < len(pieces):
                while begun < len(pieces) and len(self._waiting) < self._places:
                    one = greenlet.greenlet(work)
                    # what is logged on its behalf is told to who watches this piece
                    one.gr_context = copy_context()
                    self._go_on(one, begun)
                    begun += 1
                self._pass()
        finally:
            for one in list(self._waiting):
                one.throw()
            self._waiting.clear()
        return [results[number] for number in range(len(pieces))]

    def asks(self) -> bool:
        """Whether who asks now is one of the pieces; another thread of one of them is not."""
        return self._hub is not None and greenlet.getcurrent().parent is self._hub

    def stream(self, start: int, stop: int, backward: bool) -> Iterator[Frame]:
        """The frames ``start <= i < stop``, for the piece that asks."""
        for index in reversed(range(start, stop)) if backward else range(start, stop):
            yield self._hub.switch(_Wish(index, backward))  # a picture is not held while waiting for the next

    def _go_on(self, one: Any, given: object) -> None:
        """Let a piece run, with what it is *given*, until it waits again or is done."""
        self._waiting.pop(one, None)
        wish = one.switch(given)
        if not one.dead:
            self._waiting[one] = wish

    def _pass(self) -> None:
        """Once over the clip, the way that most wait for."""
        ways = [wish.backward for wish in self._waiting.values()]
        backward = 2 * sum(ways) > len(ways)
        way = -1 if backward else 1
        frames: Generator[Frame, None, None] | None = None
        frame: Frame | None = None
        try:
            while True:
                ahead = [
                    wish.index
                    for wish in self._waiting.values()
                    if wish.backward is backward and (frame is None or (wish.index - frame.index) * way >= 0)
                ]
                if not ahead:
                    return
                index = max(ahead) if backward else min(ahead)
                if frame is None or frames is None or (index - frame.index) * way > _PASSED_OVER:
                    if frames is not None:
                        frames.close()
                    frames = self._decoded(index, backward)
                    frame = next(frames)
                while frame.index != index:
                    frame = next(frames)
                for one, wish in list(self._waiting.items()):
                    if wish.index == index:
                        self._go_on(one, frame)
        finally:
            if frames is not None:
                frames.close()

    def _decoded(self, index: int, backward: bool) -> Generator[Frame, None, None]:
        start, stop = (0, index + 1) if backward else (index, len(self._source))
        yield from self._source.frames(start, stop, backward=backward)


class SharedFrames:
    """A :class:`~highlight_cuts_cv.contracts.FrameSource` over *frames*, whose streams the pieces of :class:`Rounds` share."""

    def __init__(self, frames: FrameSource) -> None:
        self._frames = frames
        self._rounds: Rounds[Any] | None = None

    def do(self, pieces: Sequence[Callable[[], T]], size: tuple[int, int]) -> list[T]:
        """What each of *pieces* returns, as :meth:`Rounds.do`; the pictures have that *size*."""
        rounds: Rounds[T] = Rounds(self._frames, size)
        self._rounds = rounds
        return rounds.do(pieces)

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int) -> Frame:
        return self._frames[index]

    def frames(self, start: int = 0, stop: int | None = None, *, backward: bool = False) -> Iterator[Frame]:
        """See :class:`~highlight_cuts_cv.contracts.FrameSource`."""
        rounds = self._rounds
        if rounds is None or not rounds.asks():
            # Also who asks in a thread that a piece began: reading ahead, which nobody shares.
            return self._frames.frames(start, stop, backward=backward)
        stop = len(self) if stop is None else min(stop, len(self))
        return rounds.stream(max(0, start), stop, backward)
