"""The plain Python API."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import numpy as np
import opentimelineio as otio
import pytest

import highlight_cuts_cv as hccv
from highlight_cuts_cv.contracts import Freeze
from highlight_cuts_cv.errors import BadInputError, CancelledError
from highlight_cuts_cv.faces import python, python_films
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.faces.shared import tracked_path
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.plugin.registry import Registry
from highlight_cuts_cv.rendering.wishes import parse_show


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
        hccv.detect_players(demo_clip(), cast(int, 1.5))


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
    heard: list[str] = []
    nobody = (0, 0, 20, 20)
    hccv.track_player(demo_clip(), nobody, "follow", 30, (30, 33), warn=heard.append)
    assert len(heard) == 1 and "touches nobody" in heard[0]


@pytest.fixture
def exported(monkeypatch) -> dict[str, object]:
    """With which options render_indicator makes the exporter; nothing is written."""
    seen: dict[str, object] = {}

    def export(clip, track, output, setup, cadence, watch):
        seen.update(setup.exporter.options, freeze=cadence.freeze, show=setup.show, name=setup.indicator.name)
        return output

    monkeypatch.setattr(python_films, "export", export)
    return seen


@pytest.mark.parametrize(
    ("arguments", "quality"),
    [
        ({}, "preview"),
        ({"quality": "final"}, "final"),
        ({"exporter": "burn:quality=match"}, "match"),
        ({"exporter": "burn:quality=match", "quality": "final"}, "final"),
        ({"exporter": "burn:smart=true"}, "preview"),
        ({"exporter": "overlay"}, None),
    ],
)
def test_a_preview_is_rendered_unless_something_else_is_said(exported, arguments, quality):
    hccv.render_indicator(demo_clip(), STILL, "made.mp4", **arguments)
    assert exported.get("quality") == quality


def test_the_rest_of_hccv_render_is_there(exported):
    hccv.render_indicator(
        demo_clip(), STILL, "made.mp4", indicator_type="ring", show="first:1", intro="0.5@2", encoder="auto"
    )
    assert exported["freeze"] == Freeze(2, Fraction(1, 2))
    assert (exported["show"], exported["encoder"], exported["name"]) == (
        parse_show("first:1"),
        "auto",
        "ring",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"quality": "final", "exporter": "overlay"}, "quality"),
        ({"quality": "best"}, "best"),
        ({"indicator_type": "cross"}, "no indicator 'cross'"),
        ({"show": "never"}, "'never' does not say when"),
        ({"intro": "1.5@pick"}, "ask for the intro 1.5@FRAME"),
        ({"intro": "1", "exporter": "overlay"}, "leave the intro out"),
    ],
)
def test_what_cannot_be_rendered_is_refused(exported, arguments, sentence):
    with pytest.raises(BadInputError, match=sentence):
        hccv.render_indicator(demo_clip(), STILL, "made.mp4", **arguments)


@pytest.fixture
def cut(tmp_path):
    return write_cut(demo_clip(), tmp_path / "cut.otio")


ARRIVES = "01-The-red-jacket-arrives"


def test_a_timeline_is_run_as_on_the_command_line(cut):
    heard = []
    done = hccv.run_timeline(cut, {ARRIVES: {0: (1056, 330)}}, progress=lambda *said: heard.append(said))
    assert done.path == cut.with_name("cut.tracked.otio") and done.path.is_file()
    assert list(done.films) == [ARRIVES] and done.films[ARRIVES].is_file()
    path = done.tracking[ARRIVES][""]
    assert [frame.frame_index for frame in path] == [*range(20, 60)]  # where the recording has them
    assert path[0].bbox is not None and path[0].bbox.center == pytest.approx((1056, 330), abs=60)
    steps = {step for step, _, _ in heard}
    assert steps == {
        "Looking at the picks",
        "1/1 Following in The red jacket arrives",
        "1/1 Rendering The red jacket arrives",
    }


def test_a_stopped_timeline_is_not_written(cut):
    with pytest.raises(CancelledError):
        hccv.run_timeline(cut, {ARRIVES: {0: (1056, 330)}}, cancelled=lambda: True)
    assert not cut.with_name("cut.tracked.otio").exists()


def test_a_players_timeline_has_a_name_of_its_own(tmp_path):
    csv = tmp_path / "team.csv"
    assert tracked_path(csv, None).name == "team.tracked.otio"
    assert tracked_path(csv, "Sam / 7").name == "team.Sam-7.tracked.otio"
    assert tracked_path(csv, "?").name == "team.player.tracked.otio"


@pytest.mark.parametrize("picks", [{}, []])
def test_a_timeline_without_picks_is_refused(cut, picks):
    with pytest.raises(BadInputError, match="Nobody was picked"):
        hccv.run_timeline(cut, picks)


def test_an_indicator_of_nobody_is_refused(cut):
    with pytest.raises(BadInputError, match="indicator for 'Kim', but no pick"):
        hccv.run_timeline(cut, {ARRIVES: {0: (1056, 330)}}, indicator_type=["dot", "Kim@ring"])


def test_padding_is_for_a_csv(cut):
    with pytest.raises(BadInputError, match="Padding widens the intervals of a CSV"):
        hccv.run_timeline(cut, {ARRIVES: {0: (1056, 330)}}, padding=1)


def test_what_is_left_out_of_a_timeline_is_told(cut):
    edit = otio.adapters.read_from_file(str(cut))
    title = otio.schema.Clip("Title", otio.schema.GeneratorReference("title", "SolidColor"))
    title.source_range = edit.find_clips()[0].source_range
    edit.tracks[0].append(title)
    otio.adapters.write_to_file(edit, str(cut))
    heard: list[str] = []
    with pytest.raises(BadInputError, match="no clip 'zz'"):
        hccv.run_timeline(cut, {"zz": {0: (1056, 330)}}, warn=heard.append)
    assert len(heard) == 1 and "Title" in heard[0]


@pytest.mark.parametrize(
    ("frames", "sentence"), [([], "tracking_data is empty"), ([STILL[0], STILL[2]], "without a gap")]
)
def test_frames_that_are_no_film_are_refused(frames, sentence, tmp_path):
    with pytest.raises(BadInputError, match=sentence):
        hccv.render_indicator(demo_clip(), frames, tmp_path / "made.mp4")


def test_a_picture_outside_the_frames_cannot_stand_still(exported):
    with pytest.raises(BadInputError, match="frame 3 lies outside what is rendered, the frames 0 to 2"):
        hccv.render_indicator(demo_clip(), STILL, "made.mp4", intro="1@3")


def test_a_timeline_is_asked_for_as_on_the_command_line(tmp_path):
    """What only some formats can be asked for reaches their reader."""
    timeline = otio.schema.Timeline("edit")
    otio.adapters.write_to_file(timeline, str(tmp_path / "edit.otio"))
    (tmp_path / "edit.csv").write_text("videoName,startTime,stopTime\ngame.mp4,0,1\n")
    with pytest.raises(BadInputError, match="says its rate itself"):
        python.run_timeline(tmp_path / "edit.otio", {"a": (1, 1)}, rate=Fraction(25))
    with pytest.raises(BadInputError, match="'0' is no frame rate"):
        python.run_timeline(tmp_path / "edit.csv", {"a": (1, 1)}, rate=0)
    with pytest.raises(BadInputError, match="choose with --player"):
        python.run_timeline(tmp_path / "edit.csv", {"a": (1, 1)}, timeline_name="Sam")
