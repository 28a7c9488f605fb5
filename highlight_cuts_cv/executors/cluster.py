"""A Dask cluster; its library, distributed, is imported when somebody asks for it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from highlight_cuts_cv import __version__
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.executors.crew import Crew

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE = 10
"""Seconds in which a scheduler must answer."""


@contextmanager
def dask_crew(address: str) -> Iterator[Crew]:
    """The workers of the cluster whose scheduler is at *address*, ``tcp://HOST:8786``.

    The scheduler gives a task whose worker died to another one.  Raises BadInputError where distributed is not
    installed, no scheduler answers, or the workers cannot do the work.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise BadInputError(
            "For --executor dask install the extra: pip install 'highlight-cuts-cv[dask]'."
        ) from error
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise BadInputError(
            f"No Dask scheduler answers at '{address}'; give the address that it prints when it starts: "
            "tcp://HOST:8786."
        ) from error
    with client:
        threads = client.nthreads()
        if not threads:
            raise BadInputError(
                f"The Dask cluster at '{address}' has no worker; start some: dask worker {address} --nthreads 1."
            )
        _check(client.run(version, on_error="return"))
        # Another worker has the task where this one is gone.
        preferring = [
            client.get_executor(pure=False, workers=[worker], allow_other_workers=True) for worker in threads
        ]
        yield Crew(Preferring(preferring), sum(threads.values()), gives_up=KilledWorker)


class Preferring(Executor):
    """What one thread submits goes to one of the *executors*, which may have kept something of the work before."""

    def __init__(self, executors: Sequence[Executor]) -> None:
        self._next = itertools.cycle(executors)
        self._own = threading.local()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See :class:`concurrent.futures.Executor`."""
        if not hasattr(self._own, "executor"):
            self._own.executor = next(self._next)
        executor: Executor = self._own.executor
        return executor.submit(fn, *args, **kwargs)


def version() -> str:
    """The version of this program where it is called."""
    return __version__


def _check(versions: Mapping[str, object]) -> None:
    """Raise BadInputError where a worker (by address) has another version, or an exception in its place."""
    for worker, found in versions.items():
        if found != __version__:
            has = "cannot import it" if isinstance(found, BaseException) else f"has {found}"
            raise BadInputError(
                f"All workers need Highlight Cuts CV {__version__}, but {worker} {has}; install it there."
            )
