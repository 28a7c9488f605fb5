"""Work that overlaps: one thread reads ahead, another writes behind, both with bounded queues.

PyAV lets go of the interpreter while FFmpeg decodes and encodes, so threads are enough.  They run in the
context of who started them, so that what they log is known to be that job's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from threading import Condition, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """Runs a generator in a thread, at most *depth* items ahead of who consumes them.

    An exception in the generator is raised to the consumer after the items before it.
    """

    def __init__(self, items: Generator[T, None, None], depth: int) -> None:
        self._items, self._depth = items, depth
        self._ready: deque[T] = deque()
        self._change = Condition()
        self._closed = self._ended = False
        self._error: BaseException | None = None
        self._thread = Thread(target=copy_context().run, args=[self._fill], name="read-ahead", daemon=True)
        self._thread.start()

    def _fill(self) -> None:
        try:
            for item in self._items:
                with self._change:
                    self._ready.append(item)
                    del item  # a picture must not live on in a waiting thread
                    self._change.notify_all()
                    self._change.wait_for(lambda: self._closed or len(self._ready) < self._depth)
                    if self._closed:
                        break
        except BaseException as error:
            self._error = error
        finally:
            self._items.close()
            with self._change:
                self._ended = True
                self._change.notify_all()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        with self._change:
            self._change.wait_for(lambda: self._ready or self._ended)
            if self._ready:
                self._change.notify_all()
                return self._ready.popleft()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        raise StopIteration

    def close(self) -> None:
        """Stop the thread and wait for it; items not yet consumed are dropped."""
        with self._change:
            self._closed = True
            self._ready.clear()
            self._change.notify_all()
        self._thread.join()


class WriteBehind(Generic[T]):
    """Hands items to a function in a thread, at most *depth* items behind who produces them.

    Use it as a context: a clean exit waits until everything is handled, an exception drops what is
    still waiting.  An exception in the function is raised by the next :meth:`put` or on a clean exit.
    """

    def __init__(self, handle: Callable[[T], None], depth: int) -> None:
        self._handle, self._depth = handle, depth
        self._waiting: deque[T] = deque()
        self._change = Condition()
        self._ending = self._aborted = False
        self._error: BaseException | None = None
        self._thread = Thread(target=copy_context().run, args=[self._drain], name="write-behind", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        with self._change:
            self._change.wait_for(lambda: self._error is not None or len(self._waiting) < self._depth)
            self._raise_error()
            self._waiting.append(item)
            self._change.notify_all()

    def __enter__(self) -> WriteBehind[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end(aborted=kind is not None)
        if kind is None:
            self._raise_error()

    def _end(self, aborted: bool) -> None:
        with self._change:
            self._ending, self._aborted = True, aborted
            self._change.notify_all()
        self._thread.join()

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _drain(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._ending)
                if self._aborted or not self._waiting:
                    return
                item = self._waiting.popleft()
                self._change.notify_all()
            try:
                self._handle(item)
            except BaseException as error:
                with self._change:
                    self._error = error
                    self._change.notify_all()
                return
            del item
