"""What the studio does of its own accord."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("fastapi")

from highlight_cuts_cv.contracts import UNWATCHED
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.web import studio
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow as follow_clip
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.testing.synthetic import write_clip
from highlight_cuts_cv.tracking.picks import Pick
from highlight_cuts_cv.tracking.thinning import kept_frames


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


def test_cuts_are_told_in_frames_of_the_clip(tmp_path):
    dice = np.random.default_rng(3)
    first, second = dice.integers(0, 255, (2, 9, 16, 3), np.uint8).repeat(20, 1).repeat(20, 2)
    path = write_clip(tmp_path / "two.mp4", [first] * 60 + [second] * 60, Fraction(60))
    clip = clip_of(probe(path))
    kept, rate = kept_frames(clip, [])
    assert len(kept) == 61, "every second frame is looked at"
    with workbench(clip, Setup()) as bench:
        assert bench.cuts() == []
        bench.analyse(bench.view(kept, float(rate), True), UNWATCHED)
        assert bench.cuts() == [60]


def test_an_open_clip_keeps_so_many_paths_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(studio, "_PATHS", 2)
    works = studio.Studio()
    place = studio.Place(video_clip(demo_clip(), "20:23"), tmp_path / "proxy.mp4", Setup())
    people = studio.detect(works, lambda step: UNWATCHED, place, 0)
    told = [{"": (Pick(0, box=one),)} for one in people[:3]]
    for picks in told:
        studio.mark(works, lambda step: UNWATCHED, place, picks)
    with works.using(place.clip, place.proxy, place.setup) as opened:
        assert [key[0] for key in opened.tracks] == [picks[""] for picks in told[1:]]
