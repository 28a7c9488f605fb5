"""The database's tables, and how those of an older version become today's."""

from __future__ import annotations

import sqlite3

from highlight_cuts_cv.errors import BadInputError

# One script per version; a script that was published is never changed, a new one is put behind it.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE session (
        session_id TEXT PRIMARY KEY,
        game TEXT NOT NULL,
        player TEXT NOT NULL,
        settings TEXT NOT NULL DEFAULT '{}',
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE clip (
        session_id TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        clip_id TEXT NOT NULL,
        place INTEGER,  -- in the timeline; NULL where it does not show the clip now
        name TEXT NOT NULL,
        source_path TEXT NOT NULL,
        media TEXT NOT NULL,
        start TEXT NOT NULL,
        duration TEXT NOT NULL,
        revision INTEGER NOT NULL DEFAULT 0,
        preview_status TEXT NOT NULL DEFAULT 'pending',
        preview_path TEXT,
        preview_key TEXT NOT NULL DEFAULT '',
        preview_error TEXT NOT NULL DEFAULT '',
        preview_owner TEXT,
        final_status TEXT NOT NULL DEFAULT 'pending',
        final_path TEXT,
        final_key TEXT NOT NULL DEFAULT '',
        final_error TEXT NOT NULL DEFAULT '',
        final_owner TEXT,
        tracks BLOB,
        PRIMARY KEY (session_id, clip_id)
    ) STRICT;
    CREATE TABLE pick_change (
        change_id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id TEXT NOT NULL,
        clip_id TEXT NOT NULL,
        step INTEGER NOT NULL,  -- what was changed at once is undone at once
        player TEXT NOT NULL,
        frame INTEGER NOT NULL,
        place TEXT,  -- NULL: the pick was taken away
        undone INTEGER NOT NULL DEFAULT 0,
        FOREIGN KEY (session_id, clip_id) REFERENCES clip ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX pick_change_of_clip ON pick_change (session_id, clip_id);
    CREATE TABLE worker (token TEXT PRIMARY KEY) STRICT;
    """,
)

APPLICATION = 0x68636376
"""Marks the file as ours: "hccv"."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to today's version, all of it or nothing; one of today's is left alone.

    Raises BadInputError for a database of a newer version or of another program.
    """
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        version = _version(connection)  # another process may have been quicker
        if version > len(MIGRATIONS):
            raise BadInputError(
                f"it was written by a newer version of this program (schema {version}, this one knows "
                f"{len(MIGRATIONS)}); update it"
            )
        if version == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise BadInputError("it is a database of another program")
        for script in MIGRATIONS[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> list[str]:
    # executescript() would commit before it begins.
    statements, begun = [], ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            statements.append(begun)
            begun = ""
    return statements
