"""The bar for unpacking, for verbs that read a timeline: only a bundle of media has one."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import unwatched
from highlight_cuts_cv.faces.console import progress_bars

if TYPE_CHECKING:
    from highlight_cuts_cv.contracts import Steps


def bars_for(path: Path) -> AbstractContextManager[Steps]:
    """Who looks on while the timeline file *path* is read."""
    return progress_bars() if path.suffix.lower() == ".otioz" else nullcontext(unwatched)
