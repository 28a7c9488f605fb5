"""What passes between who gives a task away and who does it: a folder that both can reach, beside the renders.

While the folder is there the task is wanted.  Who does it says in the file ``at`` that it is at it, by a name that
no other attempt has, and in a file of that name how far it is.  Where a task was given to somebody else meanwhile, for
its first worker seemed to be dead, ``at`` has the later attempt's name, and the earlier one stops.

Everything goes through small files that appear whole, so that any folder that is shared by whatever means will do.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.errors import CancelledError
from highlight_cuts_cv.files.atomic import put_in_place

PREFIX = ".task-"
"""What the names of such folders begin with."""
_EVERY = 0.25
"""Seconds after which a worker tells how far it is, and looks whether it is to go on."""


@dataclass(slots=True)
class Step:
    """One step of a task, as its worker tells it: ``done`` of ``total`` frames, and what the user should know."""

    title: str
    done: int = 0
    total: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slip:
    """The folder of one task.  It can be pickled."""

    folder: Path

    @classmethod
    def beside(cls, render: Path) -> Slip:
        """A new one in the folder of *render*.  Raises OSError."""
        folder = render.parent / f"{PREFIX}{secrets.token_hex(8)}"
        folder.mkdir()
        return cls(folder)

    def withdraw(self) -> None:
        """The task is done or no longer wanted: whoever is at it stops soon."""
        # First another name: who is about to write a file must not find the folder.
        gone = self.folder.with_name(f"{self.folder.name}.old")
        with suppress(OSError):
            put_in_place(self.folder, gone)
        shutil.rmtree(gone, ignore_errors=True)

    def told(self) -> list[Step]:
        """The steps that the present attempt has told, in their order; none while nobody is at it."""
        try:
            attempt = (self.folder / "at").read_text(encoding="utf-8")
            steps = json.loads((self.folder / attempt).read_text(encoding="utf-8"))
        except (
            OSError,
            ValueError,
        ):  # not yet, or written at this moment by a file system that is not that careful
            return []
        return [Step(*step) for step in steps]

    def begin(self, ended: Callable[[], bool]) -> Attempt:
        """Be the one who is at the task from now on; it stops as well when *ended*.

        Raises CancelledError where the task is no longer wanted.
        """
        attempt = Attempt(self.folder, secrets.token_hex(8), ended)
        if not attempt.write("at", attempt.name):
            raise CancelledError("The task was withdrawn before it began.")
        return attempt


class Attempt:
    """A worker's side of a task."""

    def __init__(self, folder: Path, name: str, ended: Callable[[], bool]) -> None:
        self.name = name
        self._folder, self._ended = folder, ended
        self._steps: list[Step] = []
        self._wrote = self._looked = float("-inf")
        self._wanted = True

    def step(self, title: str) -> Watch:
        """Tell of a new step; who looks on is told through the folder.  It is :data:`Steps`."""
        step = Step(title)
        self._steps.append(step)
        self._tell()

        def progress(done: int, total: int) -> None:
            step.done, step.total = done, total
            if time.monotonic() - self._wrote > _EVERY:
                self._tell()

        def warn(sentence: str) -> None:
            step.warnings.append(sentence)
            self._tell()

        return Watch(progress, self._unwanted, warn)

    def end(self) -> None:
        """Tell what was not told yet."""
        self._tell()

    def write(self, name: str, text: str) -> bool:
        """Write a small file whole; whether the folder is there."""
        temporary = self._folder / f"{self.name}.{name}.part"
        try:
            temporary.write_text(text, encoding="utf-8", newline="\n")
            put_in_place(temporary, self._folder / name)
        except OSError:
            return False
        return True

    def _tell(self) -> None:
        self._wrote = time.monotonic()
        steps = [[step.title, step.done, step.total, step.warnings] for step in self._steps]
        self.write(self.name, json.dumps(steps))

    def _unwanted(self) -> bool:
        now = time.monotonic()
        if self._wanted and now - self._looked > _EVERY:
            self._looked = now
            try:
                at = (self._folder / "at").read_text(encoding="utf-8")
            except OSError:
                at = ""
            self._wanted = at == self.name and not self._ended()
        return not self._wanted
