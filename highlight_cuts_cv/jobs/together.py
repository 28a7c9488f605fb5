"""Several pieces of work at once, each in a thread; who looks on is told in the one thread that waits for them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event

from highlight_cuts_cv.contracts import Steps, Watch
from highlight_cuts_cv.errors import CancelledError

_LOOKS_AGAIN = 0.1
"""Seconds after which who waits asks whether the work is still wanted."""

Piece = Callable[[Steps, Callable[[], bool]], None]
"""Called with who looks on and, for the time when it has told no step, whether it is no longer wanted."""


def together(pieces: Sequence[Piece], places: int, steps: Steps, whole: Watch) -> None:
    """Do all *pieces*, *places* of them at once; *steps*, what it returns and *whole* are called in this thread alone.

    *whole* is told how many are done.

    Raises what the first of them to fail raises, once the others have heard that they are no longer wanted and have
    ended.  The same goes for Ctrl-C.
    """
    said: SimpleQueue[Callable[[], None]] = SimpleQueue()
    unwanted = Event()
    latest: dict[int, Watch] = {}

    def told_to(number: int) -> Steps:
        """The steps of one piece, for its thread."""

        def begin(title: str) -> Watch:
            # Where this thread's step is shown is known to the other thread alone.
            shown: list[Watch] = []

            def open_step() -> None:
                shown.append(steps(title))
                latest[number] = shown[0]

            said.put(open_step)
            return Watch(
                progress=lambda done, total: said.put(lambda: shown[0].progress(done, total)),
                cancelled=unwanted.is_set,
                warn=lambda sentence: said.put(lambda: shown[0].warn(sentence)),
            )

        return begin

    def hear(seconds: float) -> None:
        with suppress(Empty):
            said.get(timeout=seconds)()
            while True:
                said.get_nowait()()

    failed: list[Future[None]] = []
    with ThreadPoolExecutor(places, "task") as pool:
        futures = [
            pool.submit(piece, told_to(number), unwanted.is_set) for number, piece in enumerate(pieces)
        ]
        try:
            while (state := wait(futures, 0)).not_done:
                # Those that are stopped because of it fail, too, but later.
                failed = [future for future in state.done if future.exception() is not None]
                if failed or any(watch.cancelled() for watch in [whole, *latest.values()]):
                    break
                hear(_LOOKS_AGAIN)
                whole.progress(len(state.done), len(pieces))
        finally:
            unwanted.set()
            for future in futures:
                future.cancel()
    hear(0)
    whole.progress(sum(future.done() and not future.cancelled() for future in futures), len(pieces))
    for future in [*failed, *futures]:
        if future.cancelled():
            raise CancelledError("The run was stopped.")
        future.result()
