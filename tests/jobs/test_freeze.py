"""``--intro`` from the command to the film and the timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from typer.testing import CliRunner

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs import task
from highlight_cuts_cv.jobs import timeline as job
from highlight_cuts_cv.jobs.freeze import ClipFreeze, freeze_in_video
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.jobs.timeline import run_timeline
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.model import BadInputError, Doubt, State, Track, Why
from highlight_cuts_cv.rendering.wishes import parse_intro
from highlight_cuts_cv.testing.contracts import memory_clip
from highlight_cuts_cv.testing.synthetic import make_counting_clip, read_index
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.tracking.picks import parse_player_picks

NTSC = Fraction(30000, 1001)
SIZE = (384, 192)
BOX = (180.0, 62.0, 200.0, 120.0)  # its marker stays clear of the blocks that say which frame it is


def shown_in(count: int, frames: range) -> Track:
    xyxy = np.full((count, 4), np.nan, np.float32)
    xyxy[frames.start : frames.stop] = BOX
    states = np.where(np.isnan(xyxy[:, 0]), State.LOST, State.OBSERVED).astype(np.uint8)
    return Track(xyxy, (states > 0).astype(np.float32), states)


def pictures(path: Path) -> tuple[list[int], list[int]]:
    """The index that each frame shows, and the frames that have the (yellow) marker."""
    with open_frames(clip_of(probe(path))) as frames:
        found = [frame.bgr for frame in frames.frames()]
    marked = [i for i, p in enumerate(found) if (p[..., 2].astype(int) - p[..., 0] > 90).any()]
    return [read_index(picture) for picture in found], marked


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[otio.schema.Timeline, Path, list[str]]]:
    """Cuts frames 10 to 40 of a recording between two others, runs, and returns timeline, render and notes."""

    def make(intro: str, shown: range, rate: Fraction, quality: str = "edit", pick: int = 12, **media: Any):
        source = make_counting_clip(
            tmp_path / "game.mp4", 60, media.pop("stored", rate), SIZE, audio="aac", **media
        )
        reference = otio.schema.ExternalReference(str(source))
        cut = otio.schema.Timeline("cut")
        for kind in ("Video", "Audio"):
            parts = [
                otio.schema.Clip(name, reference.clone(), TimeRange(RationalTime(a, float(rate)), RationalTime(b - a, float(rate))))
                for name, a, b in (("before", 0, 10), ("goal", 10, 40), ("after", 40, 50))
            ]  # fmt: skip
            cut.tracks.append(otio.schema.Track(kind, children=parts, kind=kind))
        otio.adapters.write_to_file(cut, str(tmp_path / "cut.otio"))
        follow = lambda bench, *rest: shown_in(bench.clip.frame_count, shown)  # noqa: E731
        monkeypatch.setattr(task, "follow_on", follow)
        setup = Setup(freeze=parse_intro(intro), exporter=parse_choice(f"burn:quality={quality}"))
        notes: list[str] = []
        (result,) = run_timeline(
            read_timeline(tmp_path / "cut.otio"), parse_player_picks([f"02-goal={pick}:190,90"]),
            tmp_path / "out.otio", setup, lambda step: Watch(warn=notes.append),
        )  # fmt: skip
        return otio.adapters.read_from_file(str(tmp_path / "out.otio")), result.render, notes

    return make


@pytest.mark.parametrize("rate", [Fraction(25), NTSC])
def test_the_first_frame_stands_still(rate, run):
    timeline, render, notes = run("1", range(30), rate)
    held = round(rate)
    assert pictures(render) == ([10] * held + list(range(10, 40)), list(range(held + 30)))
    assert notes == [] and probe(render).rate == rate
    video, sound = timeline.tracks
    assert [item.duration().value for item in video] == [10, held + 30, 10]
    assert [item.duration().value for item in sound] == [10, held, 30, 10]
    assert isinstance(sound[1], otio.schema.Gap)
    assert timeline.duration() == RationalTime(50 + held, float(rate))


def test_the_picks_frame_stands_still(run):
    timeline, render, notes = run("0.4@pick", range(30), Fraction(25))
    assert pictures(render)[0] == [*range(10, 22), *[22] * 10, *range(22, 40)] and notes == []
    assert [item.duration().value for item in timeline.tracks[1]] == [10, 12, 10, 18, 10]


def test_where_the_player_is_not_shown_the_next_frame_with_the_marker_stands_still(run):
    _, render, notes = run("0.4", range(3, 30), Fraction(25))
    # The marker takes five frames to fade in.
    assert pictures(render)[0] == [*range(10, 17), *[17] * 10, *range(17, 40)]
    assert notes == ["In frame 0 of 'goal' the player is not shown; frame 7 stands still for the intro."]


def test_where_the_player_may_be_somebody_else_another_frame_stands_still() -> None:
    clip, seen = memory_clip(30), shown_in(30, range(30))
    notes: list[str] = []
    doubted = replace(seen, doubts=(Doubt(0, 10, Why.CROSSING),))
    wish = parse_intro("1@4")
    assert wish is not None
    found = freeze_in_video(clip, doubted, wish, Watch(warn=notes.append))
    assert found is not None and found.frame_index == 14, (
        "five frames behind the doubt the marker shows in full"
    )
    assert "In frame 4 of 'memory' the player may be somebody else; frame 14 stands still" in notes[0]


def test_where_the_player_is_never_shown_there_is_no_intro(run):
    timeline, render, notes = run("0.4", range(0), Fraction(25))
    assert probe(render).frame_count == 30 and timeline.duration() == RationalTime(50, 25)
    assert notes == ["The player is shown nowhere in 'goal', so it has no intro."]


def test_a_recording_of_variable_rate(run):
    times = [Fraction(n * n % 7 + 20 * n, 600) for n in range(60)]
    timeline, render, _ = run("0.5", range(30), Fraction(25), stored=Fraction(30), times=times)
    info = probe(render)
    assert (info.frame_count, info.rate, info.variable_rate) == (30 + 12, 25, False)
    assert len(set(pictures(render)[0][:13])) == 1 and timeline.duration() == RationalTime(62, 25)


def test_a_preview_at_half_the_rate_is_as_long_as_the_timelines_clip(run):
    """31 added to 30 frames at 60 are 31 at 30, one of them half over."""
    timeline, render, _ = run("0.52", range(30), Fraction(60), "preview")
    assert timeline.tracks[0][1].duration() == RationalTime(61, 60)
    assert (probe(render).frame_count, probe(render).rate) == (31, 30)


def test_a_frame_that_does_not_exist_is_refused_before_any_work(run):
    with pytest.raises(BadInputError, match=r"frame 30 lies outside '02-goal', which has the frames 0 to 29"):
        run("1@30", range(30), Fraction(25))


@pytest.mark.parametrize(
    ("intro", "said"),
    [
        ("1@pick", "does not say where the pick was; ask for the intro 1@FRAME"),
        ("1@4", "frame 4 lies outside what is rendered, the frames 5 to 34"),
        ("1@35", "frame 35 lies outside what is rendered, the frames 5 to 34"),
    ],
)
def test_a_film_without_a_timeline_has_no_intro_of_what_it_does_not_show(intro: str, said: str):
    clip, wish = clip_of(probe(demo_clip()), 5, 35), parse_intro(intro)
    assert wish is not None
    with pytest.raises(BadInputError, match=said):
        freeze_in_video(clip, Track.lost(30), wish, Watch())


def frozen(seen: range, asked: int, **plan: Any) -> tuple[int | None, list[str]]:
    """Which of 40 frames stands still where the player is shown in those *seen*, and what is said about it."""
    clip = clip_of(probe(demo_clip()), 0, 40, name="goal")
    every: dict[str, Any] = {"shown": tuple(range(40)), "window": range(40), "obstacles": (None,) * 40}
    found = ClipFreeze(asked=asked, length=5, rate=clip.rate, **{**every, **plan})
    notes: list[str] = []
    freeze = found.freeze(clip, [shown_in(40, seen)], Watch(warn=notes.append))
    return None if freeze is None else freeze.frame_index, notes


def test_a_picture_in_a_transition_does_not_stand_still():
    still, notes = frozen(range(40), 2, window=range(10, 40))
    assert still == 10
    assert notes == ["In frame 2 of 'goal' a transition is shown; frame 10 stands still for the intro."]


def test_a_frame_that_the_timeline_skips_does_not_stand_still():
    """Every third is shown."""
    assert frozen(range(40), 9, shown=tuple(range(0, 40, 3)), window=range(14)) == (9, [])
    assert frozen(range(40), 10, shown=tuple(range(0, 40, 3)), window=range(14))[0] == 9


def test_where_the_player_shows_what_lies_above_may_forbid_the_intro():
    """Only then is known which picture it is; the film is made without."""
    logo = [None] * 12 + ["the title 'logo' lies over it"] * 28
    assert frozen(range(40), 2, obstacles=tuple(logo)) == (2, [])
    still, notes = frozen(range(18, 40), 2, obstacles=tuple(logo))
    assert still is None
    assert notes[-1:] == ["The clip 'crossing-0-40' has no intro, since the title 'logo' lies over it."]


def test_a_marker_that_shows_in_the_frozen_picture_only(tmp_path: Path):
    make_counting_clip(tmp_path / "game.mp4", 40, Fraction(25), SIZE)
    rows = [f"{n},{BOX[0]},{BOX[1]},20,58,0.9" for n in range(1, 41)]
    (tmp_path / "t.csv").write_text("frame,left,top,width,height,score\n" + "\n".join(rows) + "\n")
    arguments = ["render", tmp_path / "game.mp4", "--track", tmp_path / "t.csv", "--range", "5:35"]
    arguments += ["--intro", "0.4@20", "--show", "first:0", "-o", tmp_path / "a.mp4"]
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    shown, marked = pictures(tmp_path / "a.mp4")
    assert shown == [*range(5, 20), *[20] * 10, *range(20, 35)]
    # It fades in before and out after.
    assert set(range(15, 26)) <= set(marked) <= set(range(11, 30))


@pytest.mark.parametrize("exporter", ["overlay", "ffmpeg", "ass", "data"])
def test_exporters_without_a_film_refuse(exporter: str):
    with pytest.raises(BadInputError, match=f"'{exporter}' writes beside the recording"):
        job.check_setup(Setup(exporter=parse_choice(exporter), freeze=parse_intro("1")))


@pytest.mark.parametrize("text", ["0", "-1", "31", "x", "1@", "1@first", "1@-2", "1@1.5"])
def test_what_is_no_intro_is_a_sentence(text: str):
    with pytest.raises(BadInputError, match=f"'{text}' is no intro"):
        parse_intro(text)
