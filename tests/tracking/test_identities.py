"""Which identity of a multi-object tracker is the picked player, frame by frame."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from highlight_cuts_cv.contracts import TrackJob
from highlight_cuts_cv.model import Anchor, BadInputError, BoundingBox, State
from highlight_cuts_cv.testing import contracts
from highlight_cuts_cv.tracking.identities import Identities, choose_identity, track_by_identity

HERE = BoundingBox(0, 0, 10, 20)
RATE = Fraction(4)  # so that half a second is two frames


def scene(*frames: dict[int, float]) -> list[Identities]:
    """Frames given as identity -> left edge of its 10x20 box."""
    return [
        Identities(
            np.array([[x, 0, x + 10, 20] for x in frame.values()], np.float32).reshape(-1, 4),
            np.array(list(frame), np.int64),
            np.full(len(frame), 0.7, np.float32),
        )
        for frame in frames
    ]


def lefts(anchors: list[Anchor], frames: list[Identities]) -> list[float | None]:
    track = choose_identity(anchors, frames, RATE)
    return [None if np.isnan(x) else float(x) for x in track.xyxy[:, 0]]


def test_keeps_the_identity_under_the_pick_and_is_lost_where_it_is_absent() -> None:
    frames = scene({1: 0, 2: 50}, {1: 3, 2: 50}, {2: 50}, {1: 9, 2: 50})
    track = choose_identity([Anchor(0, HERE)], frames, RATE)
    assert track.states.tolist() == [State.ANCHOR, State.OBSERVED, State.LOST, State.OBSERVED]
    assert track.xyxy[3].tolist() == [9, 0, 19, 20]
    assert track.scores.tolist() == pytest.approx([1, 0.7, 0, 0.7])


def test_best_overlap_decides() -> None:
    assert lefts([Anchor(0, HERE)], scene({1: 4, 2: 1}, {1: 4, 2: 1}))[1] == 1


def test_a_second_pick_takes_over_after_an_identity_died() -> None:
    frames = scene({1: 0}, {1: 0}, {}, {5: 0}, {5: 1})
    assert lefts([Anchor(0, HERE)], frames) == [0, 0, None, None, None]
    assert lefts([Anchor(0, HERE), Anchor(3, HERE)], frames) == [0, 0, None, 0, 1]


def test_between_two_picks_the_nearer_identity_comes_first() -> None:
    frames = scene({1: 0, 2: 90}, {1: 1, 2: 92}, {1: 2, 2: 94}, {1: 3, 2: 90})
    picks = [Anchor(0, HERE), Anchor(3, BoundingBox(90, 0, 100, 20))]
    assert lefts(picks, frames) == [0, 1, 94, 90]


def test_not_visible_ends_the_players_identity_there() -> None:
    frames = scene({1: 0}, {1: 1}, {1: 2}, {1: 3}, {1: 4})
    assert lefts([Anchor(0, HERE), Anchor(2, None)], frames) == [0, 1, None, None, None]
    assert lefts([Anchor(1, None), Anchor(3, HERE)], frames) == [None, None, 2, 0, 4]
    absent = [Anchor(0, HERE), Anchor(1, None), Anchor(4, None)]
    assert lefts(absent, frames) == [0, None, None, None, None]


def test_an_identity_confirmed_late_is_found_nearby_but_not_far_away() -> None:
    assert lefts([Anchor(0, HERE)], scene({}, {}, {7: 2}, {7: 3})) == [0, None, 2, 3]
    assert lefts([Anchor(0, HERE)], scene({}, {}, {}, {7: 2})) == [0, None, None, None]


def test_a_pick_on_nobody_is_shown_in_its_frame_only() -> None:
    assert lefts([Anchor(0, HERE)], scene({1: 9}, {1: 9})) == [0, None]


class Everyone:
    """A multi-object tracker whose identities are the detections' places."""

    def track(self, job: TrackJob):
        return track_by_identity(job, self.update, needs_pictures=True)

    def update(self, index, detections, picture):
        assert picture is not None and picture.shape == (contracts.HEIGHT, contracts.WIDTH, 3)
        ids = np.arange(len(detections), dtype=np.int64)
        return Identities(detections.xyxy, ids, detections.scores)


def test_a_tracker_made_of_it_keeps_the_contract() -> None:
    contracts.check_tracker(Everyone())


def test_without_detections_it_says_so() -> None:
    pictures, boxes = contracts.moving_square(1)
    job = contracts._track_job(pictures, boxes, (Anchor(0, boxes[0]),))
    with pytest.raises(BadInputError, match="choose a detector"):
        Everyone().track(replace(job, detections=None))
