"""The formats that a tracked timeline is written in, each through its OpenTimelineIO adapter, and read back."""

from __future__ import annotations

from collections.abc import Container
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import opentimelineio as otio

from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.timeline.bundles import SUFFIXES as BUNDLES
from highlight_cuts_cv.timeline.exchange import EXCHANGE, AdapterError, write_through

PROJECT = ".kdenlive"
TABLES = (".csv", ".tsv")
SUFFIXES = (".otio", *BUNDLES, *EXCHANGE)


def is_table(path: Path) -> bool:
    """Whether *path* is a CSV (or the like), which names recordings and times, and neither tracks nor renders."""
    return path.suffix.lower() in TABLES


def written_as(output: Path) -> Path:
    """The timeline that is written where *output* is asked for: beside a table a timeline."""
    return output.with_suffix(".otio") if is_table(output) else output


def is_project(output: Path) -> bool:
    """Whether *output* is an editor's own project, not a timeline for all."""
    return output.suffix.lower() == PROJECT


def is_exchange(output: Path) -> bool:
    """Whether *output* is written through the adapter of another program's format."""
    return output.suffix.lower() in EXCHANGE


def own_suffix(timeline: Path) -> str:
    """The suffix that the tracked timeline has unless another one is asked for: that of *timeline* where its format
    holds what was done, and comes back as it went in."""
    suffix = timeline.suffix.lower()
    if suffix == PROJECT:
        return suffix
    if suffix not in EXCHANGE or not EXCHANGE[suffix].usual:
        return ".otio"
    try:
        read = otio.adapters.read_from_file(str(timeline))
        fits = isinstance(read, otio.schema.Timeline) and why_not_written(read, suffix, None) is None
    except Exception:  # adapters raise whatever they do; reading it says so in a sentence
        return ".otio"
    return suffix if fits else ".otio"


def why_not_written(timeline: otio.schema.Timeline, suffix: str, rate: Fraction | None) -> str | None:
    """Why *timeline*, at *rate* (else its own), does not come back from a file with *suffix* as it went in."""
    with TemporaryDirectory() as folder:
        try:
            write_through(timeline, Path(folder) / f"tried{suffix}", rate)
        except AdapterError as error:
            return str(error)
    return None


def require_format(timeline: otio.schema.Timeline, output: Path, rate: Fraction, over: bool) -> None:
    """Raise BadInputError now, before any work, where *timeline* cannot be written as *output*; with tracks
    *over* others where the marker lies above."""
    suffix = output.suffix.lower()
    if is_project(output) or suffix not in EXCHANGE:
        return
    if over and not EXCHANGE[suffix].tracks:
        raise BadInputError(
            f"{output.name} can hold one track of pictures, and the marker needs one above; name the output "
            f"{output.stem}.otio, or deliver films."
        )
    if why := why_not_written(timeline, suffix, rate):
        raise BadInputError(
            f"The timeline cannot be written as {output}: {why}. Name the output {output.stem}.otio, or change that "
            "in the editor."
        )


def write_format(
    timeline: otio.schema.Timeline,
    path: Path,
    size: tuple[int, int],
    rate: Fraction,
    output: Path,
    silent: Container[str] = (),
) -> str:
    """Write *timeline* to *path* through its format's adapter and read it back; a new project is of *size*.

    The files *silent* have no sound.  *output* is what the file will be called.  Returns what that format cannot hold, as a sentence, or ''.  Raises
    JobFailedError when the adapter cannot write it, or something does not come back.
    """
    more: dict[str, Any] = {"size": size} if output.suffix.lower() in (PROJECT, ".fcpxml") else {}
    if output.suffix.lower() == ".fcpxml":
        more["silent"] = silent
    try:
        write_through(timeline, path, rate, **more)
    except AdapterError as error:
        raise JobFailedError(f"The timeline cannot be written as {output}: {error}.") from error
    return EXCHANGE[output.suffix.lower()].told
