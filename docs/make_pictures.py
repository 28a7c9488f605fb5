"""Draws the pictures of the README and the documentation from the demo clip."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from highlight_cuts_cv.faces.demo import demo_clip, run_demo, write_cut
from highlight_cuts_cv.media import clip_of, open_frames, probe

HERE = Path(__file__).parent / "pictures"
INDICATORS = (
    "dot",
    "arrow",
    "label:text=Sam 7",
    "name-tag:text=Sam,number=7",
    "ring",
    "glow",
    "box",
    "spotlight",
)


def reel() -> None:
    """Three moments of the demo's film side by side."""
    with tempfile.TemporaryDirectory() as folder:
        film = run_demo(Path(folder)).film
        clip = clip_of(probe(film))
        with open_frames(clip) as frames:
            moments = [frames[index].bgr[0:480, 420:1152] for index in (4, 24, 50)]
    cv2.imwrite(str(HERE / "reel.jpg"), np.hstack(moments), [cv2.IMWRITE_JPEG_QUALITY, 88])


def players() -> None:
    """The sheet from which players are picked, of four clips."""
    from highlight_cuts_cv.faces.cli.detect import detect
    from highlight_cuts_cv.faces.demo import demo_clip

    rows: dict[str, tuple[float, float]] = {
        "goal": (0.5, 2),
        "assist": (3, 4.5),
        "save": (6, 7.5),
        "run": (9, 10.5),
    }
    with tempfile.TemporaryDirectory() as folder:
        reel, sheet = Path(folder) / "reel.csv", Path(folder) / "players.png"
        lines = [f"{demo_clip()},{start},{stop},{note}" for note, (start, stop) in rows.items()]
        reel.write_text("\n".join(["videoName,startTime,stopTime,notes", *lines]))
        detect(reel, output=sheet)
        picture = cv2.imread(str(sheet))
    assert picture is not None
    small = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(HERE / "players.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 80])


def vertical() -> None:
    """A title card and four moments of a vertical film."""
    from highlight_cuts_cv import concat_tracked_clips, render_indicator, track_player

    with tempfile.TemporaryDirectory() as folder:
        path = track_player(demo_clip(), (1056, 330), frame_index=20, frames="20:90")
        film = render_indicator(demo_clip(), path, f"{folder}/walk.mp4", "final", shape="vertical")
        title = ["Sam Miller", "No 7, FC Example, 2026"]
        joined = concat_tracked_clips([film], f"{folder}/film.mp4", title=title)
        with open_frames(clip_of(probe(joined))) as frames:
            moments = [frames[index].bgr for index in (10, 22, 40, 60, 85)]
    cells = [
        cv2.copyMakeBorder(moment, 0, 0, 0, 12, cv2.BORDER_CONSTANT, value=(255, 255, 255))
        for moment in moments
    ]
    small = cv2.resize(np.hstack(cells)[:, :-12], None, fx=0.55, fy=0.55, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(HERE / "vertical.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 85])


def indicators() -> None:
    """Every indicator on one player of one frame."""
    from highlight_cuts_cv.jobs.clip import detect_frame, video_clip
    from highlight_cuts_cv.jobs.export import export
    from highlight_cuts_cv.jobs.setup import Setup, parse_choice
    from highlight_cuts_cv.model import State, Track

    frame, found = detect_frame(demo_clip(), 60, parse_choice("player-nano"))
    del frame
    box = found.xyxy[0]
    clip = video_clip(demo_clip(), "58:62")
    track = Track(np.tile(box, (4, 1)), np.ones(4, np.float32), np.full(4, State.OBSERVED, np.uint8))
    x, y = int((box[0] + box[2]) / 2), int(box[1] - 40)
    cells: list[np.ndarray] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in INDICATORS:
            setup = Setup(indicator=parse_choice(name), exporter=parse_choice("burn:quality=final"))
            film = export(clip, track, Path(folder) / f"{len(cells)}.mp4", setup)
            with open_frames(clip_of(probe(film))) as frames:
                cells.append(frames[2].bgr[y : y + 220, x - 110 : x + 110])
    rows = [np.hstack(cells[:4]), np.hstack(cells[4:])]
    cv2.imwrite(str(HERE / "indicators.png"), np.vstack(rows))


def review() -> None:
    """The review page with a doubt that is about to be settled.  Needs Chromium and the extra ``dev``."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        shutil.copyfile(demo_clip(), Path(folder) / "game.mp4")
        timeline = write_cut(Path(folder) / "game.mp4", Path(folder) / "game.otio")
        server = subprocess.Popen(
            [sys.executable, "-m", "highlight_cuts_cv", "review", timeline, "--no-browser"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(address)
        page.wait_for_selector(".person")
        page.keyboard.press("2")
        page.wait_for_selector(".clip[data-status=completed]", timeout=60_000)
        page.wait_for_timeout(6000)
        page.keyboard.press("d")
        page.wait_for_selector(".candidate canvas")
        page.wait_for_timeout(1500)
        page.screenshot(path=HERE / "review.jpg", type="jpeg", quality=85)
        browser.close()
        server.terminate()
        server.wait()


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    reel()
    players()
    vertical()
    indicators()
    review()
