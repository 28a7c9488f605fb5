"""A page in WebKitGTK's MiniBrowser over WebDriver, which stands in for Safari."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

DRIVER, SCREEN = shutil.which("WebKitWebDriver"), shutil.which("xvfb-run")
BROWSER = next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))), None)


class WebKitPage:
    """The part of Playwright's page that is needed."""

    def __init__(self, address: str) -> None:
        self._address = address
        options = {"binary": str(BROWSER), "args": ["--automation"]}
        asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._session = self._send("POST", "/session", asked)["sessionId"]
        self._send("POST", f"/session/{self._session}/timeouts", {"script": 600_000})

    def goto(self, address: str) -> None:
        self._send("POST", f"/session/{self._session}/url", {"url": address})

    def evaluate(self, script: str, argument: Any = None) -> Any:
        """What an expression gives, or a function of *argument*."""
        called = script if argument is None else f"({script})({json.dumps(argument)})"
        body = (
            "const done = arguments[0];"
            f"(async () => ({{ value: (await ({called})) ?? null }}))()"
            ".then(done, (error) => done({ error: String(error) }));"
        )
        answer = self._send("POST", f"/session/{self._session}/execute/async", {"script": body, "args": []})
        assert "error" not in answer, answer
        return answer["value"]

    def wait_for_timeout(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)

    def close(self) -> None:
        with suppress(OSError):
            self._send("DELETE", f"/session/{self._session}")

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            self._address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()[:500]) from None


@contextmanager
def webkit_page() -> Iterator[WebKitPage]:
    """A page.  Skips where there is no WebKitGTK with its driver."""
    if DRIVER is None or SCREEN is None or BROWSER is None:
        pytest.skip("there is no WebKitGTK with WebKitWebDriver, MiniBrowser and xvfb-run")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen(
        [SCREEN, "-a", DRIVER, f"--port={port}"],
        env={**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 60
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert time.monotonic() < end, "WebKitWebDriver does not answer"
            time.sleep(0.1)
        page = WebKitPage(f"http://127.0.0.1:{port}")
        yield page
        page.close()
    finally:
        os.killpg(driver.pid, signal.SIGTERM)
        driver.wait(60)
