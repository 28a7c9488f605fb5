"""One project's SQLite file, for any number of threads and processes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.project.schema import migrate

_PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""


class Database:
    """Opens *path*, or makes it.  What is written is on the disk when a transaction is over.

    Threads share one connection and take turns; a forked process opens one of its own.  Raises
    BadInputError for a file that is none of ours or may not be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()

    def _open(self) -> None:
        self._process, self._turn = os.getpid(), RLock()
        with self._sentences():
            self._connection = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._connection.row_factory = sqlite3.Row
                # Where WAL is impossible (some network drives) SQLite stays with its journal.
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                self._connection.execute("PRAGMA foreign_keys = ON")
                migrate(self._connection)
            except BadInputError as error:
                self._connection.close()
                raise BadInputError(f"The project {self.path} cannot be opened: {error}.") from None
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the database throughout."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are all kept, or, after an error, none."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        if self._process == os.getpid():
            with self._turn:
                self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        if self._process != os.getpid():
            self._open()
        with self._turn, self._sentences():
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
                raise BadInputError(
                    f"The project {self.path} is damaged ({error}); move it away, and a new one is begun."
                ) from error
            if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
                raise BadInputError(
                    f"The project {self.path} may not be written; check the permissions of its folder."
                ) from error
            if name == "SQLITE_BUSY":
                raise JobFailedError(
                    f"Another program keeps the project {self.path} busy; try again when it is done."
                ) from error
            if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
                raise JobFailedError(
                    f"The project {self.path} could not be written because the disk is full; free some space."
                ) from error
            raise JobFailedError(f"The project {self.path} could not be used: {error}.") from error
