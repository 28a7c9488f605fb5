"""A server on the demo timeline, in this process and in one of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx2")

import httpx2 as httpx
from starlette.testclient import TestClient

from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web.app import make_app
from highlight_cuts_cv.faces.web.desk import Desk

HOST, TOKEN = "127.0.0.1:4711", "secret-of-the-test"
WHOM = ((1056.0, 330.0), (950.0, 268.0))
"""Where the player stands in the first frame of each clip of the demo."""


def write_game(folder: Path) -> Path:
    """The demo's recording and its timeline in a folder; returns the timeline."""
    shutil.copyfile(demo_clip(), folder / "game.mp4")
    return write_cut(folder / "game.mp4", folder / "game.otio")


@dataclass
class Api:
    """A client of a session, and its clips."""

    client: TestClient
    session: str

    def get(self, path: str, **options) -> httpx.Response:
        return self.client.get(path.replace("SESSION", self.session), **options)

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self.client.post(path.replace("SESSION", self.session), json=body or {})

    @property
    def clips(self) -> list[dict[str, Any]]:
        return self.get("/cv/session/SESSION/clips").json()["clips"]

    def on_clip(self, number: int, action: str, body: object = None) -> httpx.Response:
        return self.post(f"/cv/preview/SESSION/{self.clips[number]['clip_id']}/{action}", body)

    def of_clip(self, number: int, what: str, **options) -> httpx.Response:
        return self.get(f"/cv/preview/SESSION/{self.clips[number]['clip_id']}/{what}", **options)

    def marked(self, number: int) -> dict[str, Any]:
        """The clip, when what is being done for it has ended."""
        return until(
            lambda: (one := self.clips[number])["status"] != "processing" and not one["work"] and one
        )


def until(found: Callable[[], object], seconds: float = 90):
    """What *found* returns as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.05)
    raise AssertionError("that did not happen in time")


def client_of(desk: Desk, *, private: bool = False, host: str = HOST) -> TestClient:
    app = make_app(desk, {HOST}, TOKEN, private)
    return TestClient(app, base_url=f"http://{host}", headers={"x-hccv-token": TOKEN})


@pytest.fixture(scope="module")
def api(tmp_path_factory) -> Iterator[Api]:
    """A session on the demo timeline, which the tests of a module share."""
    folder = tmp_path_factory.mktemp("game")
    write_game(folder)
    with client_of(Desk(folder, Reading())) as client:
        session = client.post("/cv/session", json={"timeline": "game.otio"}).json()
        yield Api(client, session["session_id"])


@dataclass
class Server:
    """``hccv review`` in a process of its own."""

    process: subprocess.Popen[str]
    address: str

    def stop(self) -> str:
        """What it printed, after Ctrl-C."""
        self.process.send_signal(2)
        return self.process.communicate(timeout=30)[0]

    def kill(self) -> None:
        """End it as a lost power supply would."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_server(timeline: Path, *options: object, verb: str = "review") -> Server:
    command = [sys.executable, "-m", "highlight_cuts_cv", verb, timeline, "--no-browser", *options]
    process = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, line + process.communicate(timeout=10)[0]
    return Server(process, found[0])
