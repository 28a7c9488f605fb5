"""Entry point of ``hccv`` and ``python -m highlight_cuts_cv``: exit codes and error sentences."""

from __future__ import annotations

import io
import os
import sys

from highlight_cuts_cv.errors import BadInputError, CancelledError, HighlightCutsError

BAD_INPUT, JOB_FAILED, CANCELLED = 2, 1, 130


def main() -> None:
    """Run the command line.  Exits with 0, 1 (a job failed), 2 (bad input) or 130 (cancelled)."""
    # Before numpy is there.  Its products are small here: more threads do nothing but wait for one another, busily; and
    # how many there are should not change the last digit.  Processes that are begun inherit it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from highlight_cuts_cv.faces.cli import app
    from highlight_cuts_cv.faces.console import say_error
    from highlight_cuts_cv.faces.crashes import keep_traceback, unexpected

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the console's encoding lacks (Windows writes cp1252 into files) is no reason to fail
        # after the work was done; standard error replaces letters of its own accord.
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except (KeyboardInterrupt, CancelledError):
        say_error("Cancelled; nothing half-written remains.")
        sys.exit(CANCELLED)
    except BadInputError as error:
        say_error(str(error))
        sys.exit(BAD_INPUT)
    except HighlightCutsError as error:
        # A cause is somebody's exception that became a sentence: its author will want to see it.
        if error.__cause__ is not None:
            keep_traceback(error)
        say_error(str(error))
        sys.exit(JOB_FAILED)
    except OSError as error:
        keep_traceback(error)
        say_error(f"The system refused: {str(error).rstrip('.')}.")
        sys.exit(JOB_FAILED)
    except Exception as error:
        say_error(unexpected(error))
        sys.exit(JOB_FAILED)


if __name__ == "__main__":
    main()
