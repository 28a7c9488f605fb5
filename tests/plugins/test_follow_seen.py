"""What the judge sees of everybody is seen once for all players of a clip, and changes nobody's path."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hccv_follow import crowd, tracker
from hccv_follow.appearance import AppearanceSettings
from hccv_follow.seen import Seen, seen_in

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow_on, workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import Track
from highlight_cuts_cv.tracking.picks import parse_pick


def test_nobody_is_looked_at_twice_for_two_players(monkeypatch):
    looks: Counter[tuple[float, ...]] = Counter()
    describes = vars(crowd)["described"]

    def described(frame, box, *more):
        looks[frame.index, *box.tolist()] += 1
        return describes(frame, box, *more)

    monkeypatch.setattr(crowd, "described", described)
    clip = video_clip(demo_clip(), "20:80")
    picks = [[parse_pick("10:950,268")], [parse_pick("10:#2")]]

    def followed() -> list[Track]:
        looks.clear()
        with workbench(clip, Setup()) as bench:
            return [follow_on(bench, of_player, Setup()) for of_player in picks]

    shared = followed()
    assert looks, "somebody is in the way"
    assert max(looks.values()) == 1
    monkeypatch.setattr(tracker, "seen_in", lambda *_: Seen())
    apart = followed()
    assert max(looks.values()) == 2, "both look at some of the same"
    for one, other in zip(shared, apart, strict=True):
        np.testing.assert_array_equal(one.xyxy, other.xyxy)
        np.testing.assert_array_equal(one.scores, other.scores)


def test_what_was_seen_goes_with_its_scene_and_settings():
    class Scene:
        pass

    class Slotted:
        __slots__ = ()

    scene: Any = Scene()
    another: Any = Scene()
    elsewhere: Any = Slotted()
    usual = AppearanceSettings()
    assert seen_in(scene, usual) is seen_in(scene, AppearanceSettings())
    assert seen_in(scene, AppearanceSettings(around=2.0)) is not seen_in(scene, usual)
    assert seen_in(another, usual) is not seen_in(scene, usual)
    assert seen_in(elsewhere, usual).found == {}


def test_where_everybody_is_looked_at_the_shown_box_gives_way_to_who_is_detected(monkeypatch):
    told: list[np.ndarray] = []
    moves = vars(tracker)["outlined"]

    def outlined(boxes, seen, *more):
        told.append(seen.copy())
        return moves(boxes, seen, *more)

    clip, pick = video_clip(demo_clip(), "20:80"), [parse_pick("10:950,268")]

    def followed(change: Any) -> Track:
        monkeypatch.setattr(tracker, "outlined", change)
        with workbench(clip, Setup()) as bench:
            return follow_on(bench, pick, Setup())

    given, plain = followed(outlined), followed(lambda boxes, *_: boxes.copy())
    (seen,) = told
    near = np.isfinite(seen[:, 0])
    assert 5 < near.sum() < len(near), "everybody is looked at around contacts alone"
    apart = [np.abs(one.xyxy[near] - seen[near])[:, [1, 3]].mean() for one in (given, plain)]
    assert apart[0] < 0.95 * apart[1]
    np.testing.assert_array_equal(given.scores, plain.scores)
    np.testing.assert_array_equal(given.xyxy[10], plain.xyxy[10], "the pick's own box is the user's")
