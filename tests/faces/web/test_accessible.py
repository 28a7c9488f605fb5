"""Whether everybody can use the page: what axe-core finds, in light and dark, on a laptop and a tablet."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .browser import PLAYING, STILL, chromium_page, person_at, until
from .conftest import WHOM, start_server, write_game


def axe() -> str:
    """axe-core's script: ``HCCV_AXE`` says where, or npm has it.  Skips where it is not."""
    path = os.environ.get("HCCV_AXE", "")
    if not path and (node := shutil.which("node")):
        found = subprocess.run(
            [node, "-p", "require.resolve('axe-core/axe.min.js')"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "NODE_PATH": npm_root()},
        )
        path = found.stdout.strip()
    if not path or not Path(path).is_file():
        pytest.skip("there is no axe-core (npm install --global axe-core, or HCCV_AXE=.../axe.min.js)")
    return Path(path).read_text(encoding="utf-8")


def npm_root() -> str:
    npm = shutil.which("npm")
    if npm is None:
        return ""
    return subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture(
    scope="module", params=[(1280, 720, "light"), (1280, 720, "dark"), (820, 1180, "light")], ids=str
)
def page(request, tmp_path_factory) -> Iterator[Any]:
    script = axe()
    width, height, scheme = request.param
    with chromium_page(width, height, color_scheme=scheme) as page:
        server = start_server(write_game(tmp_path_factory.mktemp("game")))
        page.goto(server.address)
        page.wait_for_selector(".person", timeout=60_000)
        page.evaluate(script)
        yield page
        server.kill()


def found(page: Any) -> list[str]:
    broken = page.evaluate("axe.run().then((found) => found.violations)")
    return [f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:120]})" for one in broken]


def test_axe_finds_nothing(page):
    assert found(page) == []
    person_at(page, WHOM[0][0] / 1152, WHOM[0][1] / 648).click()
    until(page, PLAYING)
    until(page, STILL)
    page.keyboard.press("a")
    until(page, "document.querySelectorAll('.clip')[0].dataset.status === 'approved'")
    until(page, "document.querySelector('.candidate.first canvas') !== null")  # who is proposed
    page.wait_for_timeout(500)  # colours that fade are judged when they have
    assert found(page) == []
    page.get_by_role("button", name="+ another player").click()
    page.keyboard.type("Tom")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Rename Tom").click()
    assert found(page) == []
    page.keyboard.press("Escape")
    for button, dialog in (
        ("#help-open", "#help"),
        ("#finish-open", "#finish"),
        ("#game", "#open"),
        ("[aria-label='Remove Tom']", "#remove"),
    ):
        page.click(button)
        until(page, f"document.querySelector('{dialog}').open")
        page.wait_for_timeout(300)
        assert found(page) == [], dialog
        page.keyboard.press("Escape")


def test_axe_would_find_a_button_without_a_name(page):
    """Turned round."""
    page.evaluate(
        "document.querySelector('#zoom').removeAttribute('aria-label'), document.querySelector('#zoom').removeAttribute('title')"
    )
    assert any(one.startswith("button-name") for one in found(page))
