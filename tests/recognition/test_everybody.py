"""Everybody in a clip in pieces: linked over the ground, broken at every doubt."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import numpy as np
import pytest

from highlight_cuts_cv.contracts import SceneFrame, Watch
from highlight_cuts_cv.model import CancelledError, Detections, Frame
from highlight_cuts_cv.recognition import everybody as module

RATE = 30.0
WIDTH, HEIGHT = 640, 360
COLORS = ((150, 40, 20), (30, 40, 170), (40, 140, 40))


class Scripted:
    """A view whose people walk as *paths* says, (F, 2) positions of their heads, ``NaN`` where they are not found.

    The camera moves so many pixels a frame; *motion* is what the scene takes for that."""

    def __init__(self, paths, camera=0.0, cuts=(), motion=None, tall=80):
        self.paths = [np.asarray(path, float) for path in paths]
        self.camera, self._cuts, self.tall = camera, list(cuts), tall
        self.told = camera if motion is None else motion
        self.kept = np.arange(len(self.paths[0]))
        self.scene = self.detections = self

    def boxes(self, index):
        """(N, 4) xyxy in the picture, by the camera's way until then."""
        return {
            who: np.array([x - 15, y, x + 15, y + self.tall]) - [self.camera * index, 0] * 2
            for who, (x, y) in enumerate(path[index] for path in self.paths)
            if np.isfinite(x)
        }

    def stream(self, start, stop):
        for index in range(start, stop):
            picture = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
            for who, box in self.boxes(index).items():
                x1, y1, x2, y2 = np.clip(box, 0, None).astype(int)
                picture[y1:y2, x1:x2] = COLORS[who]
            motion = np.array([[1.0, 0, -self.told], [0, 1, 0]])
            frame = Frame(index, index, Fraction(1, 30), picture)
            yield SceneFrame(frame, motion, None)

    def cuts(self):
        return self._cuts

    def __getitem__(self, index):
        boxes = [*self.boxes(index).values()]
        return Detections(np.array(boxes, np.float32).reshape(-1, 4), np.full(len(boxes), 0.9, np.float32))


def walk(x, y, speed, count=31):
    return np.column_stack([x + speed * np.arange(count), np.full(count, float(y))])


def everybody(view, rate, watch):
    return module.everybody(cast(Any, view), rate, watch)


def lengths(view, rate=RATE):
    return sorted(map(len, everybody(view, rate, Watch())))


def test_two_who_walk_apart_are_two_people_throughout():
    people = everybody(Scripted([walk(100, 50, 2), walk(500, 200, -2)]), RATE, Watch())
    assert [len(person) for person in people] == [7, 7]
    assert [person.frames for person in people] == [[0, 5, 10, 15, 20, 25, 30]] * 2
    assert people[0].boxes[-1].tolist() == [145, 50, 175, 130]


def test_a_panning_camera_breaks_nobody():
    assert lengths(Scripted([walk(200, 50, 0), walk(400, 200, 0)], camera=12)) == [7, 7]
    unknown = Scripted([walk(200, 50, 0), walk(400, 200, 0)], camera=12, motion=0.0)
    assert lengths(unknown) != [7, 7]


def test_who_meet_are_in_doubt_and_begin_anew():
    pieces = lengths(Scripted([walk(200, 100, 3), walk(300, 104, -3)]))
    assert sum(pieces) == 14 and len(pieces) > 2


def test_a_cut_ends_everybody():
    assert lengths(Scripted([walk(200, 50, 0)], cuts=[17])) == [3, 4]


def test_who_was_not_found_for_a_look_begins_anew():
    path = walk(200, 50, 0)
    path[8:12] = np.nan
    assert lengths(Scripted([path])) == [2, 4]


def test_small_people_are_left_out():
    assert lengths(Scripted([walk(200, 50, 0)], tall=29)) == []
    assert lengths(Scripted([walk(200, 50, 0)], tall=31)) == [7]


def test_pictures_are_kept_of_the_clearest_looks_with_the_box_in_them():
    (person,) = everybody(Scripted([walk(200, 50, 1, 301)]), RATE, Watch())
    shown = person.shown()
    assert len(person) == 61 and len(shown) == 24
    assert [one.frame_index for one in shown] == sorted(one.frame_index for one in shown)
    for one in shown:
        x1, y1, x2, y2 = map(int, one.box.as_xyxy())
        assert (one.picture[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2] == COLORS[0]).all()
        assert (one.picture[0] == 110).all()


def test_where_others_cover_somebody_a_look_says_less():
    beside = everybody(Scripted([walk(200, 100, 0), walk(218, 100, 0)]), RATE, Watch())
    assert max(weight for person in beside for weight in person.weights) < 0.5


def test_it_stops_when_asked():
    with pytest.raises(CancelledError):
        everybody(Scripted([walk(200, 50, 0)]), RATE, Watch(cancelled=lambda: True))
