"""Box arithmetic on arrays, and tracks that show nobody."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.model import (
    State,
    Track,
    body_sizes,
    box_areas,
    box_intersections,
    box_ious,
    pairwise_ious,
)

A = np.array([[0, 0, 10, 20], [5, 5, 6, 7]], np.float32)
B = np.array([[5, 0, 15, 20], [0, 0, 10, 20], [100, 100, 101, 101]], np.float32)


def test_areas_and_shared_areas():
    assert box_areas(A).tolist() == [200, 2]
    assert box_intersections(A[0], B).tolist() == [100, 200, 0]
    assert box_intersections(A, B[:2]).tolist() == [100, 2]
    scored = np.column_stack([A, [0.5, 0.9]])
    assert box_areas(scored).tolist() == [200, 2]


def test_iou_side_by_side_and_of_every_pair():
    np.testing.assert_allclose(box_ious(A, B[:2]), [1 / 3, 1 / 100])
    np.testing.assert_allclose(pairwise_ious(A, B), [[1 / 3, 1, 0], [1 / 100, 1 / 100, 0]], rtol=1e-6)
    assert pairwise_ious(A, B).dtype == np.float32
    assert pairwise_ious(A, B[:0]).shape == (2, 0)
    assert np.isnan(box_ious(A, np.array([np.nan] * 4))).all()
    assert box_ious(np.zeros(4), np.zeros(4)) == 0


def test_a_body_that_lies_is_as_large_as_one_that_stands():
    assert body_sizes(np.array([[10, 26], [20, 10]])).tolist() == [26, 26]


@pytest.mark.parametrize("count", [0, 3])
def test_a_lost_track_shows_nobody(count):
    track = Track.lost(count)
    assert len(track) == count and not track.visible.any() and track.coverage == 0
    assert (track.states == State.LOST).all() and (track.scores == 0).all()
