"""What becomes of followed paths: which of two is believed, how two passes are joined, which gaps are bridged."""

from __future__ import annotations

import numpy as np
import pytest
from hccv_follow.duel import settle
from hccv_follow.finish import SKIPPED, bridge, drop_flashes, fill_skipped
from hccv_follow.join import join
from hccv_follow.path import Path

LEFT, RIGHT = (100.0, 100.0, 140.0, 180.0), (300.0, 100.0, 340.0, 180.0)
RATE = 20.0
EXTENT = np.array([640, 360])


def path(*parts: tuple[int, tuple[float, ...] | None, float]) -> Path:
    """Parts of so many frames with a box, or none, and a score."""
    counts = [count for count, _, _ in parts]
    boxes = [(np.nan,) * 4 if box is None else box for _, box, _ in parts]
    return Path(np.repeat(boxes, counts, axis=0), np.repeat([score for *_, score in parts], counts))


def moved(box: tuple[float, ...], right: float) -> tuple[float, ...]:
    return (box[0] + right, box[1], box[2] + right, box[3])


def same(boxes: np.ndarray, box: tuple[float, ...]) -> bool:
    return bool(np.allclose(boxes, box))


class Back:
    """The way back of either: to LEFT in some of the frames, and nowhere in the others; notes what is asked."""

    def __init__(self, left: int, right: int, count: int) -> None:
        self.found = {LEFT[0]: left, RIGHT[0]: right}
        self.count = count
        self.asked: list[tuple[int, int]] = []

    def __call__(self, index: int, box: np.ndarray, until: int) -> Path:
        self.asked.append((index, until))
        met = self.found[float(box[0])]
        return path((until, None, 0), (met, LEFT, 0.8), (self.count - until - met, None, 0))


def test_what_only_one_of_two_shows_is_shown_and_doubted():
    first, second = path((20, LEFT, 0.9)), path((20, LEFT, 0.9))
    first.hide(slice(5, 9))
    result = settle(first, second, np.arange(20), RATE, Back(0, 0, 20))
    assert same(result.boxes, LEFT)
    assert result.scores.tolist() == [0.9] * 5 + [0.6] * 4 + [0.9] * 11


def test_what_either_met_is_met():
    first, second = path((9, LEFT, 0.9)), path((9, LEFT, 0.9))
    first.met[2], second.met[5] = True, True
    assert np.flatnonzero(settle(first, second, np.arange(9), RATE, Back(0, 0, 9)).met).tolist() == [2, 5]


def test_who_is_detected_goes_with_the_box():
    first, second = path((20, LEFT, 0.9)), path((20, LEFT, 0.8))
    first.seen[:], second.seen[:] = LEFT, moved(LEFT, 1)
    first.hide(slice(5, 9))
    settled = settle(first, second, np.arange(20), RATE, Back(0, 0, 20))
    assert same(settled.seen[:5], LEFT) and same(settled.seen[5:9], moved(LEFT, 1))
    first, second = path((9, LEFT, 0.9), (11, None, 0)), path((9, None, 0), (11, LEFT, 0.9))
    first.seen[:9], second.seen[9:] = LEFT, moved(LEFT, 1)
    joined = join(first, second)
    assert same(joined.seen[:7], LEFT) and same(joined.seen[11:], moved(LEFT, 1))
    copy = joined.copy()
    copy.put(settled, slice(12, 15))
    assert same(copy.seen[12:15], LEFT) and same(joined.seen[11:], moved(LEFT, 1))


@pytest.mark.parametrize(("frames", "parted"), [(4, False), (5, True)])
def test_two_part_after_a_quarter_second_apart(frames, parted):
    first = path((20, LEFT, 0.9), (frames, RIGHT, 0.9), (20, LEFT, 0.9))
    second = path((40 + frames, LEFT, 0.5))
    back = Back(12, 0, 40 + frames)
    result = settle(first, second, np.arange(40 + frames), RATE, back)
    assert bool(back.asked) is parted
    assert same(result.boxes[20 : 20 + frames], LEFT if parted else RIGHT)
    assert (result.scores[20 : 20 + frames] <= 0.6).all()


@pytest.mark.parametrize(("frames", "met"), [(9, False), (10, True)])
def test_two_have_met_after_half_a_second_together(frames, met):
    first = path((20, LEFT, 0.9), (20, RIGHT, 0.9), (frames, LEFT, 0.9), (20, RIGHT, 0.9))
    back = Back(12, 0, 60 + frames)
    settle(first, path((60 + frames, LEFT, 0.5)), np.arange(60 + frames), RATE, back)
    assert len(back.asked) == (4 if met else 2)


def test_the_way_back_begins_after_two_and_a_half_seconds_and_ends_before_the_parting():
    first, second = path((40, LEFT, 0.9), (100, RIGHT, 0.9)), path((140, LEFT, 0.9))
    back = Back(12, 0, 140)
    settle(first, second, np.arange(140), RATE, back)
    assert back.asked == [(40 + 50, 40 - 12)] * 2


@pytest.mark.parametrize(
    ("left", "right", "believed"),
    [(12, 0, LEFT), (7, 6, LEFT), (6, 7, RIGHT), (12, 12, RIGHT), (0, 0, None)],
)
def test_who_leads_back_more_than_half_of_the_way_is_believed_and_of_two_the_surer(left, right, believed):
    """The frames of twelve in which each one's way back meets the common path."""
    first, second = path((20, LEFT, 0.9), (40, RIGHT, 0.55)), path((20, LEFT, 0.9), (40, LEFT, 0.45))
    result = settle(first, second, np.arange(60), RATE, Back(left, right, 60))
    assert not result.shown[20:].any() if believed is None else same(result.boxes[20:], believed)


