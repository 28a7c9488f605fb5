from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.jobs.timeline import run_timeline
from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.tracking.picks import parse_player_picks


@pytest.fixture
def track(tmp_path: Path) -> Path:
    path = tmp_path / "track.csv"
    rows = [f"{n},{500 + 3 * n},200,60,180,0.9" for n in range(5, 13)]
    path.write_text("frame,left,top,width,height,score\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("name", ["where.csv", "marker.ass", "marker.mov", "film.sh"])
def test_writes_each_form(name: str, track: Path, tmp_path: Path) -> None:
    exporter = {".csv": "data", ".ass": "ass", ".mov": "overlay", ".sh": "ffmpeg"}[Path(name).suffix]
    output = tmp_path / name
    arguments = [
        "export",
        demo_clip(),
        "--track",
        track,
        "--range",
        "4:12",
        "--exporter",
        exporter,
        "-o",
        output,
    ]
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    assert output.stat().st_size > 100
    assert not list(tmp_path.glob(".*"))


def test_a_wrong_suffix_is_a_sentence_that_says_which_fits(track: Path, tmp_path: Path) -> None:
    arguments = ["export", demo_clip(), "--track", track, "--exporter", "data", "-o", tmp_path / "where.json"]
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert isinstance(done.exception, BadInputError)
    assert "where.csv" in str(done.exception) and "data:format=json" in str(done.exception)


def test_a_timeline_takes_only_films() -> None:
    class NoTimeline:
        def clip(self, clip_id: str) -> None: ...

    setup = Setup(exporter=parse_choice("data"))
    with pytest.raises(BadInputError, match="hccv export"):
        run_timeline(NoTimeline(), parse_player_picks(["a=0:#1"]), Path("x.otio"), setup)  # type: ignore[arg-type]
