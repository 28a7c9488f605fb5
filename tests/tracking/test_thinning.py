"""Following in fewer frames than were recorded, and the path over all of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_cuts_cv.model import ClipInfo, Doubt, State, Track, Why
from highlight_cuts_cv.testing.contracts import memory_clip
from highlight_cuts_cv.tracking.thinning import kept_frames, spread


def clip_of_rate(count: int, rate: int) -> ClipInfo:
    clip = memory_clip(count)
    return replace(clip, media=replace(clip.media, rate=Fraction(rate)))


@pytest.mark.parametrize("rate", [7, 25, 30, 40])
def test_ordinary_rates_keep_every_frame(rate):
    kept, left = kept_frames(clip_of_rate(10, rate), [3, 4])
    assert kept.tolist() == list(range(10)) and left == rate


@given(st.integers(1, 60), st.sampled_from([50, 60, 120, 240]), st.sets(st.integers(0, 59), max_size=4))
def test_picked_frames_and_the_ends_are_kept_in_order(count, rate, picked):
    kept, left = kept_frames(clip_of_rate(count, rate), sorted(picked))
    inside = {frame for frame in picked if frame < count}
    assert inside <= set(kept.tolist())
    assert kept[0] == 0 or (len(inside) and kept[0] == min(inside))
    assert kept[-1] == count - 1 or inside
    assert (np.diff(kept) > 0).all()
    assert 24 <= left <= 33 or len(kept) == count


def test_places_do_not_depend_on_the_picks():
    plain, _ = kept_frames(clip_of_rate(100, 60), [])
    picked, _ = kept_frames(clip_of_rate(100, 60), [31, 99])
    assert len(plain) == len(picked) and np.abs(plain - picked).max() <= 1


def track(boxes: list[float | None]) -> Track:
    xyxy = np.array([[np.nan] * 4 if x is None else [x, 0, x + 10, 20] for x in boxes], np.float32)
    states = np.where(np.isnan(xyxy[:, 0]), State.LOST, State.OBSERVED).astype(np.uint8)
    return Track(xyxy, np.where(np.isnan(xyxy[:, 0]), 0, 0.9).astype(np.float32), states)


def test_between_kept_frames_the_box_moves_straight_on():
    whole = spread(track([0.0, 4.0, 8.0]), np.array([0, 2, 4]), 5, [])
    assert whole.xyxy[:, 0].tolist() == [0, 2, 4, 6, 8]
    assert whole.states.tolist() == [State.OBSERVED, State.INTERPOLATED] * 2 + [State.OBSERVED]
    np.testing.assert_allclose(whole.scores, 0.9)


def test_nothing_is_drawn_towards_a_loss_or_over_a_cut():
    whole = spread(track([0.0, None, 8.0]), np.array([0, 2, 4]), 5, [])
    assert whole.visible.tolist() == [True, False, False, False, True]
    whole = spread(track([0.0, 100.0]), np.array([0, 2]), 3, cuts=[1])
    assert whole.visible.tolist() == [True, False, True]


def test_frames_outside_the_kept_ones_show_the_nearest():
    whole = spread(track([5.0, 9.0]), np.array([1, 3]), 5, [])
    assert whole.xyxy[:, 0].tolist() == [5, 5, 7, 9, 9]


def test_a_doubt_lasts_until_the_frame_in_which_it_is_over():
    doubts = (Doubt(0, 1, Why.CUT), Doubt(1, 3, Why.CROSSING, 2))
    whole = spread(replace(track([0.0, 4.0, 8.0]), doubts=doubts), np.array([0, 2, 4]), 6, [])
    assert whole.doubts == (Doubt(0, 2, Why.CUT), Doubt(2, 6, Why.CROSSING, 4))
