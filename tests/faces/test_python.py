"""The plain Python API."""

from __future__ import annotations

import numpy as np
import pytest

import highlight_cuts_cv as hccv
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.media import clip_of, open_frames, probe


@pytest.mark.parametrize("frame_index", [0, 60])
def test_detecting_gives_the_frames_picture_and_its_players(frame_index):
    frame_image, players = hccv.detect_players(demo_clip(), frame_index)
    with open_frames(clip_of(probe(demo_clip()))) as frames:
        assert np.array_equal(frame_image, frames[frame_index].bgr)
    assert frame_image.dtype == np.uint8
    frame_image[:] = 0  # the caller's own, to draw on
    middles = [player.center[0] for player in players]
    assert len(players) >= 3 and middles == sorted(middles)
    assert all(isinstance(player, hccv.BoundingBox) for player in players)
