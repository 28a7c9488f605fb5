"""A clip of a session, and what is being done for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.faces.web.proposing import Proposed
from highlight_cuts_cv.faces.web.worker import Ticket
from highlight_cuts_cv.files.store import content_identity
from highlight_cuts_cv.jobs.analyse import shown_frames, shown_times
from highlight_cuts_cv.media.writing.proxy import growing_path
from highlight_cuts_cv.model import ClipInfo, Track
from highlight_cuts_cv.project.state import ClipTrackingState, players_within
from highlight_cuts_cv.tracking.picks import Pick

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import TimelineClip


@dataclass(eq=False)
class Clip:
    """A clip of the session, and what is being done for it."""

    clip_id: str
    placed: TimelineClip
    info: ClipInfo
    proxy: Path
    state: ClipTrackingState
    analysed: bool = False
    analysis: Ticket | None = None
    analysis_error: str = ""
    following: bool = False
    again: bool = False
    work: Ticket | None = None
    error: str = ""
    tracks: dict[str, Track] = field(default_factory=dict)
    cuts: Sequence[int] = ()
    marker: bytes = b""
    marker_number: int = 0
    marked: dict[str, tuple[Pick, ...]] = field(default_factory=dict)
    """By player, the picks that the marker comes from."""
    proposed: dict[str, Proposed] = field(default_factory=dict)

    @cached_property
    def frames(self) -> list[int]:
        return [int(frame) for frame in shown_frames(self.info)]

    @cached_property
    def times(self) -> list[float]:
        return [round(float(time), 6) for time in shown_times(self.info)]

    @property
    def film(self) -> Path | None:
        """The film to look at, which may still be growing."""
        return next((path for path in (self.proxy, growing_path(self.proxy)) if path.is_file()), None)

    @property
    def picks(self) -> dict[str, tuple[Pick, ...]]:
        """By player, those that lie in the clip, in its frames."""
        return players_within(self.state.picks, self.info)


def proxy_path(folder: Path, placed: TimelineClip, state: ClipTrackingState) -> Path:
    """Where in *folder* the film to look at is, of this recording and no other."""
    identity = f"{content_identity(placed.media_path)[:8]}-{state.clip_id}"
    return folder / f"{identity}.mp4"
