"""Picks as text, and the boxes they mean."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.model import BadInputError, BoundingBox, Detections
from highlight_cuts_cv.testing.contracts import HEIGHT, WIDTH, memory_clip
from highlight_cuts_cv.tracking.picks import parse_pick, resolve_picks


class Two:
    """Two players, the smaller standing within the bigger one's box."""

    def __getitem__(self, index: int) -> Detections:
        boxes = np.array([[10, 10, 110, 210], [60, 60, 90, 120]], np.float32)
        return Detections(boxes, np.array([0.9, 0.5], np.float32))


class Nobody:
    def __getitem__(self, index: int) -> Detections:
        return Detections.none()


def anchors(*texts: str, detections=None):
    return resolve_picks([parse_pick(text) for text in texts], memory_clip(), detections or Two())


@pytest.mark.parametrize("text", ["5:1,2,3,4", "0:7,8", "3:#2", "9:none", "0:1.5,2.5,3,4"])
def test_picks_print_as_they_were_typed(text):
    assert str(parse_pick(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "5", "x:1,2", "-1:1,2", "5:1", "5:1,2,3", "5:a,b,c,d", "5:#", "5:#x", "5:nan,1", "1.5:1,2", ":#1"],
)
def test_what_is_no_pick_is_refused_with_the_forms(text):
    with pytest.raises(BadInputError, match="FRAME:X,Y,W,H"):
        parse_pick(text)


def test_a_flat_box_is_refused():
    with pytest.raises(BadInputError, match="width and a height"):
        parse_pick("1:5,5,0,10")


def test_a_point_takes_the_smallest_box_under_it():
    (anchor,) = anchors("2:70,70")
    assert anchor.box == BoundingBox(60, 60, 90, 120, 0.5)
    (anchor,) = anchors("2:20,20")
    assert anchor.box is not None and anchor.box.x2 == 110


def test_a_number_is_that_of_the_detection():
    (anchor,) = anchors("0:#2")
    assert anchor.box == BoundingBox(60, 60, 90, 120, 0.5)
    with pytest.raises(BadInputError, match="no player #3 in frame 0: 2 were found"):
        anchors("0:#3")


def test_a_point_on_nobody_offers_the_nearest():
    with pytest.raises(BadInputError, match=r"no player at 300,200 in frame 1.*#2 at 75,90"):
        anchors("1:300,200")
    with pytest.raises(BadInputError, match="Nobody was found"):
        anchors("1:300,200", detections=Nobody())


def test_anchors_are_sorted_and_may_say_not_visible():
    first, second = anchors("9:none", "2:#1")
    assert (first.frame_index, second.frame_index, second.box) == (2, 9, None)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["12:#1"], "frames 0 to 11"),
        (["1:#1", "1:#2"], "two picks in frame 1"),
        (["1:none"], "No pick shows the player"),
        ([], "No pick shows the player"),
        ([f"1:{WIDTH + 5},0,20,40"], f"outside the {WIDTH}x{HEIGHT}"),
    ],
)
def test_picks_that_cannot_be_used(texts, said):
    with pytest.raises(BadInputError, match=said):
        anchors(*texts)


def test_shifting_counts_frames_from_elsewhere():
    assert parse_pick("120:#1").shifted(-100).frame_index == 20
    with pytest.raises(BadInputError, match="before the range, which starts at 130"):
        parse_pick("120:#1").shifted(-130)
