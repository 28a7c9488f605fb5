"""Work in another process: the server stays quick whatever is decoded, and a crash there ends one job only.

A worker has lanes, each with so many places; what finds no place waits in a short queue, most urgent
first.  Commands, results and errors are plain data that go through a pipe.
"""

from __future__ import annotations

import importlib
import itertools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.errors import CancelledError, HighlightCutsError, JobFailedError
from highlight_cuts_cv.media.memory import share_memory

Command = Callable[..., Any]
"""Called with what it works on (what the worker was made with), :data:`Steps` and arguments of its own.

It is sent by name, so it is a function of a module, and its arguments can be pickled.
"""


_PATIENCE = 3
"""Seconds that a process is given to end."""


class BusyError(HighlightCutsError):
    """More was asked for than may wait."""


@dataclass(eq=False)
class Ticket:
    """One piece of work that was asked for.

    ``done`` and ``total`` say how far it is, ``step`` what it is called where the work names its steps.
    ``result`` is a future: what came out, or the error.
    """

    number: int
    lane: str
    urgency: int
    command: Command
    arguments: tuple[Any, ...]
    told: Callable[[Ticket], None]
    result: Future[Any] = field(default_factory=Future)
    done: int = 0
    total: int = 0
    step: str = ""
    warnings: list[str] = field(default_factory=list)
    running: bool = False
    unwanted: bool = False

    @property
    def ended(self) -> bool:
        return self.result.done()


