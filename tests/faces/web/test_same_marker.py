"""What the page shows is what is rendered: the marker's pixels of the page against those of the film."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.web.marker import marker_data
from highlight_cuts_cv.jobs.analyse import shown_frames
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.draw import draw
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Choice, Setup
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.model import State, Track
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.rendering.kit import PyAvKit

from .browser import chromium_page
from .conftest import start_server, write_game

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


def difference(a: np.ndarray, b: np.ndarray, area: np.ndarray) -> float:
    """Mean levels between two BGR pictures in an area, as far as a film has colour: brightness pixel by pixel,
    colour for each eight by eight."""
    levels = []
    for part, side in ((0, 1), (1, 8), (2, 8)):
        one, other = (cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)[..., part] for picture in (a, b))
        one, other = (cv2.blur(plane.astype(np.float32), (side, side)) for plane in (one, other))
        levels.append(np.abs(one - other)[area].mean())
    return float(np.mean(levels))


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("game")
    with chromium_page() as page:
        server = start_server(write_game(folder))
        page.goto(server.address)
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
    # Without loss, so that nothing but the marker is compared.
    setup = Setup(
        indicator=Choice(name, OPTIONS.get(name, {})), exporter=Choice("burn", {"quality": "final"})
    )
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
            png = cv2.imencode(".png", below)[1].tobytes()
            answer = page.evaluate(DRAW, [base64.b64encode(png).decode(), data, place])
            shown = cv2.imdecode(np.frombuffer(base64.b64decode(answer), np.uint8), cv2.IMREAD_COLOR)
            assert shown is not None
            area = cv2.dilate(cv2.absdiff(shown, below).max(axis=2), np.ones((5, 5))) > 8
            assert area.sum() > 50, "the marker is on the page"
            away = difference(shown, expected, area)
            without = difference(below, expected, area)
            assert away < 3, f"{name}: {away:.2f} levels in {area.sum()} pixels"
            assert without > 2 * away, "the film has it, too"
