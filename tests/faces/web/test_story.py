"""The whole story in a real browser, on the demo: two clicks a clip, corrections, the films, and coming back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from highlight_cuts_cv.media import probe

from .browser import PLAYING, STILL, chromium_page, person_at, until
from .conftest import WHOM, Server, start_server, write_game

WIDTH, HEIGHT = 1152, 648
CROSSED = (0.53, 0.26)
"""Where somebody stands, in shares of the second clip's first picture, who is crossed later."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("story")
    write_game(folder)
    return folder


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with chromium_page() as page:
        yield page


@pytest.fixture(scope="module")
def server(page, folder) -> Iterator[Server]:
    server = start_server(folder / "game.otio")
    yield server
    server.kill()


def status(page: Any) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('.clip')].map((one) => one.dataset.status)")


def marked_pixels(page: Any) -> int:
    """How many of the picture's pixels on screen have the dot's colour, which nothing else in it has."""
    return page.evaluate(
        """() => {
            const canvas = document.querySelector("#canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4)
                if (data[i] > 225 && data[i + 1] < 60 && data[i + 2] > 225) count++;
            return count;
        }"""
    )


def marked_height(page: Any) -> float:
    """How high the stretch of pixels near that colour is, which thin lines have mixed, as a share of the picture."""
    return page.evaluate(
        """() => {
            const canvas = document.querySelector("#canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const rows = [];
            for (let i = 0; i < data.length; i += 4)
                if (Math.min(data[i], data[i + 2]) - data[i + 1] > 70) rows.push(Math.floor(i / 4 / canvas.width));
            return rows.length ? (rows.at(-1) - rows[0] + 1) / canvas.height : 0;
        }"""
    )


def until_height(page: Any, low: float, high: float) -> None:
    end = time.monotonic() + 180
    while not low < marked_height(page) < high:
        assert time.monotonic() < end, marked_height(page)
        page.wait_for_timeout(50)


def test_the_page_opens_on_the_first_clip_with_people_to_click(page, server):
    page.goto(server.address)
    page.wait_for_selector(".person", timeout=60_000)
    assert status(page) == ["pending", "pending"]
    assert "Click on the player" in page.text_content("#ask")
    assert page.title().startswith("game.otio ")


def test_what_is_typed_stays_when_the_answer_to_another_change_comes(page, server):
    held: list[Any] = []
    page.route("**/look", lambda route: held.append(route))
    page.fill("[data-field=Color]", "#00ff00")  # a colour is chosen at once
    while not held:
        page.wait_for_timeout(10)
    page.fill("[data-field=Size]", "3")
    with page.expect_response("**/look"):
        held.pop().continue_()
    page.wait_for_timeout(300)
    page.unroute("**/look")
    assert page.input_value("[data-field=Size]") == "3"
    with page.expect_response("**/look") as answer:
        page.keyboard.press("Tab")
    assert answer.value.json()["look"]["indicator"]["options"] == {"color": "#00ff00", "size": 3}
    until(page, "document.querySelector('[data-field=Color]').value === '#00ff00'")
    assert page.input_value("[data-field=Size]") == "3"


def test_a_click_makes_the_clip_play_with_the_marker(page, server):
    page.fill("[data-field=Color]", "#ff00ff")
    page.locator("[data-field=Color]").dispatch_event("change")
    page.fill("[data-field=Size]", "2.5")
    page.keyboard.press("Tab")
    until(page, "document.querySelector('[data-field=Size]').value === '2.5'")
    assert marked_pixels(page) == 0
    person_at(page, WHOM[0][0] / WIDTH, WHOM[0][1] / HEIGHT).click()
    until(page, PLAYING)
    assert marked_pixels(page) > 20
    until(page, STILL)
    assert status(page)[0] == "completed"


def test_one_key_approves_and_opens_the_next_clip(page, server):
    page.keyboard.press("a")
    until(page, "document.querySelectorAll('.clip')[1].getAttribute('aria-current') === 'true'")
    until(page, "document.querySelectorAll('.clip')[0].dataset.status === 'approved'")


def picks(page: Any, count: int) -> None:
    """Wait until the clip has so many picks and all that follows from them is done."""
    until(page, f"document.querySelectorAll('#picks li:not(.faint)').length === {count}")
    until(page, "document.querySelectorAll('.clip')[1].dataset.status !== 'processing'")


def doubted(page: Any, frame: int) -> bool:
    """Whether a frame of the second clip is in doubt."""
    return page.evaluate(
        """async (frame) => {
            const session = document.querySelector("meta[name=hccv-session]").content;
            const { clips } = await (await fetch(`/cv/session/${session}/clips`)).json();
            return clips[1].doubts.some(({ start, stop }) => start <= frame && frame < stop);
        }""",
        frame,
    )


