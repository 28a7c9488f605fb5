"""Who does the work, as the user names it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.jobs.doing import HERE, Doer

LOCAL, DASK = "local", "dask"


def chosen_doer(
    executor: str = LOCAL, workers: int | None = None, scheduler: str | None = None
) -> AbstractContextManager[Doer]:
    """Who does a run's tasks: *workers* processes of this machine, or the Dask cluster of *scheduler*.

    Without a number there are as many as the machine has cores and memory for.  Nothing is begun before there
    is work.  Raises BadInputError for what does not fit together; the cluster is connected to on entering.
    """
    if executor == LOCAL:
        if scheduler is not None:
            raise BadInputError("--scheduler is for --executor dask; leave it out, or say that as well.")
        from highlight_cuts_cv.executors.local import local_crew, usual_workers

        count = usual_workers() if workers is None else workers
        return nullcontext(HERE) if count == 1 else local_crew(count)
    if executor != DASK:
        raise BadInputError(f"There is no executor '{executor}'; choose local or dask.")
    if scheduler is None:
        raise BadInputError("--executor dask needs the scheduler's address: --scheduler tcp://HOST:8786.")
    if workers is not None:
        raise BadInputError(
            "--workers is for this machine; a Dask cluster has as many as were started. Leave it out."
        )
    from highlight_cuts_cv.executors.cluster import dask_crew

    return dask_crew(scheduler)
