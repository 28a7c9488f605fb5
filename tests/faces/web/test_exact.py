"""No frame is ever on screen with the marker of another: random seeks and playing, in a real browser.

The recordings' pictures carry their number, and so does the marker; both are read from the screen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from highlight_cuts_cv.media import probe
from highlight_cuts_cv.testing.synthetic import make_counting_clip

from .browser import chromium_page, until
from .conftest import start_server
from .firefox import firefox_page
from .webkit import webkit_page

SEEKS = int(os.environ.get("HCCV_SEEKS", "16"))
"""Of each recording; 200 make a thousand."""
PLAYS = int(os.environ.get("HCCV_PLAYS", "1"))
"""Of each recording, which takes three seconds."""
BROWSERS: dict[str, Any] = {"Chromium": chromium_page, "Firefox": firefox_page, "WebKitGTK": webkit_page}
FRAMES = 100
UNEVEN = [Fraction(i, 30) + Fraction(i % 5, 200) + Fraction(i // 20, 3) for i in range(FRAMES)]
RECORDINGS: dict[str, dict[str, Any]] = {
    "25": {"rate": Fraction(25)},
    "29.97": {"rate": Fraction(30000, 1001)},
    "59.94": {"rate": Fraction(60000, 1001)},
    "uneven": {"rate": Fraction(30), "times": UNEVEN},
    "turned": {"rate": Fraction(25), "rotation": 90, "size": (96, 192)},
}

# A player of the page's own kind, whose marker writes the place's frame into the picture's lowest twelfth, and a
# reader that looks at what is on the screen at every refresh.
SETUP = """async ([session, clip]) => {
    const { Player } = await import("/static/player.js");
    const { Film } = await import("/static/film.js");
    const base = `/cv/preview/${session}/${clip}/`;
    const { frames, times } = await (await fetch(base + "frames")).json();
    const box = document.createElement("div");
    box.style = "position: fixed; left: 0; top: 0; width: 360px; height: 240px; z-index: 99; background: black";
    box.append(document.createElement("canvas"));
    box.firstChild.style = "position: absolute; width: 360px; height: 240px";
    document.body.append(box);
    const state = { drawn: 0, wrong: [], shown: new Set(), frames, first: FIRST };
    const player = new Player(box.firstChild, () => state.drawn++, () => {});
    SOURCE
    player.show({ width: 180, height: 120, times, pictures });
    player.film = film;
    const bits = 16;
    player.setMarker({
        draw(context, place) {
            for (let bit = 0; bit < bits; bit++) {
                context.fillStyle = (frames[place] >> bit) & 1 ? "#ff00ff" : "#000000";
                context.fillRect((bit * 180) / bits, 110, 180 / bits + 1, 10);
            }
        },
    });
    const reader = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    function look() {
        const { canvas } = player;
        if (state.drawn && canvas.width) {
            reader.canvas.width = 36;
            reader.canvas.height = 24;
            reader.drawImage(canvas, 0, 0, 36, 24);
            const { data } = reader.getImageData(0, 0, 36, 24);
            const level = (x, y) => data[4 * (36 * y + x)] + data[4 * (36 * y + x) + 1] + data[4 * (36 * y + x) + 2];
            let picture = 0;
            for (let bit = 0; bit < bits; bit++) {
                const column = (bit + 1) % 6;
                const row = Math.floor((bit + 1) / 6);
                if (level(column * 6 + 3, [3, 11, 18][row]) > 380) picture |= 1 << bit;
            }
            let marker = 0;
            for (let bit = 0; bit < bits; bit++)
                if (level(Math.floor(((bit + 0.5) * 36) / bits), 23) > 250) marker |= 1 << bit;
            state.shown.add(marker);
            if (picture !== marker + state.first) state.wrong.push([picture, marker]);
        }
        requestAnimationFrame(look);
    }
    requestAnimationFrame(look);
    window.test = { player, state };
    return frames.length;
}"""
# Where pictures come from: the film, decoded in the page, or the server, where a browser cannot do that.
SOURCES = {
    "film": """const film = await Film.open(base);
    const pictures = { peek: () => null, picture: async () => null, ahead() {} };""",
    "pictures": """const { Pictures } = await import("/static/film.js");
    const film = null;
    const pictures = new Pictures((place) => `/cv/picture/${session}/${clip}/${frames[place]}?width=360`);""",
}


def setup(source: str, first: int = 0) -> str:
    """The script; the reader takes the markers for *first* frames later than they are."""
    return SETUP.replace("SOURCE", SOURCES[source]).replace("FIRST", str(first))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("counting")
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for name, options in RECORDINGS.items():
        path = make_counting_clip(folder / f"{name}.mp4", FRAMES, **{"size": (192, 96), **options})
        rate = float(probe(path).rate)
        track.append(
            otio.schema.Clip(
                name=name,
                media_reference=otio.schema.ExternalReference(target_url=str(path)),
                source_range=otio.opentime.TimeRange(
                    otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(FRAMES - 2, rate)
                ),
            )
        )
    timeline = otio.schema.Timeline(name="Counting")
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(folder / "counting.otio"))
    return folder


@pytest.fixture(scope="module", params=BROWSERS)
def page(folder, request) -> Iterator[Any]:
    with BROWSERS[request.param]() as page:
        server = start_server(folder / "counting.otio")
        page.goto(server.address)
        until(page, f"document.querySelectorAll('.clip').length === {len(RECORDINGS)}")
        yield page
        server.kill()


def clip_called(page: Any, name: str) -> list[str]:
    """The session and the clip of that name, when its film is there."""
    return until(
        page,
        f"""(async () => {{
            const session = document.querySelector("meta[name=hccv-session]").content;
            const {{ clips }} = await (await fetch(`/cv/session/${{session}}/clips`)).json();
            const clip = clips.find((one) => one.name === "{name}" && one.film && one.analysed);
            return clip && [session, clip.clip_id];
        }})()""",
    )


@pytest.mark.parametrize(
    ("name", "source"),
    [*((name, "film") for name in RECORDINGS), ("29.97", "pictures"), ("turned", "pictures")],
)
def test_the_marker_on_screen_is_that_of_the_frame_on_screen(page, name, source):
    count = page.evaluate(setup(source), clip_called(page, name))
    assert count >= FRAMES / 2 - 2
    page.evaluate(
        """async ([seeks]) => {
            const { player, state } = window.test;
            let seed = 7;
            for (let number = 0; number < seeks; number++) {
                seed = (seed * 48271) % 2147483647;
                await player.seek(seed % state.frames.length);
                if (player.place !== seed % state.frames.length) state.wrong.push(["seek", player.place]);
                if (number % 3) await new Promise(requestAnimationFrame);
            }
        }""",
        [SEEKS],
    )
    sought = len(page.evaluate("[...window.test.state.shown]"))
    assert sought > min(count, SEEKS) / 4
    for _ in range(PLAYS):
        page.evaluate("(async () => { await window.test.player.seek(0); window.test.player.play(); })()")
        until(page, "!window.test.player.playing")
        assert page.evaluate("window.test.player.place") == count - 1
    wrong = page.evaluate("window.test.state.wrong")
    assert not wrong, f"{len(wrong)} pictures with another one's marker, as {wrong[:5]}"
    assert page.evaluate("window.test.state.drawn") > SEEKS / 2
    # How many of its frames are seen while it plays depends on the machine; by seeking alone there were SEEKS at most.
    assert len(page.evaluate("[...window.test.state.shown]")) > sought or sought == count
    page.evaluate("document.querySelector('div[style*=fixed]').remove()")


def test_the_reader_would_see_a_marker_of_another_frame(page):
    """Turned round: a marker that is one frame late is found."""
    page.evaluate(setup("film", 1), clip_called(page, "25"))
    page.evaluate(
        "(async () => { for (const place of [3, 40, 20]) await window.test.player.seek(place); })()"
    )
    until(page, "window.test.state.wrong.length > 0", 60)
