"""What cannot work is refused before the first clip is followed, whichever clip it is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs import task
from highlight_cuts_cv.jobs import timeline as job
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.tracking.picks import parse_player_picks

ONE, TWO = "01-The-red-jacket-arrives", "02-The-man-in-jeans-walks-away"


@pytest.fixture
def cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def follows(*_: object) -> None:
        raise AssertionError("a clip is followed already")

    monkeypatch.setattr(task, "follow_on", follows)
    return write_cut(demo_clip(), tmp_path / "cut.otio")


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("60:950,268", r"frame 60 lies outside '.*away', which has the frames 0 to 59"),
        ("0:5000,268", "point 5000,268 lies outside the 1152x648"),
        ("0:5000,268,40,90", "box 5000,268,40,90 lies outside the 1152x648"),
        ("0:none", "No pick shows the player in"),
        ("0:950,268 0:none", "two picks in frame 0"),
    ],
)
def test_the_second_clips_picks(cut, second, reason):
    picks = parse_player_picks([f"{ONE}=0:1056,330", *(f"{TWO}={pick}" for pick in second.split())])
    with pytest.raises(BadInputError, match=reason):
        job.run_timeline(read_timeline(cut), picks, cut.with_name("out.otio"), Setup())
    assert sorted(path.name for path in cut.parent.iterdir()) == ["cut.otio"]


@pytest.mark.parametrize(
    "setup",
    [
        {"indicator": "dot:color=nosuch"},
        {"indicator": "name-tag:text=,number="},
        {"exporter": "burn:quality=nosuch"},
        {"detector": "player-nano:nosuch=1"},
        {"tracker": "follow:nosuch=1"},
    ],
)
def test_options_that_only_their_plugin_understands(cut, setup):
    choices: dict[str, Any] = {name: parse_choice(text) for name, text in setup.items()}
    chosen = Setup(**choices)
    with pytest.raises(BadInputError):
        job.run_timeline(
            read_timeline(cut), parse_player_picks([f"{ONE}=0:1056,330"]), cut.with_name("out.otio"), chosen
        )
    assert sorted(path.name for path in cut.parent.iterdir()) == ["cut.otio"]
