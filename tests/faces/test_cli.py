"""The command line as a user meets it: real processes on the demo clip."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from highlight_cuts_cv.faces import console
from highlight_cuts_cv.faces.demo import CLIPS, demo_clip, write_cut
from tests.faces.hccv_process import good, marks

SECOND = "02-The-man-in-jeans-walks-away"


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """What 'hccv demo' writes; the run itself is the first test."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    began = time.perf_counter()
    printed = good("demo", "-o", folder)
    assert time.perf_counter() - began < 60
    for name in ("game.tracked.otio", "reel.mp4", "sheet.png"):
        assert str(folder / name) in printed
    return folder


def test_the_demos_film_shows_the_dot_above_the_picked_person_throughout(demo):
    from highlight_cuts_cv.media import clip_of, open_frames, probe
    from highlight_cuts_cv.plugin.registry import get_registry

    detector = get_registry().detector("player-nano")
    clip = clip_of(probe(demo / "reel.mp4"))
    assert clip.frame_count == sum(end - start for _, start, end, _ in CLIPS)
    at = 0
    with open_frames(clip) as marked, open_frames(clip_of(probe(demo / "game.mp4"))) as plain:
        for _, start, end, previous in CLIPS:
            for index in range(start, end, 2):
                new = marks(marked[at + index - start].bgr, plain[index].bgr)
                assert new.sum() >= 8, f"no marker in frame {index}"
                dot_y, dot_x = (float(v.mean()) for v in np.nonzero(new))
                # A walker moves less than half a box in a fifth of a second: the nearest box is the same person.
                boxes = detector.detect([plain[index]])[0].boxes()
                person = min(
                    boxes, key=lambda b: np.hypot(b.center[0] - previous[0], b.center[1] - previous[1])
                )
                assert abs(dot_x - person.center[0]) < 0.4 * person.width, f"frame {index}"
                assert -0.5 * person.height < dot_y - person.y1 < 0.05 * person.height, f"frame {index}"
                previous = person.center
            at += end - start


def test_the_demos_timeline_points_at_the_renders(demo):
    import opentimelineio as otio

    timeline = otio.adapters.read_from_file(str(demo / "game.tracked.otio"))
    for clip in timeline.find_clips():
        assert Path(clip.media_reference.target_url).is_file()
        assert clip.source_range.start_time.value == 0
        assert set(clip.media_references()) == {"DEFAULT_MEDIA", "original"}
        assert Path(clip.media_references()["original"].target_url) == (demo / "game.mp4").resolve()
        assert clip.metadata["highlight_cuts_cv"]["tracked"] == 1.0


def test_clips_lists_names_that_pick_takes(demo):
    printed = good("clips", demo / "game.otio")
    assert "01-The-red-jacket-arrives" in printed
    assert "40" in printed and "2.000 s" in printed


def test_detect_track_render(tmp_path):
    picture = tmp_path / "players.jpg"
    asked = good("detect", demo_clip(), "--frame", 60, "-o", picture)
    assert "#1" in asked and asked == good("detect", demo_clip(), "--frame", "0:06.05", "-o", picture)
    shown = cv2.imread(str(picture))
    assert shown is not None and shown.shape == (648, 1152, 3)
    track = tmp_path / "track.csv"
    good("track", demo_clip(), "--pick", "0:06:#6", "--range", "5.8s:7s", "-o", track)
    rows = list(csv.DictReader(track.read_text().splitlines()))
    assert [int(row["frame"]) for row in rows] == list(range(59, 71))
    film = tmp_path / "film.mp4"
    good("render", demo_clip(), "--track", track, "--range", "58:70", "--quality", "preview", "-o", film)
    from highlight_cuts_cv.media import probe

    info = probe(film)
    assert (info.width, info.height, info.frame_count, info.rate) == (1152, 648, 12, 10)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "film.manifest.json",
        "film.mp4",
        "players.jpg",
        "track.csv",
        "track.doubts.json",
    ]


def test_run_keeps_clips_without_a_pick(tmp_path):
    import shutil

    import opentimelineio as otio

    shutil.copy(demo_clip(), tmp_path / "game.mp4")
    write_cut(tmp_path / "game.mp4", tmp_path / "game.otio")
    good(
        "run", tmp_path / "game.otio", "--pick", "02-The-man-in-jeans-walks-away=0.05s:950,268", cwd=tmp_path
    )
    first, second = otio.adapters.read_from_file(str(tmp_path / "game.tracked.otio")).find_clips()
    assert Path(first.media_reference.target_url).name == "game.mp4"
    assert Path(second.media_reference.target_url).parent.name == "game.media"
    assert "highlight_cuts_cv" not in first.metadata


def test_run_also_makes_a_film_of_the_marked_clips_in_the_timelines_order(tmp_path):
    from highlight_cuts_cv.media import clip_of, open_frames, probe

    write_cut(demo_clip(), tmp_path / "game.otio")
    # the second clip is picked first
    picks = ("--pick", f"{SECOND}=0:950,268", "--pick", "01-The-red-jacket-arrives=0:1056,330")
    film = tmp_path / "reel.mp4"
    assert f"and {film}." in good("run", tmp_path / "game.otio", *picks, "--film", film)
    assert probe(film).frame_count == sum(end - start for _, start, end, _ in CLIPS)
    carded = tmp_path / "carded.mp4"
    good("run", tmp_path / "game.otio", "--film", carded, "--title", "Sam", "--title", "No 7")
    assert probe(carded).frame_count == probe(film).frame_count + 20
    again = tmp_path / "again.mp4"
    renders = [
        tmp_path / "game.media" / f"{name}.tracked.mp4" for name in ("01-The-red-jacket-arrives", SECOND)
    ]
    assert f"Wrote {again}." in good("join", *renders, "-o", again)
    with open_frames(clip_of(probe(film))) as reel, open_frames(clip_of(probe(again))) as joined:
        for index in (0, 39, 40, 99):
            assert np.array_equal(reel[index].bgr, joined[index].bgr)


