"""ARC-SORT of the package ``arcsort`` (Apache-2.0), motion only: it comes without re-identification weights."""

from __future__ import annotations

import numpy as np
from arcsort import ARCTracker
from highlight_cuts_cv.api import Detections, Identities, Options, Track, TrackJob, track_by_identity
from numpy.typing import NDArray


class ArcSort:
    """Started anew for each clip.  See :class:`highlight_cuts_cv.api.Tracker`."""

    def __init__(self, options: Options) -> None:
        self._options = dict(options)

    def track(self, job: TrackJob) -> Track:
        """Follow the identity that the picks name; raises as ``track_by_identity`` does."""
        overrides = {name: value for name, value in self._options.items() if name != "preset"}
        tracker = ARCTracker.from_preset(str(self._options["preset"]), **overrides)

        def update(index: int, found: Detections, picture: NDArray[np.uint8] | None) -> Identities:
            rows = np.column_stack([found.xyxy, found.scores, np.zeros(len(found))]).astype(float)
            seen = np.asarray(tracker.update(rows, picture), float).reshape(-1, 5)
            # The tracker returns the boxes it was given, but not their scores.
            gaps = np.abs(seen[:, None, :4] - rows[None, :, :4]).max(axis=2)
            scores = found.scores[gaps.argmin(axis=1)] if len(seen) else np.zeros(0, np.float32)
            return Identities(seen[:, :4].astype(np.float32), seen[:, 4].astype(np.int64), scores)

        return track_by_identity(job, update, needs_pictures=True)
