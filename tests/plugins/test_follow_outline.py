"""The shown box goes from head to feet as they are seen, whatever the pick's box was, and is no wider for it."""

from __future__ import annotations

import numpy as np
import pytest
from hccv_follow.mapping import Mapping
from hccv_follow.outline import Outline, OutlineSettings, outlined

FPS = 25.0
PLACE = np.array([100.0, 200.0])
SEEN = np.array([80.0, 150.0, 120.0, 250.0, 0.9])
SIZE = 60.0


def outline(height: float = 100.0, mapped: Mapping | None = None) -> Outline:
    return Outline(height, mapped or Mapping.same(), SIZE, FPS, OutlineSettings())


def look(
    one: Outline, times: int, player: np.ndarray | None, y: float = 200.0, size: float = SIZE
) -> np.ndarray:
    for _ in range(times):
        one.take(player, y, size, 1)
    return one.box(np.array([70.0, y - 40, 130.0, y + 40]))


def test_it_begins_as_the_picks_and_keeps_the_width():
    assert outline().box(np.array([70.0, 160.0, 130.0, 240.0])).tolist() == [70, 150, 130, 250]


def test_who_crouches_has_the_head_where_it_is():
    crouching = np.array([80.0, 200.0, 120.0, 250.0, 0.9])
    box = look(outline(), 12, crouching)
    np.testing.assert_allclose(box, [70, 200, 130, 250], atol=2)
    assert look(outline(), 1, crouching)[1] < 185, "one look does not decide"


def test_a_pick_that_cut_the_head_off_gives_way_within_a_second():
    cut_off = Mapping.between(SEEN, np.array([100.0, 215.0]), np.array([40.0, 70.0]))
    one = outline(70.0, cut_off)
    assert look(one, 5, SEEN, y=215.0)[1] > 165
    np.testing.assert_allclose(look(one, 40, SEEN, y=215.0)[[1, 3]], [150, 250], atol=1)


def test_a_faint_detection_moves_it_slowly_and_none_not_at_all():
    low = np.array([80.0, 170.0, 120.0, 270.0, 0.9])
    certain, faint = look(outline(), 2, low), look(outline(), 2, np.append(low[:4], 0.1))
    assert certain[1] > 165 > 155 > faint[1] > 150
    assert look(outline(), 9, None)[[1, 3]].tolist() == [150, 250]


def test_half_a_person_moves_it_slowly():
    legs = np.array([80.0, 210.0, 120.0, 250.0, 0.9])
    assert 155 < look(outline(), 1, legs)[1] < 165, (
        "a fifth of the way, not the three fifths of a likelier height"
    )


def test_it_grows_with_the_player_where_nobody_is_detected():
    np.testing.assert_allclose(look(outline(), 1, None, size=2 * SIZE)[[1, 3]], [100, 300])


@pytest.mark.parametrize("frames", [1, 5])
def test_time_counts_not_looks(frames):
    wide = Mapping(np.zeros(2), np.array([1.0, 1.5]))
    one = outline(150.0, wide)
    for _ in range(25 // frames):
        one.take(SEEN, 200.0, SIZE, frames)
    assert one.box(SEEN[:4])[1] == pytest.approx(150, abs=6)


EXTENT = np.array([640.0, 360.0])
HIGHER = np.array([[80.0, 142, 120, 252, 0.9], [300.0, 140, 340, 250, 0.9]])
"""In the whole picture the head is 8 pixels higher and the feet 2 lower than in the crop; and somebody else."""


def compared(player: np.ndarray, everyone: np.ndarray, scale: float = 0.3, times: int = 6) -> np.ndarray:
    one = outline()
    for _ in range(times):
        one.compare(player, everyone, scale, EXTENT)
    return look(one, 60, SEEN)


def test_head_and_feet_are_where_the_whole_picture_shows_a_large_player():
    np.testing.assert_allclose(compared(SEEN, HIGHER)[[1, 3]], [142, 252], atol=0.5)


def test_one_comparison_does_not_decide():
    assert 144 < compared(SEEN, HIGHER, times=1)[1] < 147


@pytest.mark.parametrize("scale", [0.6, 1.5])
def test_who_is_small_is_seen_better_in_the_crop(scale):
    np.testing.assert_allclose(compared(SEEN, HIGHER, scale)[[1, 3]], [150, 250], atol=0.5)


def test_somebody_else_and_half_a_person_tell_nothing():
    for everyone in (HIGHER[1:], HIGHER[:0], np.array([[80.0, 150, 120, 205, 0.9]])):
        np.testing.assert_allclose(compared(SEEN, everyone)[[1, 3]], [150, 250], atol=0.5)


def boxes_of(count: int, up: float = 0.0) -> np.ndarray:
    """Somebody of 100 pixels, so many pixels further *up*."""
    return np.tile([80.0, 150.0 - up, 120.0, 250.0 - up], (count, 1))


def test_the_shown_box_gives_way_to_who_is_detected_in_it_before_and_after():
    shown, seen = boxes_of(50), boxes_of(50, 10)
    seen[:, [0, 2]] += 9  # sideways is where others stand
    seen[:20] = seen[31:] = np.nan
    moved = outlined(shown, seen, FPS)
    np.testing.assert_allclose(moved[20:31], boxes_of(11, 7))
    np.testing.assert_allclose(moved[18:20], boxes_of(2, 7), err_msg="two frames before the first one, too")
    np.testing.assert_allclose(moved[[17, 33]], boxes_of(2), err_msg="but nothing is known of three")
    assert shown.tolist() == boxes_of(50).tolist()


def test_one_odd_detection_moves_nothing_and_who_is_lost_stays_lost():
    shown, seen = boxes_of(9), boxes_of(9)
    seen[4] += 30
    shown[7:] = np.nan
    moved = outlined(shown, seen, FPS)
    np.testing.assert_allclose(moved[:7], boxes_of(7))
    assert np.isnan(moved[7:]).all()


def test_how_far_a_detection_is_off_goes_with_the_players_height():
    shown, seen = boxes_of(9), boxes_of(9)
    shown[4:], seen[4:] = shown[4:] * 2, seen[4:] * 2
    seen[:, 1] -= 0.1 * (shown[:, 3] - shown[:, 1])
    np.testing.assert_allclose((shown - outlined(shown, seen, FPS))[:, 1], [7.0] * 4 + [14.0] * 5)
