"""What the page shows is what is rendered: the marker's pixels of the page against those of the film."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.web.marker import marker_data
from highlight_cuts_cv.faces.web.studio import _jpeg
from highlight_cuts_cv.jobs.analyse import shown_frames
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.draw import draw
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Choice, Setup
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.model import State, Track
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.rendering.kit import PyAvKit
from highlight_cuts_cv.rendering.still import marked_picture

from .browser import PLAYING, STILL, chromium_page, person_at, until
from .conftest import WHOM, start_server, write_game

FRAMES = (1,)
OPTIONS: dict[str, dict[str, object]] = {
    "label": {"text": "Sam 7"},
    "name-tag": {"text": "Sam", "number": "7"},
}

# Draws the marker of a place over a picture with the page's own module, and gives the pixels.
DRAW = """async ([picture, data, place]) => {
    const { Marker } = await import("/static/marker.js");
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const marker = await Marker.of(JSON.parse(data));
    const below = await createImageBitmap(new Blob([bytes(picture)], { type: "image/png" }));
    const canvas = document.createElement("canvas");
    canvas.width = below.width;
    canvas.height = below.height;
    const context = canvas.getContext("2d", { alpha: false });
    context.drawImage(below, 0, 0);
    marker.draw(context, place);
    return canvas.toDataURL("image/png").split(",")[1];
}"""


def brightness(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(H, W) levels between two BGR pictures in brightness alone: a film's colours are half as fine, a page's are not."""
    one, other = (cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)[..., 0].astype(np.float32) for picture in (a, b))
    return np.abs(one - other)


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("game")
    with chromium_page() as page:
        server = start_server(write_game(folder))
        page.goto(server.address)
        page.folder = folder
        yield page
        server.kill()


@pytest.fixture(scope="module")
def followed():
    clip = video_clip(demo_clip(), "20:23")
    boxes = np.array([[1023.3 - 2.7 * i, 245.2, 1085.1 - 2.7 * i, 406.4] for i in range(3)], np.float32)
    with workbench(clip, Setup()) as bench:
        yield bench, Track(boxes, np.ones(3, np.float32), np.full(3, State.OBSERVED, np.uint8))


@pytest.mark.parametrize("name", get_registry().indicators.names())
def test_the_pages_marker_is_the_films(page, followed, name, tmp_path):
    bench, track = followed
    clip = bench.clip
    setup = Setup(indicator=Choice(name, OPTIONS.get(name, {})))
    sprites = draw(bench, track, setup)
    data = marker_data(sprites, clip, shown_frames(clip)).decode()
    film = tmp_path / "film.mp4"
    kit = PyAvKit()
    # Encoded without loss, so that nothing but the marker is compared.
    with kit.open_writer(film, clip, EncodeSettings(options={"preset": "ultrafast", "qp": "0"})) as writer:
        for frame in kit.raw_frames(clip):
            kit.composite(frame, sprites)
            writer.write(frame)
    with open_frames(clip) as plain, open_frames(clip_of(probe(film))) as marked:
        for place in FRAMES:
            below, expected = plain[place].bgr, marked[place].bgr
            area = cv2.dilate(cv2.absdiff(expected, below).max(axis=2), np.ones((5, 5))) > 8
            assert area.sum() > 50, "the film has the marker"
            without = cv2.absdiff(below, expected)[area].mean()

            # Standing still: what the films are rendered by draws the page's picture, too.
            still = marked_picture(clip, place, sprites)
            assert still is not None
            away = cv2.absdiff(still, expected)[area].mean()
            seen = picture_of(_jpeg(still, None, 95))
            levels = cv2.absdiff(seen, expected)[area].mean()
            assert away == 0, f"{name}: {away:.2f} levels in {area.sum()} pixels"
            assert levels < 3, f"{name}: {levels:.2f} levels in {area.sum()} pixels as the page is sent it"
            assert without > 4 * levels

            # Playing: sprites over the film, on a screen whose colours are as fine as its brightness.
            png = base64.b64encode(cv2.imencode(".png", below)[1].tobytes()).decode()
            shown = picture_of(base64.b64decode(page.evaluate(DRAW, [png, data, place])))
            playing = brightness(shown, expected)[area].mean()
            assert playing < 3, f"{name}: {playing:.2f} levels of brightness in {area.sum()} pixels"
            assert brightness(below, expected)[area].mean() > 2 * playing


def picture_of(data: bytes) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def test_a_page_that_stands_still_shows_the_renders_own_picture(page, tmp_path):
    """The pixels on the canvas are those of the film's frame at the screen's size."""
    person_at(page, WHOM[0][0] / 1152, WHOM[0][1] / 648).click()
    until(page, PLAYING)
    until(page, STILL)
    with page.expect_response("**/cv/still/**/7?**") as answer:
        page.keyboard.press("Home")
        for _ in range(7):
            page.keyboard.press("ArrowRight")
    width = int(answer.value.url.rpartition("=")[2])
    page.wait_for_timeout(300)
    shown = picture_of(
        base64.b64decode(
            page.evaluate("document.querySelector('#canvas').toDataURL('image/png').split(',')[1]")
        )
    )
    assert answer.value.status == 200
    again = """async (address) => {
        const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
        return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
    }"""
    sent = picture_of(base64.b64decode(page.evaluate(again, answer.value.url)))
    assert shown.shape[1] == width and shown.shape == sent.shape
    assert cv2.absdiff(shown, sent).mean() < 1
    with page.expect_response("**/finalize-all"):
        page.keyboard.press("a")
        until(page, "document.querySelectorAll('.clip')[0].dataset.status === 'approved'")
        page.click("#finish-open")
        page.select_option("#quality", "final")
        page.click("#finish-start")
    (film,) = until(page, "document.querySelectorAll('#downloads a').length > 1", 120) and sorted(
        Path(page.folder).rglob("*.tracked.mp4")
    )
    with open_frames(clip_of(probe(film))) as frames:
        whole = frames[7].bgr
    expected = cv2.resize(whole, (shown.shape[1], shown.shape[0]), interpolation=cv2.INTER_AREA)
    dot = cv2.inRange(expected, np.array([0, 180, 180]), np.array([90, 255, 255])) > 0
    area = cv2.dilate(dot.astype(np.uint8), np.ones((5, 5))) > 0
    assert dot.sum() > 20
    assert cv2.absdiff(shown, expected)[area].mean() < 3
