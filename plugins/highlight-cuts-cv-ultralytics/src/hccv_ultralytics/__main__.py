"""``python -m hccv_ultralytics NAME...``: download weights, which is the only thing here that does."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

from highlight_cuts_cv.api import JobFailedError

from hccv_ultralytics.weights import MEGABYTES, weights_folder

SOURCE = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
TIMEOUT_SECONDS = 60


def fetch(name: str, source: str = SOURCE) -> Path:
    """Download the weights of *name* into the weights folder; what is there already is kept.

    Raises JobFailedError when the download fails; nothing half-loaded remains.
    """
    target = weights_folder() / f"{name}.pt"
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{name}-", dir=target.parent)
    try:
        with (
            os.fdopen(handle, "wb") as out,
            urllib.request.urlopen(f"{source}/{name}.pt", timeout=TIMEOUT_SECONDS) as answer,
        ):
            while block := answer.read(1 << 20):
                out.write(block)
        # PyTorch's files are zip archives: a cut-off download or a login page is not.
        if not zipfile.is_zipfile(part):
            raise JobFailedError(f"What {source} sent for {name} is not a weights file; try again later.")
        os.replace(part, target)
    except OSError as error:
        raise JobFailedError(
            f"The weights of {name} could not be downloaded from {source} ({error}); "
            f"put {name}.pt into {target.parent} by hand."
        ) from error
    finally:
        Path(part).unlink(missing_ok=True)
    return target


def main(arguments: list[str] | None = None) -> int:
    """Fetch the named models; returns 1 when one failed."""
    parser = argparse.ArgumentParser(
        prog="python -m hccv_ultralytics",
        description="Download Ultralytics weights (AGPL-3.0) for the detectors of the same names.",
    )
    parser.add_argument(
        "names", nargs="+", choices=list(MEGABYTES), metavar="NAME", help=", ".join(MEGABYTES)
    )
    for name in parser.parse_args(arguments).names:
        try:
            print(f"{name}: about {MEGABYTES[name]} MB ...", flush=True)
            print(f"{name}: {fetch(name)}")
        except JobFailedError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
