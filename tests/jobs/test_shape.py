"""Vertical films: of the demo's people, told by manifest and check, and refused where nothing could be cut."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from highlight_cuts_cv import BoundingBox, TrackingFrame, render_indicator, run_timeline, track_player
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs.manifest import read_manifest
from highlight_cuts_cv.jobs.verify import verify
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.testing.synthetic import make_counting_clip
from tests.media.joining.test_concat import film as plain_film

PART = 364
"""Pixels: nine sixteenths of the demo's 648."""
MOST = 2.0
"""Parts of the picture's width a second, a second."""


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """A film of somebody who crosses the demo's picture, the path, and what the film shows of it."""
    folder = tmp_path_factory.mktemp("vertical")
    game = shutil.copy(demo_clip(), folder / "game.mp4")
    path = track_player(game, (1056, 330), frame_index=20)
    told: list[str] = []
    film = render_indicator(
        game,
        path,
        folder / "walk.mp4",
        indicator_type="dot:color=#ff00ff",
        shape="vertical",
        warn=told.append,
    )
    manifest = read_manifest(film)
    assert manifest is not None and manifest.crop is not None and told == []
    return game, film, path, manifest.crop


def test_the_film_is_upright_and_has_every_picture(walked):
    game, film, path, crop = walked
    made = probe(film)
    assert (made.width, made.height, made.frame_count) == (PART, 648, len(path)) and made.rate == probe(
        game
    ).rate
    assert (crop.width, crop.height, len(crop.lefts)) == (PART, 648, len(path))


def test_the_player_is_inside_in_all_frames_and_the_camera_does_not_jerk(walked):
    game, _, path, crop = walked
    rate, wide = float(probe(game).rate), probe(game).width
    boxes = [(frame.frame_index, frame.bbox) for frame in path if frame.bbox is not None]
    assert len(boxes) > 60
    for index, box in boxes:
        left = crop.left(index)
        assert max(box.x1, 0) >= left - 0.5 and min(box.x2, wide) <= left + PART + 0.5
        if 0 < left < wide - PART:
            assert min(box.x1 - left, left + PART - box.x2) > 0.05 * PART, "with room beside"
    assert np.ptp(crop.lefts) > PART / 2, "somebody who crosses it"
    assert np.abs(np.diff(crop.lefts, 2)).max() * rate**2 / PART < MOST


def test_the_check_holds_it_against_the_part(walked, tmp_path):
    game, film, _, _ = walked
    verdict = verify(game, film)
    assert verdict.honest, verdict.wrong
    assert any("364 by 648 of 1152 by 648" in sentence for sentence in verdict.seen)
    moved = shutil.copy(film, tmp_path / "walk.mp4")
    with pytest.raises(BadInputError, match="another shape"):
        csv = tmp_path / "track.csv"
        csv.write_text("frame,left,top,width,height,score\n1,500,300,40,100,1\n")
        verify(game, moved, csv)
    stored = json.loads(film.with_name("walk.manifest.json").read_text())
    stored["crop"]["left"] = [left + 30 for left in stored["crop"]["left"]]
    (tmp_path / "walk.manifest.json").write_text(json.dumps(stored))
    assert not verify(game, moved).honest, "a part from elsewhere"
    stored["crop"]["width"] = 2000
    (tmp_path / "walk.manifest.json").write_text(json.dumps(stored))
    assert "another recording" in verify(game, moved).wrong[0]
    stored["crop"]["left"] = [0.0]
    (tmp_path / "walk.manifest.json").write_text(json.dumps(stored))
    with pytest.raises(BadInputError, match="damaged"):
        verify(game, moved)


@pytest.mark.parametrize("quality", ["preview", "final"])
def test_whatever_the_timelines_rate_the_right_part_is_shown(tmp_path, quality):
    """The counting clip's bits lie side by side: a part of it shows which frame it is cut from."""
    game = make_counting_clip(tmp_path / "game.mp4", 60, Fraction(60), (640, 360))
    path = [TrackingFrame(i, BoundingBox(100 + 6 * i, 100, 130 + 6 * i, 200), 1.0, False) for i in range(60)]
    film = render_indicator(game, path, tmp_path / "x.mp4", quality=quality, shape="vertical")
    assert verify(game, film).honest
    assert probe(film).width == 202 and probe(film).frame_count == (30 if quality == "preview" else 60)


def test_a_run_remembers_the_shape(tmp_path):
    cut = write_cut(Path(shutil.copy(demo_clip(), tmp_path / "game.mp4")), tmp_path / "cut.otio")
    pick = ["02-The-man-in-jeans-walks-away=0:950,268"]
    done = run_timeline(cut, pick, shape="vertical")
    (film,) = done.films.values()
    assert probe(film).width == PART
    told: list[str] = []
    again = run_timeline(cut, warn=told.append)
    assert [*again.films.values()] == [film] and probe(film).width == PART
    wide = run_timeline(cut, shape="")
    assert probe(*wide.films.values()).width == 1152, "and is made anew when it is taken back"


def test_upright_pictures_are_shown_whole_with_a_note(tmp_path):
    game = plain_film(tmp_path / "in" / "phone.mp4", (180, 320))
    path = [TrackingFrame(i, BoundingBox(60, 100, 90, 200), 1.0, False) for i in range(50)]
    told: list[str] = []
    film = render_indicator(game, path, tmp_path / "x.mp4", shape="vertical", warn=told.append)
    assert (probe(film).width, probe(film).height) == (180, 320)
    assert any("phone.mp4 are as upright" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--shape", "square"], "'square' is no shape"),
        (["--shape", "vertical", "--deliver", "overlay"], "With --deliver overlay the recording stays"),
        (["--shape", "vertical", "--deliver", "live"], "With --deliver live the recording stays"),
    ],
)
def test_where_it_makes_no_sense_a_sentence_says_so(tmp_path, more, sentence):
    cut = write_cut(demo_clip(), tmp_path / "cut.otio")
    command = ["run", str(cut), "--pick", "02-The-man-in-jeans-walks-away=0:950,268", *more]
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, BadInputError) and sentence in str(done.exception)
    assert not list(tmp_path.glob("*.media"))


def test_what_is_copied_elsewhere_is_encoded_here(tmp_path):
    game = plain_film(tmp_path / "in" / "a.mp4")
    path = [TrackingFrame(i, BoundingBox(60, 60, 90, 120), 1.0, False) for i in range(50)]
    told: list[str] = []
    film = render_indicator(
        game, path, tmp_path / "x.mp4", exporter="burn:smart=true", shape="vertical", warn=told.append
    )
    assert any("a part of the pictures is cut out" in sentence for sentence in told)
    assert probe(Path(film)).width == 102


def test_an_exporter_that_cannot_is_named(tmp_path):
    path = [TrackingFrame(0, BoundingBox(500, 300, 540, 400), 1.0, False)]
    with pytest.raises(BadInputError, match="'overlay' writes the picture in the recording's shape only"):
        render_indicator(demo_clip(), path, tmp_path / "x.mov", exporter="overlay", shape="vertical")
