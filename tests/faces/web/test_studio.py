"""What the studio does of its own accord."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fastapi")

from highlight_cuts_cv.contracts import UNWATCHED, Watch
from highlight_cuts_cv.errors import JobFailedError
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web import studio
from highlight_cuts_cv.faces.web.desk import Desk
from highlight_cuts_cv.faces.web.review import Review
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow as follow_clip
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Choice, Setup
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.rendering.wishes import Show
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


def steps(step: str) -> Watch:
    return UNWATCHED


@pytest.fixture
def works() -> studio.Studio:
    return studio.Studio()


@pytest.fixture
def place(tmp_path: Path) -> studio.Place:
    return studio.Place(video_clip(demo_clip(), "20:60"), tmp_path / "proxy.mp4", Setup())


def pick_in(works: studio.Studio, place: studio.Place, frame: int, number: int = 0) -> Pick:
    return Pick(frame, box=studio.detect(works, steps, place, frame)[number])


def test_the_marker_is_told_from_the_pick_on_before_all_is_followed_and_agrees_with_it(works, place):
    told = {"": (pick_in(works, place, 15),)}
    seen = json.loads(studio.glimpse(works, steps, place, told, {}))
    assert seen["told_of"] == [15, 20]  # half a second of ten frames a second
    # Where the path ends the marker fades out.
    assert all(seen["frames"][15:20]) and not any(seen["frames"][:15]) and not any(seen["frames"][25:])
    whole = json.loads(studio.mark(works, steps, place, told).marker)
    assert whole["told_of"] is None and all(whole["frames"])
    for ((_, *some, _),), ((_, *same, _),) in zip(seen["frames"][15:19], whole["frames"][15:19], strict=True):
        assert some == pytest.approx(same, abs=4)  # pixels
    # What is known is drawn anew as soon.
    assert studio.glimpse(works, steps, place, told, {}) == b""


def test_a_correction_is_told_beside_the_path_so_far(works, place):
    first, other = pick_in(works, place, 0), pick_in(works, place, 20, 1)
    studio.mark(works, steps, place, {"": (first,)})
    before = json.loads(studio.mark(works, steps, place, {"": (first,)}).marker)
    seen = json.loads(studio.glimpse(works, steps, place, {"": (first, other)}, {"": (first,)}))
    assert seen["told_of"] is None
    ways = [
        max(
            (np.hypot(x - u, y - v) for (_, x, y, _), (_, u, v, _) in zip(some, same, strict=True)), default=0
        )
        if len(some) == len(same)
        else np.inf
        for some, same in zip(seen["frames"], before["frames"], strict=True)
    ]
    assert min(ways[20:25]) > 20 and max(ways[:18] + ways[28:]) < 4, "pixels"
    # Who was marked before is not followed again, and an absent player is nobody to follow.
    gone = Pick(30)
    assert studio.glimpse(works, steps, place, {"": (first, gone)}, {"": (first,)}) == b""


def test_of_several_new_players_only_what_is_told_of_all_is_played(works, place):
    one, near, far = pick_in(works, place, 0), pick_in(works, place, 2, 1), pick_in(works, place, 30, 1)
    seen = json.loads(studio.glimpse(works, steps, place, {"Sam": (one,), "Kim": (near,)}, {}))
    assert seen["told_of"] == [2, 5]
    assert studio.glimpse(works, steps, place, {"Sam": (one,), "Kim": (far,)}, {}) == b""
    # Nor is anything told between the picks of one of whom nothing is known yet.
    seen = json.loads(studio.glimpse(works, steps, place, {"Sam": (one, far)}, {}))
    assert seen["told_of"] == [0, 5] and not any(seen["frames"][30:])


def test_nothing_is_told_at_once_where_all_has_to_be_known_first(works, place, monkeypatch):
    told = {"": (pick_in(works, place, 0),)}
    near = replace(place, setup=Setup(show=Show(near=True)))
    assert studio.glimpse(works, steps, near, told, {}) == b""
    trail = replace(place, setup=Setup(indicator=Choice("trail")))
    monkeypatch.setattr(studio, "analysed", lambda bench, setup: False)
    assert studio.glimpse(works, steps, trail, told, {}) == b""
    monkeypatch.undo()
    studio.analyse(works, steps, trail)
    assert studio.glimpse(works, steps, trail, told, {})


def test_a_glimpse_goes_away_where_the_rest_cannot_be_followed(analysed, monkeypatch):
    api, review = analysed
    seen: list[bytes] = []
    real = review._worker.submit

    def submit(lane, urgency, command, *arguments, **how):
        if command is studio.mark and failing:
            seen.append(review.clips[0].marker)
            raise JobFailedError("The disk is gone.")
        return real(lane, urgency, command, *arguments, **how)

    monkeypatch.setattr(review._worker, "submit", submit)
    failing = True
    api.on_clip(0, "pick", {"frame": 0, "point": WHOM[0]})
    failed = api.marked(0)
    assert failed["status"] == "failed" and failed["error"] == "The disk is gone."
    assert b'"told_of":[0,5]' in seen[0] and failed["marker"] == 0
    failing = False
    api.on_clip(0, "pick", {"frame": 0, "point": WHOM[0]})
    api.marked(0)
    known = review.clips[0].marker
    failing = True
    api.on_clip(0, "pick", {"frame": 20, "number": 1})
    api.marked(0)
    assert seen[1] != known and review.clips[0].marker == known


def test_each_answer_begins_from_the_picks_that_are_marked(analysed, monkeypatch):
    api, review = analysed
    asked: list[tuple[str, int]] = []
    real = review._worker.submit

    def submit(lane, urgency, command, *arguments, **how):
        if command is studio.glimpse:
            asked.append((command.__name__, sum(map(len, arguments[2].values()))))
        elif command is studio.mark:
            asked.append((command.__name__, sum(map(len, arguments[1].values()))))
        return real(lane, urgency, command, *arguments, **how)

    monkeypatch.setattr(review._worker, "submit", submit)
    for pick in ({"frame": 0, "point": WHOM[0]}, {"frame": 20, "absent": True}):
        api.on_clip(0, "pick", pick)
        api.marked(0)
    assert asked == [("glimpse", 0), ("mark", 1), ("glimpse", 1), ("mark", 2)]


def test_a_pick_is_answered_before_its_clip_is_analysed_to_the_end(analysed, monkeypatch):
    api, review = analysed
    cancelled: list[object] = []
    ticket = object()
    monkeypatch.setattr(review._worker, "cancel", cancelled.append)
    review.clips[0].analysis = ticket
    review.follow(review.clips[0])
    assert ticket in cancelled
    review.clips[0].analysis = None
    api.marked(0)
