"""What the benchmarks' command lines have in common."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scoring import Target, read_targets

from highlight_cuts_cv.errors import HighlightCutsError
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.jobs.timeline import check_setup


def plain_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser whose help shows *description*, a benchmark's docstring, as it is laid out."""
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def footage_parser(
    description: str | None, *, needed: bool = True, trackers: bool = True, jitter: bool = False
) -> argparse.ArgumentParser:
    """A parser for a benchmark over a footage folder, which may be left out where it is not *needed*.

    ``only`` is parsed to a set of sequences, empty for all; ``tracker`` is a list or ``None``.
    """
    parser = plain_parser(description)
    parser.add_argument("footage", type=_footage, nargs=None if needed else "?")
    if trackers:
        parser.add_argument("--tracker", type=_tracker, action="append", help="may be given several times")
    if jitter:
        parser.add_argument(
            "--jitter", type=int, default=0, help="times that each pick is repeated, a little moved"
        )
    parser.add_argument("--only", type=_names, default="", help="comma-separated sequences")
    parser.add_argument("--json", type=Path, help="write all figures here")
    return parser


def _footage(text: str) -> Path:
    if not (Path(text) / "targets.csv").is_file():
        raise argparse.ArgumentTypeError(f"'{text}' is no folder with a targets.csv in it")
    return Path(text)


def _tracker(text: str) -> str:
    """One that is there and takes its options, before hours of work with those named before it."""
    _check(lambda: Setup(tracker=parse_choice(text)))
    return text


def detector(text: str) -> str:
    """The type of an option that names a detector which is there and takes its options."""
    _check(lambda: Setup(detector=parse_choice(text)))
    return text


def _check(setup: Callable[[], Setup]) -> None:
    try:
        check_setup(setup())
    except HighlightCutsError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))


def wanted_targets(footage: Path, only: frozenset[str]) -> list[Target]:
    """The footage's targets in the sequences *only*, or all of them where that is empty."""
    return [target for target in read_targets(footage) if not only or target.sequence in only]


def write_json(path: Path | None, figures: Any) -> None:
    """Write *figures*, which may hold dataclasses, to *path* if there is one."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=1, default=asdict) + "\n")
