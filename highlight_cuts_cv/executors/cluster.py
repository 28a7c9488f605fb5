"""A Dask cluster; its library, distributed, is imported when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from highlight_cuts_cv import __version__
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.executors.crew import Crew

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
        places = sum(client.nthreads().values())
        if places == 0:
            raise BadInputError(
                f"The Dask cluster at '{address}' has no worker; start some: dask worker {address} --nthreads 1."
            )
        _check(client.run(version, on_error="return"))
        yield Crew(client.get_executor(pure=False), places, gives_up=KilledWorker)


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
