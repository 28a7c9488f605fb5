"""The script for DaVinci Resolve's menu, run against a stand-in for it, and where it is installed."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from typer.testing import CliRunner

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.resolve import script
from highlight_cuts_cv.faces.resolve.install import NAME, install_script, script_folder
from tests.faces.resolve.standin import PAGE, Project, Resolve, Timeline, asked


def span(start, count):
    return TimeRange(RationalTime(start, 25), RationalTime(count, 25))


@pytest.fixture
def studio(tmp_path):
    """Resolve with a timeline of two clips open, and the films that the page will make."""
    edit = otio.schema.Timeline("Cup final: reel", global_start_time=RationalTime(90_000, 25))
    track = otio.schema.Track(kind="Video")
    edit.tracks.append(track)
    for number in (1, 2):
        for folder in ("raw", "films"):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / f"{number}.mp4").touch()
        reference = otio.schema.ExternalReference(str(tmp_path / f"raw/{number}.mp4"), span(0, 500))
        track.append(otio.schema.Clip(f"clip {number}", reference, span(100 * number, 50)))
    project = Project([], "Season 26", [])
    project.timelines.append(Timeline(project.calls, "Cup final: reel", edit))
    project.current = project.timelines[0]
    return Resolve(project)


def run(studio: Resolve, folder: Path, change: str = "", **more: Any):
    page = folder / "page.py"
    page.write_text(PAGE.format(change=change))
    told: list[str] = []
    given: Any = studio
    made = script.run(
        given,
        [sys.executable, str(page)],
        folder / "Highlight Cuts CV",
        lambda text: told.append(str(text)),
        **more,
    )
    return made, told


def test_the_current_timeline_goes_out_and_the_tracked_one_comes_in(studio, tmp_path):
    made, told = run(studio, tmp_path, more=("--port", "8123"))
    home = tmp_path / "Highlight Cuts CV" / "Season 26"
    exported = home / "Cup final_ reel.otio"
    assert asked(home) == ["review", str(exported), "--port", "8123"]
    assert studio.calls == [
        ("Timeline", "Export", str(exported), "otio", "none"),
        (
            "MediaPool",
            "ImportTimelineFromFile",
            str(home / "Cup final_ reel.tracked.otio"),
            {"timelineName": "Cup final: reel (tracked)", "importSourceClips": True},
        ),
        ("Project", "SetCurrentTimeline", "Cup final: reel (tracked)"),
    ]
    assert studio.project is not None and studio.project.current is made
    assert (home / "ended").exists(), "the page is closed"
    assert told[-1] == "Imported as 'Cup final: reel (tracked)'." and not any(
        "elsewhere" in text for text in told
    )


def test_the_next_time_it_has_another_name_and_waits_for_the_new_films(studio, tmp_path):
    project = studio.project
    run(studio, tmp_path)
    project.current = project.timelines[0]
    begun = time.monotonic()
    made, _ = run(studio, tmp_path)
    assert made.GetName() == "Cup final: reel (tracked) 2" and time.monotonic() - begun > 0.3


def test_a_clip_that_came_in_elsewhere_is_told(studio, tmp_path):
    made, _ = run(studio, tmp_path)
    before = studio.project.timelines[0]
    assert list(script.differences(before, made)) == []
    made.edit.tracks[0][1].source_range = span(200, 49)
    assert list(script.differences(before, made)) == [
        "'clip 2', 50 frames from frame 90050 on, came in elsewhere or with another length."
    ]
    above = otio.schema.Track("marker", kind="Video")
    made.edit.tracks[0][1].source_range = span(200, 50)
    made.edit.tracks.append(above)
    assert list(script.differences(before, made)) == [], "a track above is no difference"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("no project", "Open a timeline first"),
        ("no timeline", "Open a timeline first"),
        ("no export", "did not export .*18.5"),
        ("no program", "install-resolve-script"),
        ("page fails", "ended before any film was made. Error: there is no video."),
        ("a file is missing", r"while files are missing: .*films.2\.mp4"),
        ("no import", "does not say why"),
    ],
)
def test_what_goes_wrong_is_a_sentence(studio, tmp_path, monkeypatch, wrong, sentence):
    if wrong == "no project":
        studio.project = None
    elif wrong == "no timeline":
        studio.project.current = None
    elif wrong == "no export":
        studio.project.current.exports = False
    elif wrong == "no program":
        with pytest.raises(script.Trouble, match=sentence):
            script.run(studio, [str(tmp_path / "nowhere")], tmp_path / "x", print)
        return
    elif wrong == "a file is missing":
        (tmp_path / "films/2.mp4").unlink()
    elif wrong == "no import":
        monkeypatch.setattr("tests.faces.resolve.standin.MediaPool.ImportTimelineFromFile", lambda *_: None)
    with pytest.raises(script.Trouble, match=sentence):
        run(studio, tmp_path, "fails" if wrong == "page fails" else "")
    assert not [call for call in studio.calls if call[1] == "SetCurrentTimeline"]


def test_nothing_but_the_standard_library_is_imported_by_the_script():
    tree = ast.parse(Path(script.__file__).read_text(encoding="utf-8"))
    hidden = [each for node in ast.walk(tree) if isinstance(node, ast.If) for each in ast.walk(node)]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in hidden:
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [each.name for each in node.names]
            )
            found |= {name.partition(".")[0] for name in names}
    assert found and found <= {*sys.stdlib_module_names}


def test_the_installed_script_starts_this_program_and_says_where_it_belongs(tmp_path):
    path = install_script(tmp_path / "Utility")
    assert path.name == NAME
    assert f"COMMAND = [{sys.executable!r}, '-m', 'highlight_cuts_cv']" in path.read_text(encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True)
    assert done.returncode == 2 and "Workspace, Scripts" in done.stdout
    assert install_script(tmp_path / "Utility") == path, "over one of ours"
    path.write_text("somebody's own\n")
    with pytest.raises(BadInputError, match="no script of this program"):
        install_script(tmp_path / "Utility")


@pytest.mark.parametrize(
    ("system", "folder"),
    [
        ("linux", "home/.local/share/DaVinciResolve/Fusion/Scripts/Utility"),
        (
            "darwin",
            "home/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion/Scripts/Utility",
        ),
        ("win32", "roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion/Scripts/Utility"),
    ],
)
def test_each_system_has_a_folder_of_its_own(tmp_path, system, folder):
    assert (
        script_folder(system, {"APPDATA": str(tmp_path / "roaming")}, tmp_path / "home") == tmp_path / folder
    )


def test_the_command_says_where_it_would_write_and_writes(tmp_path):
    dry = CliRunner().invoke(app, ["install-resolve-script", "--folder", str(tmp_path / "S"), "--dry-run"])
    assert dry.exit_code == 0 and str(tmp_path / "S" / NAME) in dry.output.replace("\n", "")
    assert not (tmp_path / "S").exists()
    done = CliRunner().invoke(app, ["install-resolve-script", "--folder", str(tmp_path / "S")])
    assert done.exit_code == 0 and (tmp_path / "S" / NAME).is_file()