class Worker:
    """A process that does commands.  Several threads may ask at once.

    *make*, ``module:name``, is called in the process itself and makes what the commands work on: by name, so
    that nobody here waits for its imports.  *lanes* says how many commands of each lane run at once; *most* how
    many may wait in each.
    """

    def __init__(self, make: str, lanes: Mapping[str, int], most: int) -> None:
        self._make, self._lanes, self._most = make, dict(lanes), most
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._waiting: list[Ticket] = []
        self._running: dict[int, Ticket] = {}
        self._process: Any = None
        self._pipe: Connection | None = None
        self._closed = False

    def start(self) -> None:
        """Start the process now, so that it has imported all it needs when the first command comes."""
        with self._lock:
            self._open()

    def submit(
        self,
        lane: str,
        urgency: int,
        command: Command,
        *arguments: Any,
        told: Callable[[Ticket], None] = lambda ticket: None,
    ) -> Ticket:
        """Ask for *command*; a lower *urgency* comes first.  *told* hears of progress, from another thread.

        Raises BusyError when too much is waiting.
        """
        with self._lock:
            if self._closed:
                raise BusyError("The server is stopping; start it again.")
            if sum(ticket.lane == lane for ticket in self._waiting) >= self._most:
                raise BusyError("There is too much to do at the moment; try again in a few seconds.")
            ticket = Ticket(next(self._numbers), lane, urgency, command, arguments, told)
            self._waiting.append(ticket)
            self._fill()
            return ticket

    def cancel(self, ticket: Ticket) -> None:
        """Ask a command to stop; its result is then a CancelledError, soon."""
        with self._lock:
            if ticket.ended or ticket.unwanted:
                return
            ticket.unwanted = True
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            else:
                self._send(("cancel", ticket.number))
                return
        ticket.result.set_exception(CancelledError("It was stopped before it began."))

    def close(self) -> None:
        """End the process; what it was doing is not finished."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            running = [*self._running.values()]
        for ticket in waiting:
            ticket.result.set_exception(CancelledError("The server was stopped."))
        for ticket in running:
            self.cancel(ticket)
        # A command that is stopped in good order removes what it has half written.
        wait([ticket.result for ticket in running], timeout=_PATIENCE)
        with self._lock:
            process = self._process
            self._send(("end", 0))
        if process is not None:
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join(_PATIENCE)

    def _open(self) -> None:
        if self._pipe is not None or self._closed:
            return
        # Not forked: threads, decoders and the network's sockets must not be copied.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._make), daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        threading.Thread(target=self._listen, args=[ours], name="worker", daemon=True).start()

    def _fill(self) -> None:
        for lane, places in self._lanes.items():
            while sum(ticket.lane == lane for ticket in self._running.values()) < places:
                first = min(
                    (ticket for ticket in self._waiting if ticket.lane == lane),
                    key=lambda ticket: (ticket.urgency, ticket.number),
                    default=None,
                )
                if first is None:
                    break
                self._open()
                self._waiting.remove(first)
                self._running[first.number] = first
                first.running = True
                self._send(("do", first.number, first.command, first.arguments))

    def _send(self, message: tuple[Any, ...]) -> None:
        if self._pipe is not None:
            with suppress(OSError):  # the process ended: whoever listens to it says so
                self._pipe.send(message)

    def _listen(self, pipe: Connection) -> None:
        while True:
            try:
                number, kind, *values = pipe.recv()
            except (EOFError, OSError):
                break
            self._heard(number, kind, values)
        with self._lock:
            if self._pipe is pipe:
                self._pipe = None
            pipe.close()
            lost, self._running = [*self._running.values()], {}
            closed = self._closed
        for ticket in lost:
            error: Exception = JobFailedError(
                "The process that did this ended unexpectedly (out of memory, or a crash while reading a damaged "
                "file); try again."
            )
            ticket.result.set_exception(CancelledError("The server was stopped.") if closed else error)
        with self._lock:
            if not closed:
                self._fill()

    def _heard(self, number: int, kind: str, values: list[Any]) -> None:
        with self._lock:
            ticket = self._running[number]
            if kind in ("result", "error"):
                del self._running[number]
                self._fill()
        if kind == "result":
            ticket.result.set_result(values[0])
        elif kind == "error":
            ticket.result.set_exception(values[0])
        elif kind == "progress":
            ticket.done, ticket.total = values
        elif kind == "step":
            (ticket.step,) = values
        elif kind == "warning":
            ticket.warnings.append(values[0])
        ticket.told(ticket)


class _Child:
    """The other end of the pipe."""

    def __init__(self, pipe: Connection, works_on: Any) -> None:
        self._pipe, self._works_on = pipe, works_on
        self._sending = threading.Lock()
        self._unwanted: set[int] = set()

    def tell(self, number: int, kind: str, *values: Any) -> None:
        with self._sending:
            self._pipe.send((number, kind, *values))

    def run(self) -> None:
        while True:
            kind, number, *rest = self._pipe.recv()
            if kind == "end":
                return
            if kind == "cancel":
                self._unwanted.add(number)
            else:
                threading.Thread(target=self._do, args=[number, *rest], daemon=True).start()

    def _do(self, number: int, command: Command, arguments: tuple[Any, ...]) -> None:
        watch = Watch(
            progress=lambda done, total: self.tell(number, "progress", done, total),
            cancelled=lambda: number in self._unwanted,
            warn=lambda sentence: self.tell(number, "warning", sentence),
        )

        def steps(step: str) -> Watch:
            self.tell(number, "step", step)
            return watch

        try:
            result = command(self._works_on, steps, *arguments)
        except HighlightCutsError as error:
            # Its cause may be something that cannot be sent; the sentence is what counts.
            self.tell(number, "error", type(error)(str(error)))
        except Exception as error:
            from highlight_cuts_cv.faces.crashes import unexpected

            self.tell(number, "error", JobFailedError(unexpected(error)))
        else:
            self.tell(number, "result", result)
        self._unwanted.discard(number)


def _serve(pipe: Connection, make: str) -> None:
    # Ctrl-C reaches every process of the terminal; the server decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    share_memory()
    module, _, name = make.partition(":")
    works_on = getattr(importlib.import_module(module), name)()
    with suppress(EOFError, OSError):
        _Child(pipe, works_on).run()
    # Threads may be in the middle of a decoder's call.
    os._exit(0)
