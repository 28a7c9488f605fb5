"""The default tracker's parts: who comes back, two followers that are one, gaps that are no gaps."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hccv_follow.absence import Absence
from hccv_follow.duel import DuelSettings
from hccv_follow.finish import SKIPPED, bridge
from hccv_follow.pair import Pair
from hccv_follow.path import iou

from highlight_cuts_cv.model import Frame

BOX = np.array([100.0, 100.0, 140.0, 180.0])
NAN = np.full(4, np.nan)


def test_a_look_alike_raises_what_a_return_must_show():
    absence = Absence()
    assert absence.believes(0.75) and not absence.believes(0.65)
    team_mate = np.array([[300.0, 100.0, 340.0, 180.0, 0.9]])
    absence.compare(np.array([120.0, 140.0]), 80.0, team_mate, np.array([0.8]))
    assert not absence.believes(0.9) and absence.believes(1.0)


def test_who_stands_on_the_player_is_no_look_alike():
    absence = Absence()
    absence.compare(np.array([120.0, 140.0]), 80.0, np.array([[110.0, 100, 150, 180, 0.9]]), np.array([0.9]))
    assert absence.believes(0.75)


def test_who_left_the_picture_is_expected_nearer_than_who_is_hidden():
    hidden, gone = Absence(), Absence()
    gone.out = True
    assert all(gone.reach(seconds) < hidden.reach(seconds) for seconds in (0.0, 1.0, 3.0))


class Scripted:
    """A follower that shows given boxes."""

    def __init__(self, boxes, patient=None, calm=False, torn=(), met=()):
        self._boxes, self._torn, self._met = iter(boxes), set(torn), set(met)
        self.patient, self._calm, self._step = None, calm, 0
        self._patient, self.torn, self.joined_again = patient, False, 0

    def skip(self, motion):
        return self._calm

    def step(self, picture, motion, everyone):
        self._step += 1
        self.torn, self.met = self._step in self._torn, self._step in self._met
        if self.torn and self._patient is not None:
            self.patient, self._patient = self._patient, None
        return next(self._boxes), 0.8

    def rejoin(self):
        self.patient, self.joined_again = None, self.joined_again + 1


def run(follower, frames: int, rate: float = 2.0) -> Pair:
    pair = Pair(follower, 0, BOX, rate, frames + 1, DuelSettings())
    for index in range(1, frames + 1):
        frame = Frame(index, index, Fraction(1, 2), np.zeros((2, 2, 3), np.uint8))
        pair.step(frame, np.eye(2, 3), None, last=index == frames)
    return pair


def test_two_followers_part_and_are_one_again_after_three_seconds_together():
    patient = Scripted([BOX] * 9)
    eager = Scripted([BOX] * 20, patient, torn=[2])
    pair = run(eager, 20)
    assert eager.joined_again == 1
    assert patient._step == 6, "three seconds at two frames a second"
    for path in pair.paths:
        np.testing.assert_array_equal(path.boxes, [BOX] * 21)


def test_two_followers_that_show_different_players_stay_two():
    patient = Scripted([BOX + 300] * 18)
    pair = run(Scripted([BOX] * 20, patient, torn=[2]), 20)
    assert patient._step == 18
    assert iou(pair.paths[0].boxes[20], pair.paths[1].boxes[20]) == 0


def test_a_path_tells_where_somebody_was_in_the_way():
    (path, _) = run(Scripted([BOX] * 5, met=[2, 3]), 5).paths
    assert np.flatnonzero(path.met).tolist() == [2, 3]


def test_the_last_frame_is_always_looked_at():
    pair = run(Scripted([BOX], calm=True), 5)
    assert (pair.paths[0].scores[1:5] == SKIPPED).all()
    np.testing.assert_array_equal(pair.paths[0].boxes[5], BOX)


@pytest.mark.parametrize(("pan", "bridged"), [(0.0, True), (60.0, False)])
def test_no_gap_is_bridged_over_a_place_outside_the_picture(pan, bridged):
    """The camera turns away and back within the gap: who stood there was not to be seen."""
    boxes = np.stack([BOX, *[NAN] * 8, BOX])
    scores = np.where(np.isfinite(boxes[:, 0]), 0.9, 0.0)

    def motion(index: int) -> np.ndarray:
        shift = -pan if index <= 4 else pan if index <= 8 else 0.0
        return np.array([[1.0, 0, shift], [0, 1, 0]])

    bridge(boxes, scores, motion, 25.0, np.array([400, 300]))
    assert bool(np.isfinite(boxes[:, 0]).all()) is bridged


def test_iou_of_a_lost_box_is_nothing():
    assert iou(BOX, NAN) == 0 and iou(NAN, NAN) == 0 and iou(BOX, BOX) == pytest.approx(1)