def test_the_same_player_is_proposed_in_the_next_clip_and_taken_by_a_key(page, server):
    until(page, "document.querySelector('.candidate.first canvas') !== null")
    assert page.locator(".chance").first.text_content().endswith("%")
    picks(page, 0)  # nobody is picked before the user says so
    page.keyboard.press("Enter")
    picks(page, 1)
    until(page, PLAYING)
    until(page, STILL)
    page.keyboard.press("z")
    picks(page, 0)
    page.keyboard.press("Home")
    page.click("#next-doubt")  # asks once more
    until(page, "document.querySelectorAll('.candidate.first').length === 1")
    page.keyboard.press("0")  # it is somebody else
    until(page, "document.querySelector('#settle').hidden")
    until(page, "document.querySelectorAll('.person').length > 2")


def test_a_doubt_is_settled_by_a_number(page, server):
    person_at(page, *CROSSED).click()
    picks(page, 1)
    until(page, "!document.querySelector('#next-doubt').disabled")
    page.keyboard.press("d")
    until(page, "document.querySelectorAll('.candidate canvas').length > 1")
    frame = int(page.text_content("#clock").rpartition(" ")[2])
    assert doubted(page, frame)
    page.keyboard.press("1")
    picks(page, 2)
    end = time.monotonic() + 180
    while doubted(page, frame):
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def test_undo_takes_picks_back_one_by_one_and_redo_does_them_again(page, server):
    page.keyboard.press("z")
    picks(page, 1)
    page.keyboard.press("Shift+Z")
    picks(page, 2)
    page.keyboard.press("z")
    page.keyboard.press("z")
    picks(page, 0)
    page.keyboard.press("Home")


def test_a_click_on_the_right_one_and_not_there_afterwards(page, server):
    person_at(page, WHOM[1][0] / WIDTH, WHOM[1][1] / HEIGHT).click()
    picks(page, 1)
    until(page, PLAYING)
    until(page, STILL)
    page.keyboard.press("0")  # not in this picture, the last one
    picks(page, 2)
    page.keyboard.press("z")
    picks(page, 1)


def test_the_keys_step_frame_by_frame_and_second_by_second(page, server):
    page.locator("#strip").focus()
    for key, frame in (
        ("Home", 0),
        ("ArrowRight", 1),
        ("Shift+ArrowRight", 11),
        ("ArrowLeft", 10),
        ("End", 59),
    ):
        page.keyboard.press(key)
        until(page, f"document.querySelector('#clock').textContent.endsWith('·  {frame}')")


def test_another_marker_is_seen_at_once(page, server):
    page.keyboard.press("Home")  # where the pick is, no marker is faded
    until_height(page, 0.01, 0.08)
    page.select_option("select[data-field=Marker]", "box")
    until_height(page, 0.3, 0.8)
    page.select_option("select[data-field=Marker]", "dot")
    until_height(page, 0.01, 0.08)


def test_an_intro_stands_still_before_the_clip_plays_on(page, server):
    intro = "select[data-field='Intro (a still picture)']"
    page.keyboard.press("Home")
    with page.expect_response("**/marker"):
        page.select_option(intro, "1")
    page.locator("#strip").focus()
    page.keyboard.press("Space")
    until(page, PLAYING)
    began = time.monotonic()
    until(page, "!document.querySelector('#clock').textContent.endsWith('·  0')")
    assert time.monotonic() - began > 0.9  # a frame of this clip lasts 0.1 s
    page.keyboard.press("Space")
    page.select_option("select[data-field=Style]", "recruiting")
    until(page, "document.querySelector('select[data-field=Shows]').value === 'first:3'")
    assert page.input_value(intro) == "1"
    page.select_option("select[data-field=Style]", "")
    until(page, f"document.querySelector(\"{intro}\").value === ''")
    assert page.input_value("select[data-field=Shows]") == ""


def test_a_second_tab_sees_the_same_and_follows(page, server):
    tab = page.context.new_page()
    tab.goto(server.address)
    until(tab, "document.querySelectorAll('.clip')[0]?.dataset.status === 'approved'")
    page.keyboard.press("a")
    until(tab, "document.querySelectorAll('.clip')[1].dataset.status === 'approved'")
    tab.close()


def test_the_films_are_made_while_the_page_is_reloaded(page, server, tmp_path):
    page.click("#finish-open")
    page.click("#finish-start")
    until(page, "document.querySelectorAll('.finish-row').length === 2")
    page.reload()
    until(page, "document.querySelectorAll('.clip').length === 2")
    page.click("#finish-open")
    until(page, "document.querySelectorAll('#downloads a').length === 4", 120)
    with page.expect_download() as download:
        page.click("#downloads a >> nth=0")
    download.value.save_as(tmp_path / "film.mp4")
    assert probe(tmp_path / "film.mp4").frame_count == 100
    page.keyboard.press("Escape")


def test_a_server_that_was_killed_goes_on_where_it_was(page, server, folder):
    port = server.address.rstrip("/").rpartition(":")[2]
    server.kill()
    until(page, "document.body.classList.contains('offline')")
    again = start_server(folder / "game.otio", "--port", port)
    try:
        until(page, "!document.body.classList.contains('offline')")
        until(page, "document.querySelectorAll('.clip')[1]?.dataset.status === 'approved'")
        page.keyboard.press("z")  # with the new server's token
        until(page, "document.querySelectorAll('.clip').length === 2")
    finally:
        assert "Traceback" not in again.stop()
