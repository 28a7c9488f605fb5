"""A marker as a picture with keyframes: where the sprites are, with few keys."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.model import JobFailedError, Placement, Shade, Sprite, SpriteTrack
from highlight_cuts_cv.rendering.live import live_marker


def sprite(width=6, height=4):
    return Sprite(np.full((height, width, 4), 255, np.uint8))


def at(keys, frame):
    """(left, top, width, height, opacity) in a frame, on straight lines between keys."""
    return [np.interp(frame, keys[:, 0], keys[:, column]) for column in range(1, 6)]


def test_straight_ways_have_two_keys():
    dot = sprite()
    marker = live_marker(SpriteTrack([Placement(i, dot, 10 + 2.0 * i, 5.5) for i in range(50)]), range(50))
    assert marker is not None and len(marker.keys) == 2
    # The picture may be a little larger than the sprite; where the sprite is in it is what counts.
    left, top, width, height, opacity = at(marker.keys, 25)
    y, x = np.argwhere(marker.rgba[..., 3] == 255).min(axis=0)
    assert (left + x, top + y) == pytest.approx((60, 5.5), abs=0.01) and opacity == 1
    assert (width, height) == marker.rgba.shape[1::-1]


def test_no_frame_is_further_off_than_half_a_pixel():
    rng = np.random.default_rng(1)
    way = np.cumsum(rng.normal(0, 3, (200, 2)), axis=0) + 300
    dot = sprite()
    track = SpriteTrack([Placement(i, dot, x, y, 0.5 + i / 400) for i, (x, y) in enumerate(way.tolist())])
    marker = live_marker(track, range(200))
    assert marker is not None
    y, x = np.argwhere(marker.rgba[..., 3] == 255).min(axis=0)
    for frame in range(200):
        left, top, *_, opacity = at(marker.keys, frame)
        assert np.hypot(left + x - way[frame, 0], top + y - way[frame, 1]) < 0.5
        assert opacity == pytest.approx(0.5 + frame / 400, abs=0.03)


def test_where_it_does_not_show_it_is_transparent_and_waits():
    dot = sprite()
    track = SpriteTrack(
        [Placement(i, dot, 10.0 if i < 20 else 100.0, 5) for i in range(40) if not 10 <= i < 30]
    )
    marker = live_marker(track, range(40))
    assert marker is not None
    assert [at(marker.keys, frame)[4] for frame in (9, 10, 20, 29, 30)] == pytest.approx([1, 0, 0, 0, 1])


def test_a_marker_that_grows_is_scaled():
    track = SpriteTrack([Placement(0, sprite(6, 4), 10, 5, 0.5), Placement(1, sprite(12, 8), 10, 5)])
    marker = live_marker(track, [0, 1])
    assert marker is not None
    assert marker.keys[0, 3:5] == pytest.approx(marker.keys[1, 3:5] / 2)


def test_the_films_frames_count_not_the_clips():
    dot = sprite()
    track = SpriteTrack([Placement(i, dot, 10.0 * i, 5) for i in range(4)])
    marker = live_marker(track, [0, 0, 1, 1, 2, 2, 3, 3])
    assert marker is not None
    lefts = [at(marker.keys, frame)[0] for frame in range(8)]
    assert np.diff(lefts) == pytest.approx([0, 10, 0, 10, 0, 10, 0])


def test_what_cannot_be_moved_is_said():
    assert live_marker(SpriteTrack(), range(5)) is None
    with pytest.raises(JobFailedError, match="dims the picture"):
        live_marker(SpriteTrack([], [Shade(0, 5, 5, 2, 2)]), range(5))
