"""Clips that are unlike what a tracker expects, through the command line: a sensible track or a sentence."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from highlight_cuts_cv.__main__ import main
from highlight_cuts_cv.faces import console
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import detect_frame, video_clip
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.testing.synthetic import write_clip

START = 60
MAN = (950.0, 268.0)
"""Where the man in jeans stands in frame START of the embedded clip."""
RATE = Fraction(10)


def pictures(count: int, start: int = START) -> list[np.ndarray]:
    """Frames of the embedded clip."""
    with open_frames(video_clip(demo_clip(), f"{start}:{start + count}")) as frames:
        return [frame.bgr for frame in frames.frames()]


@pytest.fixture
def track(tmp_path, monkeypatch, capsys):
    """Run ``hccv track`` in this process: (exit code, what it said, boxes by frame from 0)."""

    def run(video: Path, *picks: str) -> tuple[int, str, dict[int, tuple[float, ...]]]:
        output = tmp_path / "track.csv"
        given = [part for pick in picks for part in ("--pick", pick)]
        monkeypatch.setattr("sys.argv", ["hccv", "track", str(video), *given, "-o", str(output)])
        # A console made by an earlier test writes to that test's captured stream.
        console._console.cache_clear()
        with pytest.raises(SystemExit) as stopped:
            main()
        said = " ".join(capsys.readouterr().err.split())
        boxes = {}
        if output.is_file():
            for row in csv.DictReader(output.read_text().splitlines()):
                place = tuple(float(row[name] or "nan") for name in ("left", "top", "width", "height"))
                if np.isfinite(place).all():
                    boxes[int(row["frame"]) - 1] = place
        return int(stopped.value.code or 0), said, boxes

    return run


def at(box: tuple[float, ...], point: tuple[float, float]) -> bool:
    return box[0] <= point[0] <= box[0] + box[2] and box[1] <= point[1] <= box[1] + box[3]


def test_a_clip_with_a_cut_is_followed_up_to_it(tmp_path, track):
    shot = pictures(8)
    # Another place: the other way round, nearer and in other colours.
    other = [cv2.resize(p[200:524, 576:, ::-1], (1152, 648))[:, ::-1] for p in pictures(8, 20)]
    code, _, boxes = track(write_clip(tmp_path / "cut.mp4", shot + other, RATE), "0:950,268")
    assert code == 0 and sorted(boxes) == list(range(8))


@pytest.mark.parametrize("frame", [0, 1, 2])
def test_three_frames_are_a_clip(tmp_path, track, frame):
    code, _, boxes = track(write_clip(tmp_path / "three.mp4", pictures(3), RATE), f"{frame}:950,268")
    assert code == 0 and sorted(boxes) == [0, 1, 2]
    assert all(at(box, MAN) for box in boxes.values())


def test_a_pick_on_the_last_frame_is_followed_back(tmp_path, track):
    code, _, boxes = track(write_clip(tmp_path / "clip.mp4", reversed(pictures(8)), RATE), "7:950,268")
    assert code == 0 and sorted(boxes) == list(range(8))
    code, _, forward = track(write_clip(tmp_path / "forward.mp4", pictures(8), RATE), "0:950,268")
    for index, box in forward.items():
        np.testing.assert_allclose(boxes[7 - index], box, atol=0.15 * box[3])


def meadow(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    ground = np.array([60, 120, 70]) + cv2.GaussianBlur(random.normal(0, 60, (360, 640, 3)), (0, 0), 4)
    return [(ground + random.normal(0, 3, ground.shape)).clip(0, 255).astype(np.uint8) for _ in range(count)]


@pytest.mark.parametrize("kind", ["meadow", "black"])
def test_where_nobody_is_a_click_is_refused_and_a_box_followed_with_a_note(tmp_path, track, kind):
    shown = meadow(6) if kind == "meadow" else [np.zeros((360, 640, 3), np.uint8)] * 6
    video = write_clip(tmp_path / "nobody.mp4", shown, RATE)
    code, said, boxes = track(video, "2:300,200")
    assert code == 2 and not boxes
    assert "There is no player at 300,200 in frame 2. Nobody was found" in said and said.endswith(".")
    code, said, boxes = track(video, "2:300,200,30,60")
    assert code == 0 and "Note: The box 300,200,30,60 in frame 2 touches nobody" in said
    assert boxes[2] == (300, 200, 30, 60)
    # The ground does not move, so neither may whatever is followed there.
    assert all(np.hypot(box[0] - 300, box[1] - 200) < 10 for box in boxes.values())


def person_at(frame_index: int, point: tuple[float, float]) -> BoundingBox:
    """Who is nearest to *point* in a frame of the embedded clip."""
    _, found = detect_frame(demo_clip(), frame_index, Setup().detector)
    return min(found.boxes(), key=lambda box: np.hypot(box.center[0] - point[0], box.center[1] - point[1]))


def test_players_of_thirty_pixels_in_4k_are_picked_and_followed(tmp_path, track):
    """The embedded clip as seen from far away: a twentieth of the picture's width, mirrored all around."""
    columns, rows = 192, 108
    left, top, scale = 9 * columns, 9 * rows, columns / 1152

    def far(picture: np.ndarray) -> np.ndarray:
        small = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
        around = ((top, 10 * rows), (left, 10 * columns), (0, 0))
        return np.pad(small, around, mode="symmetric")  # mirrors as often as it takes, unlike OpenCV

    first = person_at(START, MAN)
    last = person_at(START + 9, first.center)
    assert 20 < first.height * scale < 35
    video = write_clip(tmp_path / "far.mp4", map(far, pictures(10)), RATE)
    x, y = left + first.center[0] * scale, top + first.center[1] * scale
    code, said, boxes = track(video, f"0:{x:.0f},{y:.0f}")
    assert code == 0, said
    assert sorted(boxes) == list(range(10))
    for box, person in ((boxes[0], first), (boxes[9], last)):
        assert 0.6 < box[3] / (person.height * scale) < 1.5
        middle = (box[0] + box[2] / 2 - left) / scale, (box[1] + box[3] / 2 - top) / scale
        assert at((person.x1, person.y1, person.width, person.height), middle)
