"""Picks as text, and the boxes they mean."""

from __future__ import annotations

import logging
from fractions import Fraction

import numpy as np
import pytest

from highlight_cuts_cv.analysis.detections import LazyDetections
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.model import BadInputError, BoundingBox, Detections, Frame
from highlight_cuts_cv.testing.contracts import HEIGHT, RATE, WIDTH, MemoryFrames, memory_clip
from highlight_cuts_cv.tracking.grow import expected_height, grow_box
from highlight_cuts_cv.tracking.picks import parse_pick, resolve_picks

GROUND = np.random.default_rng(1).normal([60, 120, 70], 6, (HEIGHT, WIDTH, 3)).clip(0, 255).astype(np.uint8)


def detections(*boxes: tuple[float, float, float, float]) -> Detections:
    scores = np.linspace(0.9, 0.5, len(boxes), dtype=np.float32)
    return Detections(np.array(boxes, np.float32).reshape(-1, 4), scores)


class Nobody:
    """An empty meadow."""

    whole = close = detections()

    def __getitem__(self, index: int) -> Detections:
        return self.whole

    def closer(self, index: int, x: float, y: float) -> Detections:
        return self.close

    def frame(self, index: int) -> Frame:
        return Frame(index, index, 1 / RATE, GROUND)


class Two(Nobody):
    """Two players, the smaller standing within the bigger one's box."""

    whole = detections((10, 10, 110, 210), (60, 60, 90, 120))


def anchors(*texts: str, people=None):
    return resolve_picks([parse_pick(text) for text in texts], memory_clip(), people or Two())


