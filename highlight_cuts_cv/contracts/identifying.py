"""Saying who somebody is: identifiers, and what one is given to do so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from highlight_cuts_cv.contracts.progress import Progress, never_cancelled, no_progress
from highlight_cuts_cv.model import BoundingBox, ByteArray


@dataclass(frozen=True, slots=True)
class Sighting:
    """One person in one picture.

    ``picture`` is the part of the film around the person, (h, w, 3) uint8 BGR at its own resolution, and ``box``
    where the person is in it, in pixels of that part; ``frame_index`` counts the clip's frames from 0.
    """

    frame_index: int
    picture: ByteArray
    box: BoundingBox


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyJob:
    """What is known of one person: ``sightings``, rising in time, at least one.

    They are a choice, the clearest in each part of a clip.  Call ``progress`` as they get done and stop with
    :class:`~highlight_cuts_cv.model.CancelledError` soon after ``cancelled()``.
    """

    sightings: Sequence[Sighting]
    progress: Progress = no_progress
    cancelled: Callable[[], bool] = never_cancelled


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the person may be: a ``label`` (a number, a name) and how probable it is, above 0 and up to 1.

    ``seen`` are the sightings, by their place in the job, that say so.  Raises ValueError for an empty label or a
    probability outside these limits.
    """

    label: str
    probability: float
    seen: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.label:
            raise ValueError("an identity needs a label")
        if not 0 < self.probability <= 1:
            raise ValueError(
                f"a probability lies above 0 and is at most 1, but that of {self.label!r} is {self.probability!r}"
            )


@runtime_checkable
class Identifier(Protocol):
    """Says who somebody is, from pictures of one person."""

    def identify(self, job: IdentifyJob) -> Sequence[Identity]:
        """Return who it may be, the most probable first; all probabilities together are at most 1.

        What is missing to 1 is somebody else or nobody known: an empty answer says that nothing can be told.
        """
        ...

    def close(self) -> None:
        """Free what the identifier holds; it is not used afterwards."""
        ...
