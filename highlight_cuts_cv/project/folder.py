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
    timeline = Path(timeline)
    return timeline.with_name(f"{timeline.stem.removesuffix('.tracked') or timeline.stem}{ENDING}")


def game_of(timeline: Path | str) -> str:
    """What a session calls the timeline file that it works on: its name, without ``.tracked``.

    >>> game_of("games/reel.tracked.otio")
    'reel.otio'
    """
    timeline = Path(timeline)
    return f"{timeline.stem.removesuffix('.tracked') or timeline.stem}{timeline.suffix}"
