"""A clip whose recording goes away: the page says so in a sentence, the others are done, and trying again works."""

from __future__ import annotations

import shutil

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.media import probe

from .browser import chromium_page, until
from .conftest import start_server

ROWS = ["game.mp4,2,3,first", "lost.mp4,2,3,second", "game.mp4,5,6,third"]


def test_a_recording_that_goes_away_costs_its_clip_alone(tmp_path):
    for name in ("game.mp4", "lost.mp4"):
        shutil.copyfile(demo_clip(), tmp_path / name)
    (tmp_path / "reel.csv").write_text("\n".join(["videoName,startTime,stopTime,notes", *ROWS]) + "\n")
    server = start_server(tmp_path / "reel.csv")
    try:
        with chromium_page() as page:
            page.goto(server.address)
            for number in range(len(ROWS)):
                until(
                    page,
                    f"document.querySelectorAll('.clip')[{number}]?.getAttribute('aria-current') === 'true'",
                )
                page.wait_for_selector(".person", timeout=60_000)
                page.locator(".person").last.click()
                until(page, f"document.querySelectorAll('.clip')[{number}].dataset.status === 'completed'")
                page.click("#approve")
            until(page, "document.querySelectorAll('.clip[data-status=approved]').length === 3")
            (tmp_path / "lost.mp4").rename(tmp_path / "elsewhere.mp4")
            page.click("#finish-open")
            page.click("#finish-start")
            until(page, "document.querySelector('#finish-note').classList.contains('bad')")
            rows = page.locator(".finish-row").all_text_contents()
            assert "done" in rows[0] and "lost.mp4" in rows[1] and "done" in rows[2], rows
            assert "the others are done" in page.text_content("#finish-note")
            assert probe(tmp_path / "reel.film.mp4").frame_count == 20
            page.screenshot(path=tmp_path / "failed.png")
            (tmp_path / "elsewhere.mp4").rename(tmp_path / "lost.mp4")
            page.click("#finish-start")
            until(page, "document.querySelector('#finish-note').textContent.startsWith('Done.')")
            assert probe(tmp_path / "reel.film.mp4").frame_count == 30
    finally:
        assert "Traceback" not in server.stop()
