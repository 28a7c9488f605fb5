"""The documentation names every hook, command, option, file column and public name, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

import highlight_cuts_cv
from highlight_cuts_cv import api
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.plugin.registry import HOOKS, get_registry
from highlight_cuts_cv.tracking.files import HEADER

ROOT = Path(__file__).resolve().parent.parent
CLI = (ROOT / "docs" / "cli.md").read_text()
PLUGINS = (ROOT / "docs" / "plugins.md").read_text()
GROUP = typer.main.get_command(app)
COMMANDS = dict(GROUP.commands)  # type: ignore[attr-defined]


def section(name: str) -> str:
    match = re.search(rf"^## hccv {name}\b.*?(?=^## |\Z)", CLI, re.M | re.S)
    assert match, f"docs/cli.md has no section 'hccv {name}'"
    return match[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name):
    text = section(name)
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option":
            for flag in parameter.opts:
                assert f"`{flag}`" in text, f"{flag} of 'hccv {name}' is missing in docs/cli.md"


def test_every_global_option_is_documented():
    head = CLI[: CLI.index("## hccv ")]
    for parameter in GROUP.params:
        for flag in parameter.opts:
            assert flag in head, f"{flag} of 'hccv' is missing in docs/cli.md"


def test_no_command_or_option_is_documented_that_does_not_exist():
    assert set(re.findall(r"^## hccv ([\w-]+)", CLI, re.M)) == set(COMMANDS)
    for name, command in COMMANDS.items():
        known = {flag for parameter in command.params for flag in parameter.opts}
        rows = "\n".join(re.findall(r"^\|([^|]*)\|", section(name), re.M))
        assert set(re.findall(r"`(-{1,2}[a-z-]+)`", rows)) <= known


def test_every_hook_is_documented_with_its_signature():
    assert set(re.findall(r"`(hccv_\w+)\(\)`", PLUGINS)) == set(HOOKS)


def test_every_public_name_is_documented():
    for name in api.__all__:
        assert f"`{name}`" in PLUGINS, f"api.{name} is missing in docs/plugins.md"
    text = (ROOT / "docs" / "python.md").read_text()
    for name in highlight_cuts_cv.__all__:
        assert name in text, f"{name} is missing in docs/python.md"


def test_the_track_files_columns_are_documented():
    assert ",".join(HEADER) in (ROOT / "docs" / "files.md").read_text()


def test_every_bundled_indicator_and_its_options_are_documented():
    text = (ROOT / "docs" / "indicators.md").read_text()
    shelf = get_registry().indicators
    for name in shelf.names():
        assert f"`{name}`" in text
        for option in shelf.find(name).options:
            assert f"`{option.name}`" in text, f"option {option.name} of {name}"


def test_the_readmes_commands_are_the_ones_that_ci_runs():
    readme = (ROOT / "README.md").read_text()
    script = (ROOT / ".ci" / "run").read_text()
    commands = re.findall(r"^(pip install .*)$", readme, re.M)
    assert len(commands) == 2
    lines = script.splitlines()
    assert [line for line in lines if line.startswith("pip ")] == commands


def test_readme_starts_with_a_picture_that_exists():
    first = re.search(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert first and (ROOT / first[1]).is_file()


def test_the_page_on_the_layout_names_every_folder():
    text = (ROOT / "docs" / "architecture.md").read_text()
    package = ROOT / "highlight_cuts_cv"
    folders = {path.parent.name for path in package.glob("*/__init__.py")} - {"testing"}
    for name in folders:
        assert f"| `{name}/` |" in text, f"docs/architecture.md does not say what {name}/ is for"
    table = set(re.findall(r"^\| `(\w+)/` \|", text, re.M))
    assert table == folders | {"plugins", "otio_adapters"}
