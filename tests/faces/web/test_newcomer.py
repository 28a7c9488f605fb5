"""A newcomer with a recording and a spreadsheet of four times: one command and two clicks a clip."""

from __future__ import annotations

import shutil

import opentimelineio as otio

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.media import probe

from .browser import chromium_page, until
from .conftest import start_server

ROWS = ((2.0, 3.0), (3.5, 4.5), (6.0, 7.0), (8.0, 9.0))


def test_one_command_and_two_clicks_a_clip(tmp_path):
    shutil.copyfile(demo_clip(), tmp_path / "game.mp4")
    lines = ["videoName,startTime,stopTime,notes"]
    lines += [
        f"game.mp4,{start},{stop},moment {number}" for number, (start, stop) in enumerate(ROWS, start=1)
    ]
    (tmp_path / "reel.csv").write_text("\n".join(lines) + "\n")
    clicks = 0
    with chromium_page() as page:
        server = start_server(tmp_path / "reel.csv")
        page.goto(server.address)
        for number in range(len(ROWS)):
            until(
                page, f"document.querySelectorAll('.clip')[{number}]?.getAttribute('aria-current') === 'true'"
            )
            page.wait_for_selector(".person", timeout=60_000)
            page.locator(".person").last.click()
            until(page, f"document.querySelectorAll('.clip')[{number}].dataset.status === 'completed'")
            page.click("#approve")
            clicks += 2
        until(page, "document.querySelectorAll('.clip[data-status=approved]').length === 4")
        page.click("#finish-open")
        page.click("#finish-start")
        until(page, "document.querySelectorAll('#downloads a').length >= 6", 120)
        server.kill()
    assert clicks == 2 * len(ROWS)
    assert probe(tmp_path / "reel.film.mp4").frame_count == 40
    marked = otio.adapters.read_from_file(str(tmp_path / "reel.tracked.otio"))
    assert len([clip for clip in marked.find_clips() if ".tracked." in clip.media_reference.target_url]) == 4


def test_a_spreadsheet_is_uploaded_and_open_again_after_a_reload(tmp_path):
    games = tmp_path / "games"
    games.mkdir()
    shutil.copyfile(demo_clip(), games / "game.mp4")
    sheet = tmp_path / "my reel.csv"
    sheet.write_text("videoName,startTime,stopTime\ngame.mp4,2,3\ngame.mp4,4,5\n")
    with chromium_page() as page:
        server = start_server(games, verb="pick")
        page.goto(server.address)
        until(page, "document.querySelector('#open').open")
        page.set_input_files("#upload", sheet)
        until(page, "document.querySelectorAll('.clip').length === 2")
        page.reload()
        until(page, "document.querySelectorAll('.clip').length === 2")
        assert page.title().startswith("my-reel.csv")
        server.kill()
    assert (games / "my-reel.csv").read_text() == sheet.read_text()
