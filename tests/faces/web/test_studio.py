"""What the studio does of its own accord."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fastapi")

from highlight_cuts_cv.contracts import UNWATCHED
from highlight_cuts_cv.errors import JobFailedError
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web import studio
from highlight_cuts_cv.faces.web.desk import Desk
from highlight_cuts_cv.faces.web.review import Review
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow as follow_clip
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.testing.synthetic import write_clip
from highlight_cuts_cv.tracking.picks import Pick
from highlight_cuts_cv.tracking.thinning import kept_frames

from .conftest import WHOM, Api, client_of, until, write_game


@pytest.fixture
def analysed(tmp_path: Path) -> Iterator[tuple[Api, Review]]:
    """A session whose first clip is analysed, and what the server has of it."""
    write_game(tmp_path)
    with client_of(Desk(tmp_path, Reading())) as client:
        api = Api(client, client.post("/cv/session", json={"timeline": "game.otio"}).json()["session_id"])
        until(lambda: api.clips[0]["analysed"])
        yield api, client.app.state.desk.session(api.session).review  # type: ignore[attr-defined]


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


def test_the_beginning_is_marked_before_all_is_followed_and_agrees_with_it(tmp_path):
    works = studio.Studio()
    place = studio.Place(video_clip(demo_clip(), "20:60"), tmp_path / "proxy.mp4", Setup())
    told = {"": (Pick(0, box=studio.detect(works, lambda step: UNWATCHED, place, 0)[0]),)}
    began = json.loads(studio.begin(works, lambda step: UNWATCHED, place, told))
    assert began["until"] == 10  # of ten frames a second
    assert all(began["frames"][:10]) and not any(began["frames"][10:]) and len(began["frames"]) == 40
    whole = json.loads(studio.mark(works, lambda step: UNWATCHED, place, told).marker)
    assert whole["until"] is None and all(whole["frames"])
    for ((_, *some, _),), ((_, *same, _),) in zip(began["frames"][:9], whole["frames"][:9], strict=True):
        assert some == pytest.approx(same, abs=4)  # pixels
    # What is known is drawn anew as soon.
    assert studio.begin(works, lambda step: UNWATCHED, place, told) == b""


def test_no_beginning_is_followed_where_the_pick_is_far_from_it(tmp_path):
    works = studio.Studio()
    place = studio.Place(video_clip(demo_clip(), "20:60"), tmp_path / "proxy.mp4", Setup())
    far = {"": (Pick(15, box=studio.detect(works, lambda step: UNWATCHED, place, 15)[0]),)}
    assert studio.begin(works, lambda step: UNWATCHED, place, far) == b""


def test_a_beginning_goes_away_where_the_rest_cannot_be_followed(analysed, monkeypatch):
    api, review = analysed
    seen: list[bytes] = []
    real = review._worker.submit

    def submit(lane, urgency, command, *arguments, **how):
        if command is studio.mark:
            seen.append(review.clips[0].marker)
            raise JobFailedError("The disk is gone.")
        return real(lane, urgency, command, *arguments, **how)

    monkeypatch.setattr(review._worker, "submit", submit)
    api.on_clip(0, "pick", {"frame": 0, "point": WHOM[0]})
    failed = api.marked(0)
    assert failed["status"] == "failed" and failed["error"] == "The disk is gone."
    assert b'"until":10' in seen[0] and failed["marker"] == 0


def test_the_beginning_is_shown_first_for_somebody_else_too_and_not_for_a_correction_further_on(
    analysed, monkeypatch
):
    api, review = analysed
    asked: list[str] = []
    real = review._worker.submit

    def submit(lane, urgency, command, *arguments, **how):
        if command in (studio.begin, studio.mark):
            asked.append(command.__name__)
        return real(lane, urgency, command, *arguments, **how)

    monkeypatch.setattr(review._worker, "submit", submit)
    for pick in (
        {"frame": 0, "point": WHOM[0]},
        {"frame": 20, "absent": True},
        {"frame": 0, "number": 1},
    ):
        api.on_clip(0, "pick", pick)
        api.marked(0)
    assert asked == ["begin", "mark", "mark", "begin", "mark"]
