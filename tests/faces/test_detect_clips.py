"""``hccv detect TIMELINE``: a readable picture of every clip, and picks by its numbers."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces import pictures
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs import showing
from highlight_cuts_cv.jobs.clip import detect_frame
from highlight_cuts_cv.jobs.setup import Choice
from highlight_cuts_cv.model import BoundingBox, Detections
from highlight_cuts_cv.project.folder import project_folder
from highlight_cuts_cv.project.store import ProjectStore
from highlight_cuts_cv.timeline.loading import is_timeline
from highlight_cuts_cv.tracking.numbers import numbered_players

ROWS = f"videoName,startTime,stopTime,notes\n{demo_clip()},2,4,arrival\n{demo_clip()},6,8,departure\n"


@pytest.fixture
def reel(tmp_path: Path) -> Path:
    path = tmp_path / "reel.csv"
    path.write_text(ROWS)
    return path


def hccv(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if code:
        assert isinstance(done.exception, BadInputError), done.output
        return str(done.exception)
    assert done.exit_code == 0, f"{done.output} {done.exception}"
    return done.stdout


def test_every_clip_is_shown_and_picked_by_the_numbers_in_its_picture(reel: Path) -> None:
    said = hccv("detect", reel).splitlines()
    rows = [re.split(r"  +", line) for line in said[:3]]
    assert rows[0] == ["clip", "frame", "time", "players"]
    assert [row[0] for row in rows[1:]] == ["01-arrival", "02-departure"]
    assert all(float(row[2].split()[0]) == int(row[1]) / 10 for row in rows[1:]), "in the clip's own frames"
    assert said[3] == f"Wrote {reel.with_name('reel.players.jpg')}."
    sheet = cv2.imread(str(reel.with_name("reel.players.jpg")))
    assert sheet is not None and sheet.shape[1] == 1920
    frame = int(rows[2][1])
    found, people = detect_frame(demo_clip(), 60 + frame, Choice("player-nano"))
    players = numbered_players(people)
    assert len(players) == int(rows[2][3]) and found.index == 60 + frame
    hccv("run", reel, "--pick", "departure=#2", "--quality", "preview")
    with ProjectStore(project_folder(reel)) as store:
        (pick,) = store.sessions()[0].clips[1].picks[""]
    assert (pick.frame_index, pick.number) == (60 + frame, 2)
    assert pick.box is not None and pick.box.as_xyxy() == pytest.approx(players[1].as_xyxy())


def test_a_number_of_no_picture_is_refused(reel: Path) -> None:
    said = hccv("run", reel, "--pick", "arrival=#1", code=2)
    assert "No picture of 'arrival' was shown of which #1 could be" in said
    hccv("detect", reel, "--clip", "departure")
    assert "No picture of 'arrival'" in hccv("run", reel, "--pick", "arrival=#1", code=2)


def test_one_clip_in_a_frame_of_ones_choice(reel: Path, tmp_path: Path) -> None:
    said = hccv("detect", reel, "--clip", "2", "--frame", "0.5s", "-o", tmp_path / "one.png").splitlines()
    assert said[1].split() == ["02-departure", "5", "0.50", "s", "5"]
    assert said[2].split()[0] == "number" and said[7].startswith("#5"), "one clip's players are listed"
    hccv("detect", reel, "-o", tmp_path / "each")
    assert sorted(path.name for path in (tmp_path / "each").iterdir()) == [
        "01-arrival.jpg",
        "02-departure.jpg",
    ]
    whole = cv2.imread(str(tmp_path / "each" / "01-arrival.jpg"))
    assert whole is not None and whole.shape == (648, 1152, 3), "points can be read off it"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["REEL", "--frame", "3"], "A frame counts within one clip; say in which with --clip"),
        (["REEL", "--frame", "3", "--clip", "1", "--clip", "2"], "counts within one clip"),
        (
            ["REEL", "--clip", "1", "--frame", "20"],
            "frame 20 lies outside '01-arrival', which has the frames 0 to 19",
        ),
        (["REEL", "--clip", "goal"], "no clip 'goal'"),
        (["REEL", "-o", "sheet.xyz"], "cannot be written as 'sheet.xyz'"),
        (["REEL", "-o", "REEL"], "is the same file as|cannot be written"),
        (["REEL", "--detector", "nosuch"], "nosuch"),
        (["GAME", "--clip", "1"], "--clip is for timelines, but .* is read as a video"),
        (["GAME", "--padding", "1"], "--padding is for timelines"),
        (["GAME", "--player", "Sam"], "--player is for timelines"),
        (["GAME", "--rate", "25"], "--rate is for timelines"),
        (["GAME", "--media-root", "."], "--media-root is for timelines"),
        (["GAME", "-o", "x.xyz"], "cannot be written as 'x.xyz'"),
    ],
)
def test_what_means_nothing_is_refused(
    reel: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(reel.parent)
    names = {"REEL": str(reel), "GAME": str(demo_clip())}
    assert re.search(sentence, hccv("detect", *(names.get(one, one) for one in arguments), code=2))
    assert [path.name for path in reel.parent.iterdir()] == ["reel.csv"]


def test_what_is_a_timeline() -> None:
    assert all(is_timeline(Path(name)) for name in ("a.otio", "a.CSV", "a.edl", "a.otiod", "a.xml"))
    assert not any(is_timeline(Path(name)) for name in ("a.mp4", "a.MOV", "a.mkv", "a", "a.ts", "a.mxf"))


def test_the_best_picture_has_the_most_people_by_themselves() -> None:
    def found(*boxes: tuple[float, ...], score: float = 0.9) -> Detections:
        return Detections(np.array(boxes, np.float32).reshape(-1, 4), np.full(len(boxes), score, np.float32))

    apart = found((0, 0, 20, 60), (100, 0, 120, 60))
    together = found((0, 0, 20, 60), (8, 0, 28, 60))
    unsure = found((0, 0, 20, 60), (100, 0, 120, 60), score=0.6)
    looks = [found(), together, found((0, 0, 20, 60)), unsure, apart]
    assert all(showing._worth(one) < showing._worth(other) for one, other in pairwise(looks))


def test_numbers_lie_on_nobody_and_not_on_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    black = np.zeros((600, 1000, 3), np.uint8)
    boxes = [BoundingBox(100 + 30 * i, 200, 125 + 30 * i, 300) for i in range(10)]
    place, places = pictures._place, []

    def placed(*arguments: Any) -> tuple[float, ...]:
        places.append(place(*arguments))
        return places[-1]

    monkeypatch.setattr(pictures, "_place", placed)
    drawn = pictures.numbered_picture(black, boxes)
    assert (black == 0).all() and drawn.shape == black.shape and len(places) == 10
    for number, one in enumerate(places):
        assert all(pictures._common(one, other) < 1 for other in places[:number])
        assert all(pictures._common(one, box.as_xyxy()) < 1 for box in boxes)
        assert abs(sum(one[::2]) / 2 - boxes[number].center[0]) < 50, "beside its own box"
        x1, y1, x2, y2 = map(round, one)
        assert (drawn[y1:y2, x1:x2] == (0, 220, 255)).mean() > 0.4
    edge = pictures.numbered_picture(black, [BoundingBox(0, 0, 20, 20), BoundingBox(990, 590, 1000, 600)])
    assert (edge == np.array([0, 220, 255])).all(axis=2)[:60, :60].sum() > 100


def test_a_close_picture_shows_the_part_where_people_are() -> None:
    wide = np.zeros((1080, 1920, 3), np.uint8)
    wide[500:560, 900:920] = 255
    close = pictures.close_picture(wide, [BoundingBox(900, 500, 920, 560), BoundingBox(1100, 480, 1130, 560)])
    assert close.shape == (540, 960, 3)
    white = (close == 255).all(axis=2)
    assert white.sum() > 4 * 60 * 20 / 4, "closer"
    assert pictures.close_picture(wide, []).shape == (540, 960, 3), "all of it where nobody is"
    upright = pictures.close_picture(np.zeros((1920, 1080, 3), np.uint8), [BoundingBox(0, 0, 1080, 1900)])
    assert upright.shape == (960, 540, 3)
    tiny = pictures.close_picture(wide, [BoundingBox(10, 500, 20, 530), BoundingBox(1900, 500, 1910, 530)])
    assert tiny.shape == (1080, 1920, 3), "larger, where people are tiny"


def test_sheets_flow_and_have_captions() -> None:
    cells = [np.full((50, width, 3), 255, np.uint8) for width in (600, 300, 500, 960)]
    sheet = pictures.flowing_sheet(cells, width=960)
    assert sheet.shape == (150, 960, 3)
    told = pictures.flowing_sheet(cells, ["a", "b", "c", "d"], width=960)
    assert told.shape[0] > sheet.shape[0] and 0 < (told[:28] > 200).sum() < told[:28].size / 5
    even = pictures.contact_sheet([np.zeros((270, 480, 3), np.uint8)] * 5, ["x" * 300] * 5)
    assert even.shape[1] == 1920 and even.shape[0] == 2 * (270 + 28)
