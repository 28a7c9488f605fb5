"""The command line: one module per verb, or pair of verbs.

Each reads its arguments, hands them to a job and prints the result.
"""

# The order of the imports is the order in which the help lists the verbs.
# isort: off
from highlight_cuts_cv.faces.cli.app import app
from highlight_cuts_cv.faces.cli import (
    demo,
    review,
    clips,
    detect,
    track,
    render,
    run,
    join,
    relink,
    resolve,
    verify,
    machine,
)

# isort: on

__all__ = [
    "app",
    "clips",
    "demo",
    "detect",
    "join",
    "machine",
    "relink",
    "render",
    "resolve",
    "review",
    "run",
    "track",
    "verify",
]
