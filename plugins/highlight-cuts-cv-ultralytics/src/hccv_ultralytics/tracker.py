"""Ultralytics' BoT-SORT and ByteTrack over the job's detections, whichever detector made them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from highlight_cuts_cv.api import Detections, Identities, Options, Track, TrackJob, track_by_identity
from numpy.typing import NDArray

from hccv_ultralytics.engine import load_ultralytics
from hccv_ultralytics.weights import local_weights


class UltralyticsTracker:
    """Started anew for each clip.  See :class:`highlight_cuts_cv.api.Tracker`.

    ``options`` are those of Ultralytics' yaml file of the same name.
    """

    def __init__(self, name: str, options: Options) -> None:
        load_ultralytics()
        from ultralytics.engine.results import Boxes
        from ultralytics.trackers import BOTSORT, BYTETracker

        self._class = {"botsort": BOTSORT, "bytetrack": BYTETracker}[name]
        self._boxes: Any = Boxes
        self._options = {"with_reid": False, "gmc_method": "none", **options}
        if self._options["with_reid"]:
            # A name that is not on disk would be downloaded, so only a path is taken.
            self._options["model"] = str(local_weights(str(self._options["model"]), "model"))

    def track(self, job: TrackJob) -> Track:
        """Follow the identity that the picks name; raises as ``track_by_identity`` does."""
        tracker = self._class(SimpleNamespace(**self._options, device=None))
        shape = (job.clip.height, job.clip.width)
        needs_pictures = self._options["with_reid"] or self._options["gmc_method"] != "none"

        def update(index: int, found: Detections, picture: NDArray[np.uint8] | None) -> Identities:
            rows = np.column_stack([found.xyxy, found.scores, np.zeros(len(found), np.float32)])
            seen = tracker.update(self._boxes(rows.astype(np.float32), shape), picture).reshape(-1, 8)
            return Identities(
                np.ascontiguousarray(seen[:, :4], np.float32),
                seen[:, 4].astype(np.int64),
                np.ascontiguousarray(seen[:, 5], np.float32),
            )

        return track_by_identity(job, update, needs_pictures=bool(needs_pictures))
