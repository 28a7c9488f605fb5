"""A page in Debian's Firefox over WebDriver BiDi, with what the tests ask of a page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


class Page:
    """The part of Playwright's page that is needed, over a BiDi connection."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._number = socket, 0
        self._send("session.new", {"capabilities": {}})
        (tree,) = self._send("browsingContext.getTree", {})["contexts"]
        self._context = tree["context"]

    def goto(self, address: str) -> None:
        self._send("browsingContext.navigate", {"context": self._context, "url": address, "wait": "complete"})

    def evaluate(self, script: str, argument: Any = None) -> Any:
        """What an expression gives, or a function of *argument*; by way of JSON."""
        called = script if argument is None else f"({script})({json.dumps(argument)})"
        expression = f"(async () => JSON.stringify((await ({called})) ?? null))()"
        answer = self._send(
            "script.evaluate",
            {"expression": expression, "target": {"context": self._context}, "awaitPromise": True},
        )
        assert answer["type"] == "success", answer.get("exceptionDetails", {}).get("text")
        return json.loads(answer["result"]["value"])

    def wait_for_timeout(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)

    def _send(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=120))
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return dict(answer["result"])


@contextmanager
def firefox_page() -> Iterator[Page]:
    """A page.  Skips where there is no Firefox."""
    client = pytest.importorskip("websockets.sync.client")
    if FIREFOX is None:
        pytest.skip("there is no Firefox")
    # Firefox writes to its profile until the very end.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [FIREFOX, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert browser.stderr is not None
            lines = iter(browser.stderr.readline, "")
            address = next(
                found[1] for line in lines if (found := re.search(r"BiDi listening on (ws://\S+)", line))
            )
            with client.connect(f"{address}/session", max_size=None, open_timeout=60) as socket:
                yield Page(socket)
        finally:
            browser.terminate()
            browser.communicate(timeout=60)
