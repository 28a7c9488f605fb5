"""The clips of a timeline, as the rest of the tool sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError, MediaInfo
from highlight_cuts_cv.timeline.finding import find_clip


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineClip:
    """A stretch of a video file that the timeline shows.

    ``start`` is in seconds from the media's first frame, whatever timecode the file carries;
    ``frame_count`` counts frames at ``rate``, the timeline's.  Of these the first ``head`` and the
    last ``tail`` are seen only inside a transition or a speed change, but for ``handles``: so many of the first
    and of the last are not seen at all.  ``position`` is the timeline
    frame at which the clip itself (without ``head``) begins.  ``info`` is the probed media.
    ``otio_index`` is its place among all clips of the timeline, see :meth:`Timeline.otio_clip`.
    """

    clip_id: str
    name: str
    track_name: str
    media_path: Path
    start: Fraction
    frame_count: int
    rate: Fraction
    info: MediaInfo
    position: int
    otio_index: int
    head: int = 0
    tail: int = 0
    handles: tuple[int, int] = (0, 0)

    @property
    def duration(self) -> Fraction:
        """Seconds that the clip needs of its media."""
        return self.frame_count / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A timeline that was read: its file, its clips in order of appearance, and the OTIO object.

    ``document`` is all that the file holds: ``otio`` itself, or a collection that has it as the ``place``-th of
    its timelines.  Relative paths in it count from the folder ``base``.
    ``warnings`` are whole sentences about what was left out; ``left_out`` says of each clip that shows a
    recording and cannot be followed, by its id, why.  ``tracked_before`` has, by their
    ``otio_index``, the clips that came with a tracked render of an earlier run.  Treat ``otio`` as
    read-only: writing works on a copy of it.
    """

    path: Path
    name: str
    rate: Fraction
    clips: tuple[TimelineClip, ...]
    otio: otio.schema.Timeline = field(repr=False, compare=False)
    document: otio.core.SerializableObjectWithMetadata = field(repr=False, compare=False)
    base: Path
    place: int = 0
    warnings: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    tracked_before: Mapping[int, otio.schema.Clip] = field(default_factory=dict, repr=False, compare=False)

    def clip(self, asked: str) -> TimelineClip:
        """The clip that is called *asked*: by id, by the editor's name or by number, see
        :func:`~highlight_cuts_cv.timeline.finding.find_clip`.

        Raises BadInputError for none, several, and one that cannot be followed.
        """
        found = find_clip(self.clips, self.left_out, asked, self.path)
        if isinstance(found, str):
            raise BadInputError(self.left_out[found])
        return found

    def otio_clip(self, clip: TimelineClip) -> otio.schema.Clip:
        """The OTIO clip that *clip* was read from."""
        return list(self.otio.find_clips())[clip.otio_index]
