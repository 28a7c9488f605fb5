"""The first answer to a pick: a moment without doubts, and without detections where the tracker can do without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hccv_follow.tracker import FollowTracker

from highlight_cuts_cv.contracts import TrackJob
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow_on, glimpse_on, workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import Track
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.tracking.picks import parse_pick


@pytest.mark.parametrize("glimpses", [True, False])
def test_a_moment_is_looked_at_without_everybody_where_the_tracker_can(glimpses, monkeypatch):
    trackers = get_registry().trackers
    find = type(trackers).find
    spec = replace(trackers.find("follow"), glimpses=glimpses)
    monkeypatch.setattr(
        type(trackers), "find", lambda shelf, name: spec if name == "follow" else find(shelf, name)
    )
    given: list[bool] = []
    real = FollowTracker.track

    def track(self: FollowTracker, job: TrackJob) -> Track:
        given.append(job.detections is not None)
        return real(self, job)

    monkeypatch.setattr(FollowTracker, "track", track)
    pick = parse_pick("0:950,268")
    with workbench(video_clip(demo_clip(), "30:36"), Setup()) as bench:
        glimpse = glimpse_on(bench, pick, Setup())
        whole = follow_on(bench, [pick], Setup())
    assert given == [not glimpses, True]
    assert glimpse.visible.all() and not glimpse.doubts
    np.testing.assert_allclose(glimpse.xyxy, whole.xyxy, atol=8)
