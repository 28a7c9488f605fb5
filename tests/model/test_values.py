"""What a box and a followed frame refuse, and a box as an array."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from highlight_cuts_cv.model import BadInputError, BoundingBox, Detections, State, Track, TrackingFrame

BOX = BoundingBox(10, 20, 30, 80, 0.5)


def test_a_box_is_an_array_of_four_numbers():
    array = np.asarray(BOX)
    assert (array.dtype, array.tolist()) == (np.float64, [10, 20, 30, 80])
    assert np.asarray(BOX, np.float32).dtype == np.float32
    assert np.array([BOX, BOX]).shape == (2, 4)
    with pytest.raises(ValueError, match="without a copy"):
        np.array(BOX, copy=False)


@pytest.mark.parametrize("confidence", [-0.01, 1.01, math.nan, math.inf])
def test_a_confidence_outside_0_to_1_is_refused(confidence):
    with pytest.raises(BadInputError, match="confidence from 0 to 1"):
        BoundingBox(1, 2, 3, 4, confidence)
    with pytest.raises(BadInputError, match="Frame 3 needs a confidence from 0 to 1"):
        TrackingFrame(3, BOX, confidence, False)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_box_without_four_finite_numbers_is_refused(place, value):
    numbers = [1.0, 2.0, 3.0, 4.0]
    numbers[place] = value
    with pytest.raises(BadInputError, match="four finite numbers"):
        BoundingBox(*numbers)


@pytest.mark.parametrize("numbers", [(3, 2, 3, 4), (1, 4, 3, 4), (3, 2, 1, 4)])
def test_a_box_without_a_size_is_refused(numbers):
    with pytest.raises(BadInputError, match="x2 > x1"):
        BoundingBox(*numbers)


@pytest.mark.parametrize("frame", [2.5, -1, math.nan, math.inf, "3", None])
def test_a_frame_that_is_no_whole_number_is_refused(frame):
    with pytest.raises(BadInputError, match="whole number"):
        TrackingFrame(frame, BOX, 1.0, False)


def test_numpys_and_pythons_whole_numbers_are_frames():
    frames: list[Any] = [7, np.int64(7), 7.0]
    for frame in frames:
        assert isinstance(TrackingFrame(frame, BOX, 1.0, False).frame_index, int)


def test_a_frame_that_is_not_lost_needs_a_box():
    with pytest.raises(BadInputError, match="Frame 3 is not lost"):
        TrackingFrame(3, None, 0.0, False)
    assert TrackingFrame(3, None, 0.0, True).bbox is None


@pytest.mark.parametrize(("score", "confidence"), [(1 + 1e-6, 1), (-1e-6, 0)])
def test_scores_that_rounding_left_a_little_outside_are_confidences(score, confidence):
    xyxy, scores = np.array([[1, 2, 3, 4]], np.float32), np.array([score], np.float32)
    assert Detections(xyxy, scores).boxes()[0].confidence == confidence
    box = Track(xyxy, scores, np.array([State.OBSERVED], np.uint8)).box(0)
    assert box is not None and box.confidence == confidence


def test_a_part_of_a_track_is_another_ones():
    boxes = np.array([[n, 0, n + 1, 1] for n in range(6)], np.float32)
    track = Track(boxes, np.ones(6, np.float32), np.full(6, State.OBSERVED, np.uint8))
    other = track.with_part(2, Track.lost(3))
    assert other.visible.tolist() == [True, True, False, False, False, True] and track.visible.all()
    np.testing.assert_array_equal(other.with_part(2, track.part(2, 3)).xyxy, boxes)