def test_run_names_the_timeline_that_it_wrote(tmp_path):
    """A tracked timeline is no CSV, whatever was asked for."""
    write_cut(demo_clip(), tmp_path / "game.otio")
    pick = "01-The-red-jacket-arrives=0:1056,330"
    printed = good("run", tmp_path / "game.otio", "--pick", pick, "-o", tmp_path / "mine.csv")
    assert f"Wrote {tmp_path / 'mine.otio'}." in printed
    assert (tmp_path / "mine.otio").is_file() and not (tmp_path / "mine.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["clips", "none.otio"], "none.otio"),
        (["detect", "none.mp4"], "no file"),
        (["detect", "CLIP", "--frame", "500"], "frames 0 to 119"),
        (["detect", "CLIP", "--frame", "x"], "The frame 'x' is none"),
        (["detect", "CLIP", "--frame", "0:40"], "after the end"),
        (["detect", "CLIP", "--detector", "yolo"], "no detector 'yolo'; known are"),
        (["detect", "CLIP", "--detector", "player-nano:size=big"], "needs a int"),
        (["detect", "CLIP", "-o", "x.xyz"], "use .jpg or .png"),
        (["track", "CLIP", "--pick", "5", "-o", "t.csv"], "is not one of FRAME:X,Y,W,H"),
        (["track", "CLIP", "--pick", "5:#1", "--range", "9", "-o", "t.csv"], "is not START:END"),
        (["track", "CLIP", "--pick", "5s:#1", "--range", "2s:4s", "-o", "t.csv"], "lies outside"),
        (["track", "CLIP", "--pick", "5:#1", "--range", "0:900", "-o", "t.csv"], "frames 0 to 119"),
        (["track", "CLIP", "--pick", "5:#1", "--range", "10:20", "-o", "t.csv"], "before the range"),
        (["track", "CLIP", "--pick", "5:#99", "-o", "t.csv"], "no player #99"),
        (["track", "CLIP", "--pick", "5:#1", "-o", "no/such/t.csv"], "does not exist"),
        (["track", "CLIP", "--pick", "5:#1", "--tracker", "magic", "-o", "t.csv"], "no tracker 'magic'"),
        (["render", "CLIP", "--track", "none.csv", "-o", "o.mp4"], "cannot be read"),
        (
            ["render", "CLIP", "--track", "TRACK", "--range", "50:60", "-o", "o.mp4"],
            "none of which is rendered",
        ),
        (
            ["render", "CLIP", "--track", "TRACK", "--quality", "best", "-o", "o.mp4"],
            "must be one of preview",
        ),
        (
            ["render", "CLIP", "--track", "TRACK", "--indicator", "dot:colour=red", "-o", "o.mp4"],
            "no option 'colour'",
        ),
        (["run", "CUT", "--pick", "0:#1"], "CLIP=FRAME"),
        (["run", "CUT", "--pick", "01=0:#1", "--film", "CLIP"], "is the same file as"),
        (["run", "CUT", "--pick", "01=0:#1", "--film", "reel.avi"], "must end in .mp4 or .mov or .mkv"),
        (
            ["run", "CUT", "--pick", "01=0:#1", "--show", "near", "--show", "first:3"],
            "--show was given 2 times",
        ),
        (["join", "CLIP", "none.mp4", "-o", "o.mp4"], "no file"),
        (["join", "CLIP", "-o", "CLIP"], "is the same file as"),
        (["join", "CLIP", "-o", "a.mp4", "--output", "b.mp4"], "--output was given 2 times"),
        (["run", "CUT", "--pick", "02-The-man-in-jeans-walks-away=9s:#1"], "which lasts 6.00 s"),
        (["run", "CUT", "--pick", "zz=0:#1"], "has no clip 'zz'"),
    ],
)
def test_mistakes_are_sentences_and_leave_nothing_behind(tmp_path, monkeypatch, capsys, arguments, said):
    from highlight_cuts_cv.__main__ import main

    (tmp_path / "track.csv").write_text("frame,left,top,width,height,score\n1,500,300,40,90,1\n")
    write_cut(demo_clip(), tmp_path / "cut.otio")
    names = {"CLIP": demo_clip(), "TRACK": tmp_path / "track.csv", "CUT": tmp_path / "cut.otio"}
    # In this process: starting one for each mistake would take most of the suite's time.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["hccv", *[str(names.get(part, part)) for part in arguments]])
    # A console made by an earlier test writes to that test's captured stream.
    console._console.cache_clear()
    with pytest.raises(SystemExit) as stopped:
        main()
    message = " ".join(capsys.readouterr().err.split())
    assert stopped.value.code == 2
    assert said in message, message
    assert "Error: " in message and message.endswith(".") and "Traceback" not in message
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cut.otio", "track.csv"]


def test_ctrl_c_leaves_nothing_half_written(tmp_path):
    command = [sys.executable, "-m", "highlight_cuts_cv", "demo", "-o", str(tmp_path / "out")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("out/*.media/.*.part.mp4")):
        assert process.poll() is None and time.monotonic() < deadline, "the render never began"
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130, stderr
    assert "Cancelled; nothing half-written remains." in stderr
    assert not list(tmp_path.glob("**/.*")) and not list(tmp_path.glob("**/*.tracked.*[0-9o]"))


def test_the_version_is_that_of_the_package():
    import highlight_cuts_cv

    assert good("--version").strip() == f"highlight-cuts-cv {highlight_cuts_cv.__version__}"
