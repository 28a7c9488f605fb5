"""The trackers of Roboflow's ``trackers`` package (Apache-2.0)."""

from __future__ import annotations

import numpy as np
import supervision as sv
import trackers
from highlight_cuts_cv.api import Detections, Identities, Options, Track, TrackJob, track_by_identity
from numpy.typing import NDArray


class RoboflowTracker:
    """One class of ``trackers``, started anew for each clip.  See :class:`highlight_cuts_cv.api.Tracker`."""

    def __init__(self, class_name: str, options: Options) -> None:
        self._class = getattr(trackers, class_name)
        self._options = dict(options)

    def track(self, job: TrackJob) -> Track:
        """Follow the identity that the picks name; raises as ``track_by_identity`` does."""
        tracker = self._class(**self._options, frame_rate=float(job.clip.rate))
        # Only camera motion needs pictures, and decoding them costs more than everything else here.
        needs_pictures = bool(self._options.get("enable_cmc", False))

        def update(index: int, found: Detections, picture: NDArray[np.uint8] | None) -> Identities:
            given = sv.Detections(
                xyxy=found.xyxy.copy(),
                confidence=found.scores.copy(),
                class_id=np.zeros(len(found), int),
            )
            seen = tracker.update(given, picture) if needs_pictures else tracker.update(given)
            ids = np.asarray(seen.tracker_id if seen.tracker_id is not None else [], np.int64)
            confirmed = ids >= 0
            scores = np.asarray(seen.confidence if seen.confidence is not None else [], np.float32)
            return Identities(np.asarray(seen.xyxy, np.float32)[confirmed], ids[confirmed], scores[confirmed])

        return track_by_identity(job, update, needs_pictures=needs_pictures)
