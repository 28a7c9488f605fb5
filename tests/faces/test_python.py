"""The plain Python API."""

from __future__ import annotations

import numpy as np
import pytest

import highlight_cuts_cv as hccv
from highlight_cuts_cv.errors import BadInputError, CancelledError
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.plugin.registry import Registry


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


STILL = [hccv.TrackingFrame(i, hccv.BoundingBox(500, 300, 540, 400), 1.0, False) for i in range(3)]


@pytest.fixture(scope="module")
def player() -> hccv.BoundingBox:
    return hccv.detect_players(demo_clip(), 30)[1][0]


def test_a_player_is_followed_alike_however_box_and_frames_are_written(player):
    path = hccv.track_player(demo_clip(), player, frame_index=30, frames="30:34")
    assert [frame.frame_index for frame in path] == [30, 31, 32, 33] and not path[0].lost
    box = player.as_xyxy()
    assert hccv.track_player(demo_clip(), box, frame_index=30, frames=range(30, 34)) == path
    assert hccv.track_player(demo_clip(), {30: np.asarray(player)}, frames=(30, 34)) == path


def test_every_pick_counts(player):
    path = hccv.track_player(demo_clip(), {30: player.center, 33: None}, frames=(30, 34))
    assert not path[0].lost and path[3].lost


def test_a_pick_outside_the_frames_is_refused(player):
    with pytest.raises(BadInputError, match="frame 30 lies before the range"):
        hccv.track_player(demo_clip(), player, frame_index=30, frames=range(31, 34))


@pytest.mark.parametrize(
    ("tracker", "distribution"),
    [("botsort", "ultralytics"), ("bytetrack", "ultralytics"), ("mot-sort", "mot"), ("csrt", "csrt")],
)
def test_a_tracker_that_is_not_there_says_what_to_install(player, tracker, distribution, monkeypatch):
    monkeypatch.setattr("highlight_cuts_cv.plugin.registry._loaded", Registry())
    sentence = f"'{tracker}' comes with .* 'pip install highlight-cuts-cv-{distribution}'"
    with pytest.raises(BadInputError, match=sentence):
        hccv.track_player(demo_clip(), player, tracker, frame_index=30, frames=(30, 33))


def test_a_frame_that_is_no_whole_number_is_refused():
    with pytest.raises(BadInputError, match="whole number"):
        hccv.detect_players(demo_clip(), 1.5)


def test_one_path_is_no_list_of_films(tmp_path):
    with pytest.raises(BadInputError, match="a list of films"):
        hccv.concat_tracked_clips(str(demo_clip()), tmp_path / "reel.mp4")


def calls(player, folder):
    """Each function with the rest of its arguments: given progress and cancelled, it does little work."""
    return {
        "detect_players": lambda **on: hccv.detect_players(demo_clip(), 30, **on),
        "track_player": lambda **on: hccv.track_player(
            demo_clip(), player, frame_index=30, frames=(30, 34), **on
        ),
        "render_indicator": lambda **on: hccv.render_indicator(
            demo_clip(), STILL, folder / "made.mp4", "preview", **on
        ),
        "concat_tracked_clips": lambda **on: hccv.concat_tracked_clips(
            [demo_clip(), demo_clip()], folder / "made.mp4", **on
        ),
    }


EACH = ["detect_players", "track_player", "render_indicator", "concat_tracked_clips"]


@pytest.mark.parametrize("name", EACH)
def test_progress_is_reported_to_its_end(name, player, tmp_path):
    heard = []
    calls(player, tmp_path)[name](progress=lambda done, total: heard.append((done, total)))
    assert heard == sorted(heard)
    done, total = heard[-1]
    assert done == total > 0


@pytest.mark.parametrize("name", EACH)
def test_whoever_cancels_is_left_with_nothing_half_done(name, player, tmp_path):
    with pytest.raises(CancelledError):
        calls(player, tmp_path)[name](cancelled=lambda: True)
    assert not [*tmp_path.iterdir()]


def test_whoever_asks_hears_the_warnings(player):
    """A box that nobody is in is followed all the same."""
    heard = []
    nobody = (0, 0, 20, 20)
    hccv.track_player(demo_clip(), nobody, "follow", 30, (30, 33), warn=heard.append)
    assert len(heard) == 1 and "touches nobody" in heard[0]
