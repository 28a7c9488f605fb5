"""A pick that holds two people says so, offers both, and is one whole person's."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from highlight_cuts_cv.model import Anchor, BoundingBox, Detections
from highlight_cuts_cv.testing.contracts import memory_clip
from highlight_cuts_cv.tracking.crowded import two_in
from highlight_cuts_cv.tracking.numbers import players_at
from highlight_cuts_cv.tracking.picks import parse_pick, resolve_picks

Box = tuple[float, float, float, float]
LEFT: Box = (50, 40, 80, 140)
RIGHT: Box = (76, 44, 108, 146)
BOTH: Box = (50, 40, 108, 146)


def detections(*boxes: Box) -> Detections:
    scores = np.linspace(0.9, 0.5, len(boxes), dtype=np.float32)
    return Detections(np.array(boxes, np.float32).reshape(-1, 4), scores)


class People:
    """Who is found in the whole picture, and who when it is enlarged."""

    def __init__(self, *whole: Box, close: tuple[Box, ...] = ()) -> None:
        self._whole, self._close = detections(*whole), detections(*close)

    def __getitem__(self, index: int) -> Detections:
        return self._whole

    def closer(self, index: int, x: float, y: float) -> Detections:
        return self._close

    def frame(self, index: int):
        raise AssertionError("nobody needs the picture")


def resolved(text: str, people: People) -> Anchor:
    (anchor,) = resolve_picks([parse_pick(text)], memory_clip(), people)
    return anchor


def as_pick(box: Box) -> str:
    x1, y1, x2, y2 = box
    return f"3:{x1:g},{y1:g},{x2 - x1:g},{y2 - y1:g}"


def xyxy(*boxes: BoundingBox | None) -> list[Box | None]:
    return [None if box is None else box.as_xyxy() for box in boxes]


def test_a_box_around_two_people_is_one_persons_and_offers_the_other(caplog):
    with caplog.at_level(logging.WARNING, logger="highlight_cuts_cv"):
        anchor = resolved(as_pick(BOTH), People(LEFT, RIGHT))
    assert xyxy(anchor.box, *anchor.others) == [RIGHT, LEFT]
    assert (
        "two people in the pick in frame 3" in caplog.text and f"Pick {as_pick(LEFT)} instead" in caplog.text
    )


def test_what_is_offered_is_one_persons():
    for box in (LEFT, RIGHT):
        anchor = resolved(as_pick(box), People(LEFT, RIGHT))
        assert xyxy(anchor.box, *anchor.others) == [box]


def test_two_whom_only_a_closer_look_tells_apart():
    merged = People(BOTH, close=(LEFT, RIGHT))
    for text in (as_pick(BOTH), "3:#1", "3:95,80"):
        assert xyxy(resolved(text, merged).box, *resolved(text, merged).others) == [RIGHT, LEFT]
    assert xyxy(resolved("3:60,80", merged).box) == [LEFT]


@pytest.mark.parametrize(
    "second",
    [
        (62, 40, 92, 140),  # hardly beside, but behind
        (90, 100, 108, 146),  # a child, or half a person
        (80, 40, 140, 140),  # mostly outside
    ],
)
def test_who_is_not_beside_in_the_box_and_as_tall_is_not_the_second(second):
    assert two_in(BoundingBox(*BOTH), detections(LEFT, second)) == []


def test_a_box_that_is_one_persons_holds_no_two():
    assert two_in(BoundingBox(48, 38, 104, 142), detections(LEFT, RIGHT, (48, 38, 98, 142))) == []
    assert two_in(BoundingBox(*BOTH), detections()) == []


def test_of_people_alike_the_one_whose_chest_is_nearest_is_clicked():
    found = detections((50, 40, 110, 150), (90, 50, 130, 140))
    assert xyxy(*players_at((85, 85), found)) == [(50, 40, 110, 150)]
    assert xyxy(*players_at((100, 85), found)) == [(90, 50, 130, 140), (50, 40, 110, 150)]
    assert xyxy(*players_at((92, 142), found)) == [(50, 40, 110, 150)]


def test_who_is_far_away_is_clicked_through_who_is_near():
    found = detections((50, 40, 110, 150), (70, 60, 84, 90))
    assert xyxy(*players_at((75, 85), found)) == [(70, 60, 84, 90)]


def test_a_click_on_two_people_offers_both():
    anchor = resolved("3:78,80", People(LEFT, RIGHT))
    assert set(xyxy(anchor.box, *anchor.others)) == {LEFT, RIGHT}
    assert resolved("3:60,80", People(LEFT, RIGHT)).others == ()
