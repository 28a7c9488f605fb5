"""What the store hands out: sessions and their clips, frozen.

Frames are those of the *recording*, counted from 0, whatever part of it the timeline shows today: a
clip that an editor trims keeps its picks.  :func:`in_recording` and :func:`within` go from a clip's frames
to the recording's and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from zipfile import BadZipFile

from highlight_cuts_cv.model import ClipInfo, Track
from highlight_cuts_cv.project.rows import tracks_from_bytes
from highlight_cuts_cv.tracking.picks import Pick


class Work(StrEnum):
    """What is made of a clip."""

    PREVIEW = "preview"
    FINAL = "final"


class Status(StrEnum):
    """How far a piece of work is.  Only a preview can be approved."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSource:
    """Which clip is meant: what it shows and what it is called, never where it stands.

    ``media`` identifies the recording by its content
    (:func:`~highlight_cuts_cv.files.store.content_identity`); ``start`` and ``duration`` are seconds of it,
    from its first frame, without what only transitions show.
    """

    name: str
    source_path: Path
    media: str
    start: Fraction
    duration: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedTracks:
    """Where the players are: ``players`` has each one's path by name ('' where there is only one).

    Frame 0 of the paths is the recording's frame ``first_frame``.
    """

    players: Mapping[str, Track]
    first_frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTrackingState:
    """One clip of a session, as it is remembered.

    ``clip_id`` stays the same as long as the project remembers the clip, wherever it stands; it is safe in
    file names and URLs.  ``picks`` has what was picked for each player, by name ('' where there is only
    one), sorted by frame, in frames of the recording.  ``revision`` grows with every change of the picks.
    ``preview_key`` and ``final_key`` are what the maker of the file noted about what it depends on, ``*_error``
    is the sentence of a failed one.  A path is absolute, and stays after the status went back to pending:
    the file is that of earlier picks.
    """

    clip_id: str
    source: ClipSource
    picks: Mapping[str, tuple[Pick, ...]]
    revision: int = 0
    preview_status: Status = Status.PENDING
    preview_path: Path | None = None
    preview_key: str = ""
    preview_error: str = ""
    final_status: Status = Status.PENDING
    final_path: Path | None = None
    final_key: str = ""
    final_error: str = ""
    stored_tracks: bytes | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What the timeline calls the clip."""
        return self.source.name

    @property
    def source_path(self) -> Path:
        """The recording."""
        return self.source.source_path

    @property
    def tracks(self) -> FollowedTracks | None:
        """Where the players are, as followed last; ``None`` before that.  Decoded anew each time.

        ``None`` also for those that another version wrote in its own way: they can be found again.
        """
        if self.stored_tracks is None:
            return None
        try:
            players, first_frame = tracks_from_bytes(self.stored_tracks)
        except (ValueError, TypeError, KeyError, BadZipFile):
            return None
        return FollowedTracks(players=players, first_frame=first_frame)

    @property
    def track(self) -> Track | None:
        """The path of the only player, or the first one's."""
        tracks = self.tracks
        return next(iter(tracks.players.values()), None) if tracks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """The work on one timeline for one player (or a whole team): what a face shows and goes on with.

    ``game`` is what the timeline is called (:func:`~highlight_cuts_cv.project.folder.game_of`), ``player`` whose clips these are ('' where that is not said).  ``clips`` are
    those that the timeline shows now, in its order.  ``settings`` is what the faces want to find again (names of
    plugins, options), plain JSON values.  Times are UTC.
    """

    session_id: str
    game: str
    player: str
    clips: tuple[ClipTrackingState, ...]
    settings: Mapping[str, object]
    created_at: datetime
    updated_at: datetime


def in_recording(picks: Iterable[Pick], clip: ClipInfo) -> tuple[Pick, ...]:
    """*picks*, whose frames or times count within *clip*, with their frames counted in the recording.

    Raises BadInputError for a time outside the clip.
    """
    return tuple(
        replace(found, frame_index=found.frame_index + clip.first_frame, origin=0)
        for found in (pick.in_frames(clip) for pick in picks)
    )


def within(picks: Sequence[Pick], clip: ClipInfo) -> tuple[Pick, ...]:
    """Those of the *picks*, whose frames count in the recording, that lie in *clip*, counted within it."""
    return tuple(
        replace(pick, frame_index=pick.frame_index - clip.first_frame, origin=0)
        for pick in picks
        if 0 <= pick.frame_index - clip.first_frame < clip.frame_count
    )


def players_within(picks: Mapping[str, Sequence[Pick]], clip: ClipInfo) -> dict[str, tuple[Pick, ...]]:
    """By player, those *picks* that :func:`within` keeps; players without one are left out."""
    found = {player: within(told, clip) for player, told in picks.items()}
    return {player: told for player, told in found.items() if told}
