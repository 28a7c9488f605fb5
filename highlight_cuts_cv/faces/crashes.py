"""Tracebacks: kept in a log file, shown only to who asks for them with ``--debug``."""

from __future__ import annotations

import sys
from pathlib import Path

LONGEST_LOG = 1_000_000
"""Bytes after which the log file begins anew; the one before is kept as ``errors.old.log``."""

_shown = False


def show_tracebacks(wanted: bool) -> None:
    """From now on, print the traceback of an error beside its sentence, or do not."""
    global _shown
    _shown = wanted


def log_file() -> Path:
    """Where tracebacks are kept, in the user's log folder; it need not exist."""
    from platformdirs import user_log_path

    return user_log_path("highlight-cuts-cv", appauthor=False) / "errors.log"


def keep_traceback(error: BaseException) -> Path | None:
    """Append the traceback of *error* to the log file; print it, too, where ``--debug`` asked for it.

    Returns the log file, or ``None`` where it cannot be written: that is no error of its own.
    """
    import traceback
    from datetime import datetime

    text = "".join(traceback.format_exception(error))
    if _shown:
        sys.stderr.write(text)
    try:
        path = log_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LONGEST_LOG:
            path.replace(path.with_name("errors.old.log"))
        with path.open("a", encoding="utf-8", newline="\n", errors="backslashreplace") as log:
            log.write(f"--- {datetime.now().isoformat(timespec='seconds')} {' '.join(sys.argv)}\n{text}\n")
    except OSError:
        return None
    return path


def unexpected(error: BaseException) -> str:
    """The sentence for an error that should not have happened; its traceback is kept."""
    path = keep_traceback(error)
    what = f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(":. ")
    kept = f"; {path} has them, too" if path else ""
    return (
        f"Something went wrong that should not have: {what}. To see the details run it again with --debug "
        f"as the first option (hccv --debug ...){kept}."
    )