@pytest.mark.parametrize(("ahead", "believed"), [(0.14, None), (0.16, RIGHT)])
def test_where_neither_leads_back_one_must_be_much_better(ahead, believed):
    first, second = path((20, LEFT, 0.9), (40, RIGHT, 0.4 + ahead)), path((20, LEFT, 0.9), (40, LEFT, 0.4))
    result = settle(first, second, np.arange(60), RATE, Back(0, 0, 60))
    assert not result.shown[20:].any() if believed is None else same(result.boxes[20:], believed)


def test_where_passes_agree_each_vouches_for_the_other():
    joined = join(path((9, LEFT, 0.7)), path((9, moved(LEFT, 4), 0.9)))
    assert same(joined.boxes, moved(LEFT, 2)) and np.allclose(joined.scores, 0.9)


@pytest.mark.parametrize(("score", "shown"), [(0.56, True), (0.52, False)])
def test_a_box_below_what_being_lost_costs_is_not_shown_for_long(score, shown):
    one = path((10, LEFT, 0.9), (100, LEFT, score), (10, LEFT, 0.9))
    joined = join(one, Path.lost(120))
    assert bool(joined.shown[10:110].any()) is shown
    assert joined.shown[:10].all() and joined.shown[110:].all()


def test_a_short_doubt_does_not_flicker():
    assert join(path((10, LEFT, 0.9), (3, LEFT, 0.1), (10, LEFT, 0.9)), Path.lost(23)).shown.all()


@pytest.mark.parametrize(("cuts", "lost"), [([], 1), ([10], 0)])
def test_passes_change_over_through_a_loss_but_at_a_cut_for_nothing(cuts, lost):
    forward = path((10, LEFT, 0.9), (10, LEFT, 0.2))
    backward = path((10, RIGHT, 0.2), (10, RIGHT, 0.9))
    joined = join(forward, backward, cuts)
    assert same(joined.boxes[:9], LEFT) and same(joined.boxes[11:], RIGHT)
    assert np.count_nonzero(~joined.shown) == lost


def still(index: int) -> np.ndarray:
    return np.eye(2, 3)


@pytest.mark.parametrize(
    ("gap", "box", "bridged"),
    [
        (20, LEFT, True),
        (21, LEFT, False),  # longer than a second
        (5, (100.0, 100.0, 140.0, 225.0), True),  # 1.56 times as tall
        (5, (100.0, 100.0, 140.0, 235.0), False),  # 1.69 times
        (5, moved(LEFT, 120), True),  # 80 * (0.35 + 4 * 6 / 20) = 124 pixels are within reach
        (5, moved(LEFT, 128), False),
        (1, moved(LEFT, 56), True),  # 60
        (1, moved(LEFT, 64), False),
    ],
)
def test_a_gap_is_bridged_that_is_short_and_whose_ends_fit(gap, box, bridged):
    one = path((3, LEFT, 0.9), (gap, None, 0), (3, box, 0.7))
    bridge(one.boxes, one.scores, still, RATE, EXTENT)
    assert bool(one.shown.all()) is bridged
    if bridged:
        assert np.allclose(one.scores[3:-3], 0.35), "half of the lower end's"
        np.testing.assert_allclose(np.diff(one.boxes[2:-2], n=2, axis=0), 0, atol=1e-9)


def test_a_bridge_lies_between_the_ground_and_the_picture():
    """While the camera jerks by 40 pixels, who stood still on the ground and who went with it are as likely."""
    one = path((1, LEFT, 0.9), (3, None, 0), (1, LEFT, 0.9))
    jerk = {2: 40.0, 3: -40.0}

    def motion(index: int) -> np.ndarray:
        return np.array([[1.0, 0, jerk.get(index, 0.0)], [0, 1, 0]])

    bridge(one.boxes, one.scores, motion, RATE, EXTENT)
    assert one.boxes[:, 0].tolist() == [100, 100, 120, 100, 100]


def test_frames_that_were_not_looked_at_are_filled_only_between_boxes():
    one = path(
        (1, LEFT, 0.9), (3, None, SKIPPED), (1, moved(LEFT, 40), 0.7), (2, None, SKIPPED), (1, None, 0)
    )
    fill_skipped(one.boxes, one.scores, still)
    assert one.boxes[:5, 0].tolist() == [100, 110, 120, 130, 140] and not one.shown[5:].any()
    assert one.scores.tolist() == [0.9, 0.7, 0.7, 0.7, 0.7, 0, 0, 0]


@pytest.mark.parametrize(
    ("before", "frames", "score", "dropped"),
    [(9, 4, 0.7, True), (9, 5, 0.7, False), (9, 4, 0.85, False), (0, 4, 0.7, False)],
)
def test_a_flash_of_weak_evidence_is_dropped_but_for_the_beginning(before, frames, score, dropped):
    one = path((before, None, 0), (frames, LEFT, score), (9, None, 0), (9, LEFT, 0.5))
    drop_flashes(one.boxes, one.scores, RATE)
    assert not one.shown[before : before + frames].any() if dropped else one.shown.sum() == frames + 9
    assert one.shown[-9:].all()