@pytest.mark.parametrize(
    "text", ["5:1,2,3,4", "0:7,8", "3:#2", "9:none", "0:1.5,2.5,3,4", "31.5s:#2", "2s:none"]
)
def test_picks_print_as_they_were_typed(text):
    assert str(parse_pick(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "x:1,2",
        "-1:1,2",
        "5:1",
        "5:1,2,3",
        "5:a,b,c,d",
        "5:#",
        "5:#x",
        "5:nan,1",
        "1.5:1,2",
        ":#1",
        "0:31.5",
        "0:5:6",
    ],
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
    with pytest.raises(BadInputError, match=r"no player at 300,200 in frame 1.*1:#2 at 75,90"):
        anchors("1:300,200")
    with pytest.raises(BadInputError, match=r"Nobody was found.*give a box"):
        anchors("1:300,200", people=Nobody())


def test_a_point_where_only_a_closer_look_finds_somebody_takes_that_box():
    class Far(Two):
        close = detections((280, 150, 320, 240), (295, 190, 305, 215))

    (anchor,) = anchors("1:300,200", people=Far())
    assert anchor.box == BoundingBox(295, 190, 305, 215, 0.5)


def person(left: int, top: int, height: int) -> np.ndarray:
    """The meadow with somebody in red and blue on it, half as wide as tall."""
    picture, half, noise = GROUND.copy(), height // 2, np.random.default_rng(2)
    for rows, color in (
        (slice(top, top + half), (40, 40, 180)),
        (slice(top + half, top + height), (150, 60, 40)),
    ):
        body = picture[rows, left : left + half]
        body[:] = noise.normal(color, 8, body.shape).clip(0, 255)
    return picture


@pytest.mark.parametrize(("left", "top", "height"), [(280, 180, 40), (20, 5, 40), (200, 150, 80)])
def test_a_point_on_somebody_undetected_grows_a_box_around_what_stands_out(left, top, height):
    class Undetected(Nobody):
        whole = detections((100, 100, 130, 160))

        def frame(self, index: int) -> Frame:
            return Frame(index, index, 1 / RATE, person(left, top, height))

    (anchor,) = anchors(f"1:{left + height // 4},{top + height // 2 - 3}", people=Undetected())
    expected = (left, top, left + height // 2, top + height)
    assert anchor.box is not None
    np.testing.assert_allclose(anchor.box.as_xyxy(), expected, atol=0.1 * height)


def test_nothing_grows_that_is_too_small_or_too_large_for_a_person():
    known = detections((100, 60, 140, 140))
    assert grow_box(person(280, 180, 12), (283, 186), known) is None
    assert grow_box(person(0, 0, 230), (57, 115), detections((100, 60, 120, 100))) is None
    assert grow_box(np.zeros((HEIGHT, WIDTH, 3), np.uint8), (57, 115), known) is None


def test_people_are_expected_to_be_as_tall_as_those_at_the_same_height_of_the_picture():
    found = detections((0, 10, 10, 30), (50, 12, 60, 32), (0, 100, 50, 220), (90, 110, 140, 230))
    assert expected_height(found, 20, HEIGHT) == 20
    assert expected_height(found, 200, HEIGHT) == 120
    assert expected_height(detections(), 20, HEIGHT) is None


@pytest.mark.parametrize(
    ("people", "said"), [(Two, "nearest are 4:#2 at 75,90"), (Nobody, "Nobody was found")]
)
def test_a_box_on_nobody_is_followed_with_a_warning(caplog, people, said):
    with caplog.at_level(logging.WARNING):
        (anchor,) = anchors("4:250,150,20,40", people=people())
    assert anchor.box == BoundingBox(250, 150, 270, 190)
    (warning,) = caplog.messages
    assert "250,150,20,40 in frame 4 touches nobody" in warning and said in warning


def test_a_box_on_somebody_needs_no_warning(caplog):
    class Far(Two):
        close = detections((250, 150, 270, 190))

    anchors("4:20,20,80,150", "5:65,70,20,40")
    anchors("4:252,150,20,40", people=Far())
    assert not caplog.messages


@pytest.mark.parametrize(
    ("box", "touches"),
    [
        ("20,20,10,40", True),  # wholly within the bigger player's box
        ("0,0,320,240", True),  # around both
        ("103,10,20,60", True),  # 35 % of it over the bigger one's edge
        ("108,10,20,60", False),  # 10 %
        ("111,211,20,20", False),  # apart to the right and below
    ],
)
def test_a_box_is_on_somebody_when_a_fifth_of_the_smaller_one_is_shared(caplog, box, touches):
    anchors(f"4:{box}")
    assert bool(caplog.messages) is not touches


def test_looking_closer_enlarges_the_surroundings_and_drops_what_is_cut_off():
    class Whole:
        """A detector that finds one box that fills the picture but for a margin, and one at its edge."""

        def __init__(self) -> None:
            self.seen: list[tuple[int, ...]] = []

        def detect(self, frames, regions=None):
            (frame,) = frames
            self.seen.append(frame.bgr.shape)
            height, width = frame.bgr.shape[:2]
            return [detections((5, 5, width - 5, height - 5), (0, 5, 20, 20))]

        def close(self) -> None: ...

    detector = Whole()
    found = LazyDetections(MemoryFrames([GROUND] * 2), detector).closer(1, 160, 120)
    assert detector.seen == [(106, 106, 3), (40, 40, 3)]
    np.testing.assert_allclose(found.xyxy, [[112, 72, 208, 168], [145, 105, 175, 135]])
    corner = LazyDetections(MemoryFrames([GROUND]), detector).closer(0, 2, 2)
    assert [0, 5, 20, 20] in corner.xyxy.tolist()  # the picture's own edge cuts nobody off


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
        ([f"1:{WIDTH + 5},20"], f"point {WIDTH + 5},20 lies outside the {WIDTH}x{HEIGHT}"),
    ],
)
def test_picks_that_cannot_be_used(texts, said):
    with pytest.raises(BadInputError, match=said):
        anchors(*texts)


def test_shifting_counts_frames_from_elsewhere():
    assert parse_pick("120:#1").shifted(-100).frame_index == 20
    with pytest.raises(BadInputError, match="before the range, which starts at 130"):
        parse_pick("120:#1").shifted(-130)


def test_a_time_becomes_the_frame_that_is_shown_then():
    clip = clip_of(probe(demo_clip()))
    pick = parse_pick("0:00.3:7,8")
    assert (pick.seconds, pick.point) == (Fraction(3, 10), (7.0, 8.0))
    timed = pick.in_frames(clip)
    assert (timed.frame_index, timed.seconds) == (3, None)
    assert parse_pick("4:#1").in_frames(clip) == parse_pick("4:#1")
    with pytest.raises(BadInputError, match=r"time 3 s lies outside .* lasts 2\.00 s"):
        parse_pick("0:03:#1").in_frames(clip_of(clip.media, 20, 40))


def test_messages_count_frames_as_the_user_does():
    pick = parse_pick("103:#7").shifted(-100)
    with pytest.raises(BadInputError, match="no player #7 in frame 103"):
        resolve_picks([pick], memory_clip(), Two())
    with pytest.raises(BadInputError, match=r"frame 120 lies outside .* frames 100 to 111"):
        resolve_picks([parse_pick("120:#1").shifted(-100)], memory_clip(), Two())
