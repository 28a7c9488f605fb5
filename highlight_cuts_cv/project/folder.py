"""Where a project lies: in a folder of its own beside the timeline."""

from __future__ import annotations

from pathlib import Path

ENDING = ".hccv"
DATABASE = "project.db"


def project_folder(timeline: Path | str) -> Path:
    """The project folder of a timeline file, beside it; it need not exist.

    A timeline that this tool wrote (``NAME.tracked.otio``) belongs to the project of the one that it was
    made from, as do all timelines of one name, whatever their format.

    >>> project_folder("games/reel.tracked.otio").as_posix()
    'games/reel.hccv'
    """
    return Path(timeline).with_name(f"{game_of(timeline)}{ENDING}")


def game_of(timeline: Path | str) -> str:
    """What a session calls the timeline file that it works on: its name, without ``.tracked`` and format.

    >>> game_of("games/reel.tracked.otio")
    'reel'
    """
    stem = Path(timeline).stem
    return stem.removesuffix(".tracked") or stem
