"""Everybody in some stretches of a clip: each picture is looked at once, and people are linked by place and looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hccv_follow.appearance import AppearanceSettings
from hccv_follow.crowd import Crowd, Onlooker
from hccv_follow.linking import LinkingSettings
from hccv_follow.path import Path
from hccv_follow.tracklets import Tracklet, TrackletSettings

from highlight_cuts_cv.api import CancelledError, Detections, Frame, Region, SceneFrame

WIDE, HIGH, COUNT, RATE = 320, 180, 90, 20.0
RED, BLUE, WHITE = (30, 30, 200), (200, 60, 30), (230, 230, 230)
HIDDEN = range(36, 44)
NOWHERE = Path.lost(COUNT)


class Game:
    """Three people on grass: a red and a blue one come together, vanish behind each other, and part again.

    *turn* tells whether they turn round where they meet, or pass.  Counts what is asked of it.
    """

    def __init__(self, turn: bool, cuts: tuple[int, ...] = ()) -> None:
        self.turn, self._cuts = turn, list(cuts)
        self.streamed: Counter[int] = Counter()
        self.detected: Counter[int] = Counter()

    def people(self, index: int) -> list[tuple[float, tuple[int, int, int]]]:
        left, right = 60 + 2.0 * min(index, 80 - index), 240 - 2.0 * min(index, 80 - index)
        if not self.turn and index > 40:
            left, right = right, left
        met = [] if index in HIDDEN else [(left, RED), (right, BLUE)]
        return [*met, (300.0, WHITE)]

    def motion(self, index: int) -> np.ndarray:
        return np.eye(2, 3)

    def cuts(self) -> list[int]:
        return self._cuts

    def stream(self, start: int, stop: int, backward: bool = False) -> Iterator[SceneFrame]:
        for index in range(start, stop):
            self.streamed[index] += 1
            picture = np.full((HIGH, WIDE, 3), (60, 140, 60), np.uint8)
            for x, colour in self.people(index):
                picture[70:110, int(x) - 9 : int(x) + 9] = colour
                picture[50:70, int(x) - 5 : int(x) + 5] = (120, 150, 190)
            yield SceneFrame(Frame(index, index, Fraction(1, 20), picture), np.eye(2, 3), None)

    def of(self, frame: Frame, part: Region | None = None) -> Detections:
        return self[frame.index]

    def __getitem__(self, index: int) -> Detections:
        self.detected[index] += 1
        boxes = [[x - 10, 50, x + 10, 110] for x, _ in self.people(index)]
        return Detections(np.array(boxes, np.float32), np.full(len(boxes), 0.8, np.float32))


def onlooker(game: Game, tick: object = lambda: None) -> Onlooker:
    settings = TrackletSettings(), AppearanceSettings(), LinkingSettings()
    return Onlooker(game, game, (WIDE, HIGH), RATE, tick, settings)  # type: ignore[arg-type]


def chain_of(crowd: Crowd, x: float) -> Path:
    """Whoever begins around x, as far as the links go."""
    first = next(
        n for n, one in enumerate(crowd.pieces) if one.first == 0 and abs(one.boxes[0, 0] + 10 - x) < 5
    )
    return crowd.shown(crowd.chains.whole(first), COUNT)


@pytest.mark.parametrize(("turn", "end"), [(True, 60.0), (False, 240.0)])
def test_those_who_meet_are_told_by_their_looks(turn, end):
    path = chain_of(onlooker(Game(turn)).crowd([(0, 80)], NOWHERE), 60)
    assert path.shown[80] and abs(path.boxes[80, 0] + 10 - end) < 5
    assert not path.shown[list(HIDDEN)].any() and not path.shown[81:].any()


def test_each_picture_is_searched_once_and_only_in_the_stretches():
    game = Game(turn=True)
    one = onlooker(game)
    one.crowd([(20, 50)], NOWHERE)
    one.crowd([(10, 50), (70, 80)], NOWHERE)
    assert game.detected == {index: 1 for index in [*range(10, 51), *range(70, 81)]}


def test_nobody_is_looked_at_again_who_was_described_before():
    game = Game(turn=True)
    one = onlooker(game)
    one.crowd([(0, 60)], NOWHERE)
    before = game.streamed.total()
    one.crowd([(0, 60)], NOWHERE)
    assert game.streamed.total() == before


def test_a_path_is_on_the_piece_that_it_overlaps_most():
    crowd = onlooker(Game(turn=True)).crowd([(0, 80)], NOWHERE)
    path = chain_of(crowd, 60)
    path.boxes += 2
    red = next(n for n, one in enumerate(crowd.pieces) if one.first == 0 and one.boxes[0, 0] < 60)
    assert crowd.under(path, np.arange(10), 0.5) == {red: 10}
    assert crowd.under(path, np.arange(10), 0.95) == {}


@pytest.mark.parametrize("order", [(100.0, 108.0), (108.0, 100.0)])
def test_of_two_that_overlap_it_is_on_the_nearer(order):
    boxes = [np.tile([x - 20, 100.0, x + 20, 180.0], (10, 1)) for x in order]
    both = [Tracklet(np.arange(10), one, np.ones(10), np.ones(10)) for one in boxes]
    crowd = Crowd(both, [np.arange(0)] * 2, None, None)  # type: ignore[arg-type]
    path = Path(boxes[order.index(100.0)] + 2, np.ones(10))
    assert crowd.under(path, np.arange(10), 0.5) == {order.index(100.0): 10}


@pytest.mark.parametrize(("aside", "beside", "told"), [(5, 60, True), (8, 60, False), (3, 6, True)])
def test_a_path_is_told_who_is_detected_in_it_and_of_two_the_nearer(aside, beside, told):
    """People are 20 pixels wide; who is *beside* the other one stands so many pixels from the path's place."""
    game = Game(turn=True)
    game.people = lambda index: [(100.0, RED), (100.0 + aside + beside, BLUE)]  # type: ignore[method-assign]
    one = onlooker(game)
    one.point_out(NOWHERE, 0.5)  # before anybody was looked at
    one.crowd([(60, 70)], NOWHERE)
    one.crowd([(20, 50)], NOWHERE)
    path = Path(np.tile([90.0 + aside, 50, 110 + aside, 110], (COUNT, 1)), np.ones(COUNT))
    path.hide(slice(40, 45))
    one.point_out(path, 0.5)
    seen = np.flatnonzero(np.isfinite(path.seen[:, 0])).tolist()
    assert seen == ([*range(20, 40), *range(45, 51)] if told else [])
    assert not told or path.seen[20].tolist() == [90, 50, 110, 110]


def test_samples_and_cleanness_are_of_the_frames_asked_for():
    crowd = onlooker(Game(turn=True)).crowd([(0, 80)], NOWHERE)
    white = next(n for n, one in enumerate(crowd.pieces) if len(one.frames) == 81)
    ((number, rows),) = crowd.samples(white, 0, 80)
    assert number == white and rows.stop - rows.start == 8
    assert crowd.samples(white, 200, 300) == []
    (_, some), (_, rest) = crowd.samples(white, 0, 30)[0], crowd.samples(white, 31, 80)[0]
    assert some.stop == rest.start and 0 < some.stop < 8
    clean = crowd.clean([white], COUNT)
    assert clean[80] == pytest.approx(0.8) and clean[85] == 0


def test_nobody_is_linked_over_a_cut():
    path = chain_of(onlooker(Game(turn=True, cuts=(30,))).crowd([(0, 80)], NOWHERE), 60)
    assert path.shown[:30].all() and not path.shown[30:].any()


def test_whoever_waits_can_stop_it():
    def stop() -> None:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        onlooker(Game(turn=True), stop).crowd([(0, 80)], NOWHERE)
