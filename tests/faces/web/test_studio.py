"""What the studio does of its own accord."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi")

from highlight_cuts_cv.contracts import UNWATCHED
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.web import studio
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow as follow_clip
from highlight_cuts_cv.jobs.setup import Setup


def test_after_the_first_analysis_somebody_is_followed_once_and_forgotten(tmp_path, monkeypatch):
    followed: list[tuple[int, object]] = []

    def follow(clip, picks, setup, watch=UNWATCHED, analysis=None):
        followed.append((clip.frame_count, analysis))
        return follow_clip(clip, picks, setup, watch, analysis)

    monkeypatch.setattr(studio, "follow", follow)
    works = studio.Studio()
    place = studio.Place(video_clip(demo_clip(), "20:26"), tmp_path / "proxy.mp4", Setup())
    for _ in range(2):
        studio.analyse(works, lambda step: UNWATCHED, place)
    assert followed == [(3, None)]
    with works.using(place.clip, place.proxy, place.setup) as opened:
        assert not opened.tracks
