"""What a plugin made, behind a guard: its faults become sentences that name it.

An exception becomes a JobFailedError with the exception as its cause; what comes back is checked before
anybody builds on it.  Our own errors and Ctrl-C pass through: those are meant for the user already.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from highlight_cuts_cv.contracts import (
    Deliverer,
    DeliverJob,
    Detector,
    DrawJob,
    Exporter,
    ExportJob,
    Identifier,
    IdentifyJob,
    Identity,
    Indicator,
    Tracker,
    TrackJob,
)
from highlight_cuts_cv.model import (
    Detections,
    Frame,
    HighlightCutsError,
    JobFailedError,
    Placement,
    Region,
    Shade,
    SpriteTrack,
    Track,
)

T = TypeVar("T")


class Guard:
    """Runs what a plugin wrote.  *who* names it in sentences: kind, name and distribution."""

    def __init__(self, who: str) -> None:
        self._who = who

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Turn an exception while the plugin does *what* into a JobFailedError."""
        try:
            yield
        except HighlightCutsError:
            raise
        # SystemExit, too: a plugin must not end a job as if it were done.
        except (Exception, SystemExit) as error:
            raise JobFailedError(
                f"{self._who} failed {what} ({describe(error)}). The fault is the plugin's: report it to its "
                "authors; 'hccv --debug ...' shows where it happened."
            ) from error

    def wrong(self, what: str) -> JobFailedError:
        """The error for something that came back and is not what was asked for."""
        return JobFailedError(f"{self._who} {what}. The fault is the plugin's: report it to its authors.")

    def expect(self, result: object, wanted: type[T], method: str) -> T:
        """*result* if it is a *wanted*; else raises JobFailedError."""
        if not isinstance(result, wanted):
            raise self.wrong(f"returned {_named(result)} from {method}() instead of a {wanted.__name__}")
        return result


class GuardedDetector(Guard):
    """A detector whose results are checked, and which is asked one thing at a time.

    Detectors need not be safe for several threads, but several threads ask: an analysis that runs
    ahead, and a tracker.
    """

    def __init__(self, detector: Detector, who: str) -> None:
        super().__init__(who)
        self._detector = detector
        self._turn = threading.Lock()

    def detect(self, frames: Sequence[Frame], regions: Sequence[Region] | None = None) -> list[Detections]:
        """As :meth:`Detector.detect`.  Raises JobFailedError for whatever the plugin does wrong."""
        with self._turn, self.doing("to look for players"):
            found: object = self._detector.detect(frames, regions)
        if not isinstance(found, (list, tuple)):
            raise self.wrong(f"returned {_named(found)} from detect() instead of a list of Detections")
        if len(found) != len(frames):
            raise self.wrong(f"returned {len(found)} results from detect() for {len(frames)} frames")
        for one in found:
            self.expect(one, Detections, "detect")
            if not (np.isfinite(one.xyxy).all() and np.isfinite(one.scores).all()):
                raise self.wrong("returned boxes or scores that are not finite numbers from detect()")
        return list(found)

    def close(self) -> None:
        """As :meth:`Detector.close`, once nobody is being answered."""
        with self._turn, self.doing("to close"):
            self._detector.close()


class GuardedTracker(Guard):
    """A tracker whose tracks are checked."""

    def __init__(self, tracker: Tracker, who: str) -> None:
        super().__init__(who)
        self._tracker = tracker

    def track(self, job: TrackJob) -> Track:
        """As :meth:`Tracker.track`.  Raises JobFailedError for whatever the plugin does wrong."""
        with self.doing("to follow the player"):
            result: object = self._tracker.track(job)
        track = self.expect(result, Track, "track")
        if len(track) != job.clip.frame_count:
            raise self.wrong(
                f"returned a track of {len(track)} frames for a clip of {job.clip.frame_count} from track()"
            )
        if np.isinf(track.xyxy).any() or not np.isfinite(track.scores).all():
            raise self.wrong("returned boxes or scores that are not finite numbers from track()")
        return track


class GuardedIndicator(Guard):
    """An indicator whose sprites are checked."""

    def __init__(self, indicator: Indicator, who: str) -> None:
        super().__init__(who)
        self._indicator = indicator

    def draw(self, job: DrawJob) -> SpriteTrack:
        """As :meth:`Indicator.draw`.  Raises JobFailedError for whatever the plugin does wrong."""
        with self.doing("to draw the marker"):
            result: object = self._indicator.draw(job)
        drawn = self.expect(result, SpriteTrack, "draw")
        for things, wanted in ((drawn.placements, Placement), (drawn.shades, Shade)):
            # A generator would be used up by the first who reads it.
            for thing in self.expect(things, Sequence, "draw"):  # type: ignore[type-abstract]
                self.expect(thing, wanted, "draw")
                if not 0 <= thing.frame_index < job.clip.frame_count:
                    raise self.wrong(
                        f"drew in frame {thing.frame_index} of a clip of {job.clip.frame_count} frames"
                    )
        return drawn


class GuardedExporter(Guard):
    """An exporter whose file is looked for."""

    def __init__(self, exporter: Exporter, who: str) -> None:
        super().__init__(who)
        self._exporter = exporter

    def export(self, job: ExportJob) -> Path:
        """As :meth:`Exporter.export`.  Raises JobFailedError for whatever the plugin does wrong."""
        with self.doing(f"to write {job.output}"):
            result: object = self._exporter.export(job)
        path = self.expect(result, Path, "export")
        if not path.exists():
            raise self.wrong(f"says that it wrote {path}, but there is no such file")
        return path


class GuardedDeliverer(Guard):
    """A deliverer whose file is looked for."""

    def __init__(self, deliverer: Deliverer, who: str) -> None:
        super().__init__(who)
        self._deliverer = deliverer

    def deliver(self, job: DeliverJob) -> Path:
        """As :meth:`Deliverer.deliver`.  Raises JobFailedError for whatever the plugin does wrong."""
        with self.doing(f"to write {job.output}"):
            result: object = self._deliverer.deliver(job)
        path = self.expect(result, Path, "deliver")
        if not path.exists():
            raise self.wrong(f"says that it wrote {path}, but there is no such file")
        return path


class GuardedIdentifier(Guard):
    """An identifier whose answers are checked."""

    def __init__(self, identifier: Identifier, who: str) -> None:
        super().__init__(who)
        self._identifier = identifier

    def identify(self, job: IdentifyJob) -> list[Identity]:
        """As :meth:`Identifier.identify`.  Raises JobFailedError for whatever the plugin does wrong."""
        with self.doing("to say who somebody is"):
            result: object = self._identifier.identify(job)
        found = list(self.expect(result, Sequence, "identify"))  # type: ignore[type-abstract]
        for one in found:
            self.expect(one, Identity, "identify")
            if not all(0 <= place < len(job.sightings) for place in one.seen):
                raise self.wrong(f"saw {one.label!r} in a sighting that it was not given")
        if (together := sum(one.probability for one in found)) > 1 + 1e-6:
            raise self.wrong(f"returned probabilities that add up to {together:g} from identify()")
        return sorted(found, key=lambda one: -one.probability)

    def close(self) -> None:
        """As :meth:`Identifier.close`."""
        with self.doing("to close"):
            self._identifier.close()


def describe(error: BaseException) -> str:
    """An exception's class and message in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")


def _named(thing: object) -> str:
    return "None" if thing is None else f"a {type(thing).__name__}"
