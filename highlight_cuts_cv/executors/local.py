"""Processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from highlight_cuts_cv.executors import working
from highlight_cuts_cv.executors.crew import Crew

P = ParamSpec("P")
T = TypeVar("T")

CORES = 2
"""Cores that a worker uses well: while one decodes and detects, the other follows."""
BYTES = 1_500_000_000
"""Memory that a worker needs: a film of 3840x2160 pixels of the best quality takes that much."""
_GRACE = 5
"""Seconds that a worker has to stop in good order when who started it is gone."""


def usual_workers() -> int:
    """How many processes this machine has cores and memory for: one clip alone keeps about two cores busy."""
    cores = len(_cores()) or os.cpu_count() or 1
    return max(1, min(cores // CORES, memory() // BYTES))


def shares(workers: int) -> list[frozenset[int]]:
    """The cores of each worker, by number; none where the system does not let a process choose."""
    cores = _cores()
    each = max(1, len(cores) // workers)
    mine = [cores[number % len(cores)] for number in range(workers * each)] if cores else []
    return [frozenset(mine[number * each : (number + 1) * each]) for number in range(workers)]


@contextmanager
def local_crew(workers: int) -> Iterator[Crew]:
    """So many processes of this machine; a single task is not worth their start."""
    with LocalExecutor(workers) as executor:
        yield Crew(executor, workers, worthwhile=2)


class LocalExecutor(Executor):
    """So many *workers*, each a process; one that dies costs what it was doing, not what the others do.

    (The processes of one ProcessPoolExecutor all end when one of them dies.)  They begin when there is work for them.
    Each has its share of the cores for itself: decoders, encoders and networks start a thread for every core that they
    may use, and a quarter of the time goes by in who runs when if that is all of them in every worker.
    What one thread submits goes to one process, as long as that is free: it may have kept something of the work before.
    """

    def __init__(self, workers: int) -> None:
        self._places = [_Place(_process(cores), cores) for cores in shares(workers)]
        self._lock = threading.Lock()
        self._before = threading.local()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See :class:`concurrent.futures.Executor`."""
        with self._lock:
            own = getattr(self._before, "place", None)
            place = min(self._places, key=lambda place: (place.busy, place is not own))
            self._before.place = place
            with _unmoved_by_ctrl_c():
                try:
                    future = place.pool.submit(fn, *args, **kwargs)
                except BrokenExecutor:  # its process died
                    place.pool = _process(place.cores)
                    future = place.pool.submit(fn, *args, **kwargs)
            place.given.append(future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See :class:`concurrent.futures.Executor`."""
        for place in self._places:
            place.pool.shutdown(wait=False, cancel_futures=cancel_futures)
        for place in self._places if wait else ():
            place.pool.shutdown(wait=True)


@dataclass(slots=True)
class _Place:
    pool: ProcessPoolExecutor
    cores: frozenset[int]
    given: list[Future[Any]] = field(default_factory=list)

    @property
    def busy(self) -> int:
        """How much it has to do.  Asked of the work itself: whoever waits for it goes on before callbacks are called."""
        self.given = [future for future in self.given if not future.done()]
        return len(self.given)


def _process(cores: frozenset[int]) -> ProcessPoolExecutor:
    # Not forked: threads and decoders must not be copied.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(cores,))


@contextmanager
def _unmoved_by_ctrl_c() -> Iterator[None]:
    """A process that is started meanwhile does not hear Ctrl-C, from its very beginning."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(cores: frozenset[int]) -> None:
    if cores:
        os.sched_setaffinity(0, cores)
    # Ctrl-C reaches every process of the terminal; the one that gives the work decides when this one stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    gone = threading.Event()
    working.ended = gone.is_set

    def follow() -> None:
        # A process whose parent was killed would wait for work for ever.
        parent.join()
        gone.set()
        threading.Event().wait(_GRACE)
        os._exit(1)

    threading.Thread(target=follow, name="parent", daemon=True).start()


def _cores() -> list[int]:
    """The cores that this process may use; none where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def memory() -> int:
    """Bytes of memory of this machine, or of the container that this process is in."""
    try:
        of_all = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return BYTES * (os.cpu_count() or 1)
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as limit:
            return min(of_all, int(limit.read()))
    except (OSError, ValueError):  # no container, or one without a limit
        return of_all
