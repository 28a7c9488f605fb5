"""A page in Debian's Chromium, and waiting for what it shows without breaking its content policy."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def chromium_page(width: int = 1280, height: int = 720, **options: Any) -> Iterator[Any]:
    """A page; what goes wrong in it fails the test.  Skips where there is no Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    troubles: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))

        def heard(message: Any) -> None:
            if message.type == "error":
                troubles.append(message.text)

        page.on("console", heard)
        yield page
        browser.close()
    # A request that was refused is shown to the user; the console's own note of it is none of ours.
    wrong = [one for one in troubles if "Failed to load resource" not in one]
    assert not wrong, wrong


def until(page: Any, script: str, seconds: float = 180) -> Any:
    """What *script* gives as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := page.evaluate(script):
            return result
        time.sleep(0.02)
    raise AssertionError(f"never: {script}")


def person_at(page: Any, x: float, y: float) -> Any:
    """The button of the person nearest to a point, in shares of the picture."""
    page.wait_for_selector(".person", timeout=60_000)
    number = page.evaluate(
        """([x, y]) => {
            const far = (one) => Math.hypot(
                (parseFloat(one.style.left) + parseFloat(one.style.width) / 2) / 100 - x,
                (parseFloat(one.style.top) + parseFloat(one.style.height) / 2) / 100 - y);
            const all = [...document.querySelectorAll(".person")];
            return all.indexOf(all.toSorted((a, b) => far(a) - far(b))[0]);
        }""",
        [x, y],
    )
    return page.locator(".person").nth(number)


PLAYING = "document.body.classList.contains('playing')"
STILL = f"!{PLAYING}"
