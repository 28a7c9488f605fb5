"""The card at the front of a film: what it looks like, and that all behind it stays as it was."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from highlight_cuts_cv import concat_tracked_clips
from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.faces.reels import Wish
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web.look import Look
from highlight_cuts_cv.faces.web.models import ChoiceModel, LookModel, PlayerModel
from highlight_cuts_cv.jobs.film import join_titled
from highlight_cuts_cv.jobs.title_card import SECONDS, card_picture, title_lines, write_card
from highlight_cuts_cv.jobs.wishes import Given
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.project.folder import project_folder
from highlight_cuts_cv.project.store import ProjectStore
from tests.media.joining.test_concat import FLASH, assert_in_step, film, packets, pictures, preset_film

NAME, REST = "Sam Miller", "No 7, FC Example, 2026"
SIZES = [(1920, 1080), (608, 1080), (320, 180)]


def inked(picture, row=slice(None)):
    """Left, top, right, bottom of what is written on the card, in its pixels."""
    light = picture[row, :, :3].max(axis=2) > 60
    rows, columns = np.flatnonzero(light.any(axis=1)), np.flatnonzero(light.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lines", [[NAME], [NAME, REST], ["M" * 40, "W" * 40, REST]])
def test_it_is_dark_and_its_lines_lie_in_the_middle(size, lines):
    width, height = size
    picture = card_picture(lines, width, height)
    assert picture.shape == (height, width, 4) and (picture[..., 3] == 255).all()
    assert picture[0, 0, :3].max() < 40 and np.median(picture[..., :3]) < 40
    left, top, right, bottom = inked(picture)
    assert left >= 0.09 * width and right <= 0.91 * width and top > 0.2 * height and bottom < 0.8 * height
    assert abs((left + right) / 2 - width / 2) <= 0.01 * width + 1
    assert abs((top + bottom) / 2 - height / 2) <= 0.04 * height, "the block, not a line"


def test_the_name_is_the_largest_and_the_brightest():
    picture = card_picture([NAME, REST], 1920, 1080)
    light = np.flatnonzero((picture[..., :3].max(axis=2) > 60).any(axis=1))
    first, rule, second = (part for part in np.split(light, np.flatnonzero(np.diff(light) > 5) + 1))
    assert len(first) > 1.8 * len(second) and len(rule) <= 5
    assert picture[first, :, :3].max() > 235 and picture[second, :, :3].max() < 180


def test_a_long_name_takes_two_lines_where_the_picture_is_narrow():
    name = "Maximilian Müller-Lüdenscheidt"
    one, two = (card_picture([name], *size) for size in ((1920, 1080), (608, 1080)))
    heights = [inked(picture)[3] - inked(picture)[1] for picture in (one, two)]
    assert heights[1] > 0.9 * heights[0] and inked(two)[2] - inked(two)[0] > 0.5 * 608


def test_letters_are_narrower_where_pixels_are_wider():
    left, _, right, _ = inked(card_picture([NAME], 960, 1080, Fraction(2)))
    square = inked(card_picture([NAME], 1920, 1080))
    assert (right - left) == pytest.approx((square[2] - square[0]) / 2, abs=3)


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([NAME, "  "], "The title card has no text"),
        (["山田"], "no sign for '山'"),
        ([NAME] * 4, "at most 3 lines, and 4"),
        (["x" * 41], "41 characters long"),
    ],
)
def test_what_cannot_be_set_is_refused(texts, sentence):
    with pytest.raises(BadInputError, match=sentence):
        title_lines(texts)
    assert title_lines([" Sam  Miller "]) == [NAME]


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    return [preset_film(tmp_path / f"{n}.mp4", film(tmp_path / "in" / f"{n}.mp4")) for n in "ab"]


def test_what_follows_is_copied_and_in_step(two, tmp_path):
    told: list[str] = []
    joined = join_titled(two, tmp_path / "reel.mp4", [NAME, REST], Watch(warn=told.append))
    ours, films = packets(joined, "video"), [packet for path in two for packet in packets(path, "video")]
    assert ours[-len(films) :] == films and len(ours) == len(films) + SECONDS * 25
    assert_in_step(joined, [SECONDS + FLASH, SECONDS + 2 + FLASH])
    first = next(pictures(joined))[1].astype(int)
    assert np.abs(first - card_picture([NAME, REST], 320, 180)[..., :3]).mean() < 3
    assert told == [], "nobody asked about a file that is gone"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4", "in", "reel.mp4"]


def test_without_lines_the_film_is_as_ever(two, tmp_path):
    joined = join_titled(two, tmp_path / "reel.mp4", [], Watch())
    assert probe(joined).frame_count == 100


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(60000, 1001), Fraction(10)])
def test_the_card_is_of_the_films_kind(rate, tmp_path):
    pq = {"color_primaries": 9, "color_trc": 16, "colorspace": 9}
    model = film(
        tmp_path / "a.mp4", (180, 320), rate, Fraction(1), aspect=Fraction(4, 3), tags=pq, sound=None
    )
    card, info = load(write_card(model, [NAME], tmp_path)).info, probe(model)
    assert (card.width, card.height, card.sample_aspect_ratio, card.rate) == (
        info.width,
        info.height,
        info.sample_aspect_ratio,
        info.rate,
    )
    assert card.frame_count == round(SECONDS * rate) and card.color == info.color and not card.audio
    with av.open(str(card.path)) as container:
        luma = next(container.decode(video=0)).to_ndarray(format="gray")
    assert 110 < luma.max() < 170, "white of graphics is no dazzling light in HDR"


def test_the_python_function_and_the_command_do_the_same(two, tmp_path):
    concat_tracked_clips(two, tmp_path / "one.mp4", title=[NAME, REST])
    command = ["join", *map(str, two), "-o", str(tmp_path / "two.mp4"), "--title", NAME, "--title", REST]
    done = CliRunner().invoke(app, command)
    assert not done.exception, done.exception
    assert packets(tmp_path / "one.mp4", "video") == packets(tmp_path / "two.mp4", "video")


def test_a_title_needs_a_film_and_is_looked_at_before_any_work(tmp_path):
    cut = str(write_cut(demo_clip(), tmp_path / "cut.otio"))
    for more, sentence in (
        (["--title", NAME], "give --film"),
        (["--title", NAME, "--title", "", "--film", str(tmp_path / "x.mp4")], "no text"),
    ):
        done = CliRunner().invoke(app, ["run", cut, "--pick", "01=0:#1", *more])
        assert isinstance(done.exception, BadInputError) and sentence in str(done.exception)
    assert not list(tmp_path.glob("*.media"))


def test_each_player_of_a_team_has_a_card_of_their_own(tmp_path):
    wish = Wish(
        timeline=tmp_path / "team.csv",
        how=Reading(),
        given=Given(title=["FC Example"]),
        film=tmp_path / "reel.mp4",
    )
    assert wish.of("Ann", wish.given).given.title == ["Ann", "FC Example"]
    assert wish.of("Ann", Given(title=())).given.title == (), "it is taken back"
    assert wish.of("Ann", Given()).given.title is None, "it is as before"


def test_what_the_page_says_of_the_card_counts_for_the_command_line_and_the_other_way_round(tmp_path):
    cut, film = write_cut(demo_clip(), tmp_path / "cut.otio"), tmp_path / "reel.mp4"

    def card(*more: str) -> list[str]:
        done = CliRunner().invoke(app, ["run", str(cut), "--quality", "preview", *more])
        assert not done.exception, done.exception
        first = json.loads(film.with_name("reel.manifest.json").read_text("utf-8"))["parts"][0]
        return list(first.get("card", []))

    pick = ("--pick", "02-The-man-in-jeans-walks-away=0:950,268")
    assert card(*pick, "--film", str(film)) == []
    with ProjectStore(project_folder(cut)) as store:
        (session,) = store.sessions()
        look = Look(
            LookModel(indicator=ChoiceModel(name="dot"), players=[PlayerModel(name="")], title=[NAME, REST])
        )
        store.set_settings(session.session_id, {"look": look.as_json()})
    assert card("--film", str(film)) == [NAME, REST]
    film.unlink()
    assert card() == [NAME, REST] and not film.exists(), "no film is asked for"
    assert card("--title", "Kim", "--film", str(film)) == ["Kim"]
    with ProjectStore(project_folder(cut)) as store:
        (session,) = store.sessions()
        assert Look.of(session.settings["look"]).model.title == ["Kim"]
    assert card("--title", "", "--film", str(film)) == [] == card("--film", str(film))
