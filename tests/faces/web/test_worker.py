"""Work in another process: results, progress, stopping, and what happens when it dies."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait

import pytest

pytest.importorskip("fastapi")

from highlight_cuts_cv.errors import BadInputError, CancelledError, JobFailedError
from highlight_cuts_cv.faces.web.worker import BusyError, Ticket, Worker


def add(works_on, steps, a, b):
    watch = steps("Adding")
    watch.progress(1, 2)
    watch.warn("Mind the carry.")
    return works_on + a + b


def refuse(works_on, steps):
    raise BadInputError("That is no number.")


def stumble(works_on, steps):
    raise ZeroDivisionError("one over nothing")


def until_stopped(works_on, steps):
    watch = steps("Waiting")
    watch.progress(0, 1)
    while not watch.cancelled():
        time.sleep(0.01)
    raise CancelledError("It was stopped.")


def die(works_on, steps):
    os._exit(3)


def pause(works_on, steps, seconds, name):
    time.sleep(seconds)
    return time.monotonic(), name


def heaps(works_on, steps, folder):
    """How many heaps the C library has after eight threads held memory at once; 0 where it cannot tell."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "malloc_info"):
        return 0
    together = threading.Barrier(8)

    def hold() -> None:
        held = [bytearray(50_000) for _ in range(50)]
        together.wait()
        del held

    threads = [threading.Thread(target=hold) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    libc.fopen.restype = ctypes.c_void_p
    told = ctypes.c_void_p(libc.fopen(str(folder / "malloc.xml").encode(), b"w"))
    libc.malloc_info(0, told)
    libc.fclose(told)
    return (folder / "malloc.xml").read_text().count("<heap nr=")


def a_hundred() -> int:
    return 100


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker(f"{__name__}:a_hundred", {"heavy": 1, "light": 2}, most=4)
    yield worker
    worker.close()


def test_a_command_returns_and_tells_how_far_it_is(worker):
    heard: list[tuple[str, int, int]] = []
    ticket = worker.submit("light", 0, add, 1, 2, told=lambda t: heard.append((t.step, t.done, t.total)))
    assert ticket.result.result(60) == 103
    assert ("Adding", 1, 2) in heard
    assert ticket.warnings == ["Mind the carry."]


def test_sentences_come_through_and_other_errors_become_one(worker):
    with pytest.raises(BadInputError, match=r"That is no number\."):
        worker.submit("light", 0, refuse).result.result(60)
    with pytest.raises(JobFailedError, match="one over nothing"):
        worker.submit("light", 0, stumble).result.result(60)


def test_light_work_does_not_wait_for_heavy_work(worker):
    heavy = worker.submit("heavy", 0, until_stopped)
    assert worker.submit("light", 0, add, 1, 2).result.result(60) == 103
    assert not heavy.ended
    worker.cancel(heavy)
    with pytest.raises(CancelledError):
        heavy.result.result(60)


def test_the_most_urgent_comes_first_and_what_waits_can_be_taken_back(worker):
    first = worker.submit("heavy", 5, until_stopped)
    later = worker.submit("heavy", 20, pause, 0, "later")
    never = worker.submit("heavy", 15, pause, 0, "never")
    sooner = worker.submit("heavy", 10, pause, 0, "sooner")
    worker.cancel(never)
    worker.cancel(first)
    order = sorted([later.result.result(60), sooner.result.result(60)])
    assert [name for _, name in order] == ["sooner", "later"]
    with pytest.raises(CancelledError):
        never.result.result(0)


def test_no_more_than_so_many_wait(worker):
    tickets: list[Ticket] = [worker.submit("heavy", 0, until_stopped) for _ in range(5)]
    with pytest.raises(BusyError):
        worker.submit("heavy", 0, until_stopped)
    for ticket in reversed(tickets):
        worker.cancel(ticket)
    wait([ticket.result for ticket in tickets], 60)


def test_a_process_that_dies_fails_its_work_and_the_next_goes_on(worker):
    dying = worker.submit("heavy", 0, die)
    waiting = worker.submit("heavy", 0, add, 1, 2)
    with pytest.raises(JobFailedError, match="ended unexpectedly"):
        dying.result.result(60)
    assert waiting.result.result(60) == 103


def test_closing_ends_the_process_and_all_that_waits():
    worker = Worker(f"{__name__}:a_hundred", {"heavy": 1}, most=4)
    running, waiting = (worker.submit("heavy", 0, until_stopped) for _ in range(2))
    worker.close()
    for ticket in (running, waiting):
        with pytest.raises(CancelledError):
            ticket.result.result(0)
    with pytest.raises(BusyError):
        worker.submit("heavy", 0, until_stopped)


def test_a_server_imports_what_it_serves_with_only_after_its_studio_was_started():
    """The studio needs a second of imports, the server another; on two cores they are to need it at once."""
    code = (
        "import sys\nfrom highlight_cuts_cv.faces.web import server, staff\n"
        "print(*({'fastapi', 'uvicorn', 'cv2', 'av', 'highlight_cuts_cv.faces.web.studio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not done.stdout.split()


def test_its_threads_share_their_memory(worker, tmp_path):
    found = worker.submit("heavy", 0, heaps, tmp_path).result.result()
    if not found:
        pytest.skip("another C library")
    assert found <= 2
