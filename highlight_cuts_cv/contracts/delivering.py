"""Handing over a whole timeline: deliverers, and what one is given to do so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol, runtime_checkable

from highlight_cuts_cv.contracts.progress import Progress, never_cancelled, no_progress, no_warning
from highlight_cuts_cv.model import ClipInfo, Mark, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredClip:
    """A clip of the timeline, whether somebody was followed in it or not.

    ``clip`` is what it shows of its recording.  ``position`` is the timeline's frame at which it begins and
    ``frame_count`` for how many frames it lasts, of which the first ``head`` and the last ``tail`` are seen only
    inside a transition, before ``position`` and behind its end.  ``tracks`` has the path of each player followed in
    it, by name ('' for the only one), in the frames of ``clip``; ``render`` is what was made of it, if anything.
    """

    clip: ClipInfo
    name: str
    track_name: str
    position: int
    frame_count: int
    head: int = 0
    tail: int = 0
    tracks: Mapping[str, Track] = field(default_factory=dict)
    render: Path | None = None
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverJob:
    """Everything a deliverer needs.

    ``clips`` are all clips of the timeline called ``name`` in order of appearance, frames counted at ``rate``.
    ``timeline`` is the tracked timeline as OpenTimelineIO's JSON, with the renders in it; it is written nowhere yet.
    """

    name: str
    rate: Fraction
    clips: Sequence[DeliveredClip]
    timeline: str
    output: Path
    progress: Progress = no_progress
    cancelled: Callable[[], bool] = never_cancelled
    warn: Callable[[str], None] = no_warning


@runtime_checkable
class Deliverer(Protocol):
    """Writes a whole timeline and what was followed in it: a project, a page, a list."""

    def deliver(self, job: DeliverJob) -> Path:
        """Write ``job.output`` (or a file beside it with the right suffix) and return its path."""
        ...
