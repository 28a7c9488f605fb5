"""More picks never make worse what earlier picks agreed on."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import BoundingBox, Track
from highlight_cuts_cv.tracking.picks import Pick

CLIP = video_clip(demo_clip(), "60:76")
LATER = 8
"""The frame of the second pick; up to it both agree."""


def followed(*picks: Pick) -> Track:
    return follow(CLIP, picks, Setup())


def overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N,) IoU of boxes (N, 4) with those of the same row."""
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared = sides.clip(0).prod(axis=1)
    areas = (a[:, 2:] - a[:, :2]).prod(axis=1) + (b[:, 2:] - b[:, :2]).prod(axis=1)
    return shared / (areas - shared)


@pytest.fixture(scope="module")
def agreed() -> tuple[tuple[Pick, Pick], Track]:
    """Two picks of one player, the second where the first led to, and the track from both."""
    first = Pick(0, point=(950.0, 268.0))
    led_to = followed(first).box(LATER)
    assert led_to is not None
    picks = first, Pick(LATER, box=led_to)
    track = followed(*picks)
    assert track.visible[: LATER + 1].all()
    return picks, track


@pytest.mark.parametrize("box", [BoundingBox(300, 200, 350, 340), None])
def test_a_third_pick_beyond_two_that_agree_changes_nothing_between_them(agreed, box):
    picks, before = agreed
    after = followed(*picks, Pick(13, box=box))
    between = slice(0, LATER + 1)
    assert after.visible[between].all()
    assert (overlap(before.xyxy[between], after.xyxy[between]) > 0.9).all()
    assert (after.scores[between] >= before.scores[between] - 0.05).all()


def test_an_agreeing_pick_between_two_that_agree_changes_nothing_around_it(agreed):
    picks, before = agreed
    after = followed(*picks, Pick(4, box=before.box(4)))
    between = slice(0, LATER + 1)
    assert after.visible[between].all()
    assert (overlap(before.xyxy[between], after.xyxy[between]) > 0.9).all()
