"""Camera motion, shot changes and what is remembered of them."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.testing.contracts import KnownDetections, MemoryFrames, moving_square

RATE = 25.0


def texture(seed: int) -> np.ndarray:
    """A large picture with corners everywhere, to pan over."""
    import cv2

    coarse = np.random.default_rng(seed).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    coarse[:, :, seed % 3] //= 4  # another place has other colours
    return cv2.resize(coarse, (800, 600), interpolation=cv2.INTER_CUBIC)


def pan(seed: int, count: int, step: int = 5) -> list[np.ndarray]:
    big = texture(seed)
    return [np.ascontiguousarray(big[100:340, 50 + step * i : 370 + step * i]) for i in range(count)]


def test_motion_is_that_of_the_ground():
    scene = Scene(MemoryFrames(pan(1, 6)), None, RATE)
    shown = list(scene.stream(0, 6))
    assert [s.frame.index for s in shown] == list(range(6))
    for one in shown[1:]:
        np.testing.assert_allclose(one.motion[:, :2], np.eye(2), atol=0.01)
        np.testing.assert_allclose(one.motion[:, 2], [-5, 0], atol=0.6)
    assert scene.cuts() == []


def test_a_cut_is_found_and_a_pan_is_none():
    scene = Scene(MemoryFrames(pan(1, 10, step=20) + pan(2, 10)), None, RATE)
    for _ in scene.stream(0, 20):
        pass
    assert scene.cuts() == [10]


def test_backward_gives_the_same_analysis():
    pictures = pan(3, 8)
    forward, backward = (Scene(MemoryFrames(pictures), None, RATE) for _ in range(2))
    for _ in forward.stream(0, 8):
        pass
    indexes = [s.frame.index for s in backward.stream(2, 7, backward=True)]
    assert indexes == [6, 5, 4, 3, 2]
    np.testing.assert_allclose(backward.motion(4), forward.motion(4), atol=0.05)


class Counting(KnownDetections):
    asked = 0

    def __getitem__(self, index):
        self.asked += 1
        return super().__getitem__(index)


def test_an_analysis_survives_saving_and_is_not_made_twice():
    pictures, boxes = moving_square()
    detections = Counting(boxes)
    scene = Scene(MemoryFrames(pictures), detections, RATE)
    assert not scene.analysed(0, len(scene)) and not scene.grown
    for _ in scene.stream(0, len(pictures)):
        pass
    assert scene.analysed(0, len(scene)) and scene.grown
    asked = detections.asked
    again = Scene(MemoryFrames(pictures), detections, RATE)
    again.restore(scene.state())
    assert again.analysed(0, len(again)) and not again.grown
    for before, after in zip(scene.stream(0, 12), again.stream(0, 12), strict=True):
        np.testing.assert_array_equal(before.motion, after.motion)
        assert (before.everyone is None) == (after.everyone is None)
        if before.everyone is not None and after.everyone is not None:
            np.testing.assert_array_equal(before.everyone.xyxy, after.everyone.xyxy)
    assert detections.asked == asked


def test_another_clips_analysis_is_not_taken_over():
    pictures, _ = moving_square()
    scene = Scene(MemoryFrames(pictures), None, RATE)
    for _ in scene.stream(0, len(pictures)):
        pass
    shorter = Scene(MemoryFrames(pictures[:-1]), None, RATE)
    shorter.restore(scene.state())
    assert not shorter.analysed(0, len(shorter))


@pytest.mark.parametrize(("step", "looks"), [(0, 2), (12, 6)])
def test_people_are_looked_for_more_often_while_the_camera_pans(step, looks):
    detections = Counting([BoundingBox(10, 10, 20, 40)] * 25)
    scene = Scene(MemoryFrames(pan(1, 25, step)), detections, RATE)
    for _ in scene.stream(0, 25):
        pass
    assert abs(detections.asked - looks) <= 1


CUTS = {"soccer_broadcast_with_cut_574p.mp4": [157, 208, 256], "basketball_youth_fullcourt_pan_720p.mp4": []}


@pytest.mark.parametrize("name", CUTS)
def test_cuts_of_real_games(shared, name):
    from highlight_cuts_cv.media import clip_of, open_frames, probe

    clip = clip_of(probe(shared / "footage" / "clips" / name))
    stop = min(clip.frame_count, 262)
    with open_frames(clip, max_side=640) as frames:
        scene = Scene(frames, None, float(clip.rate))
        for _ in scene.stream(0, stop):
            pass
    assert scene.cuts() == CUTS[name]
