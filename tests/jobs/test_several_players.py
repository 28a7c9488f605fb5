"""A timeline's work as data: planned, done anywhere, delivered; and several players in one clip."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs import task as tasks
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.freeze import ClipFreeze
from highlight_cuts_cv.jobs.setup import Setup, parse_choice, parse_indicators
from highlight_cuts_cv.jobs.timeline import deliver, plan, run_timeline
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.model import (
    BadInputError,
    Placement,
    Shade,
    Sprite,
    SpriteTrack,
    State,
    Track,
    merged_sprites,
)
from highlight_cuts_cv.rendering.wishes import parse_intro
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.tracking.picks import parse_player_picks

CLIP = "02-The-man-in-jeans-walks-away"
LEFT, RIGHT = (200.0, 300.0, 240.0, 400.0), (900.0, 300.0, 940.0, 400.0)


@pytest.fixture
def cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return write_cut(demo_clip(), tmp_path / "cut.otio")


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is looked for: who is picked stays in the box of the pick."""

    def follows(bench, picks, *_):
        count = bench.clip.frame_count
        boxes = np.tile(np.array(picks[0].box.as_xyxy(), np.float32), (count, 1))
        return Track(boxes, np.ones(count, np.float32), np.full(count, State.OBSERVED, np.uint8))

    monkeypatch.setattr(tasks, "follow_on", follows)


def box(xyxy: tuple[float, ...]) -> str:
    return f"0:{xyxy[0]:g},{xyxy[1]:g},{xyxy[2] - xyxy[0]:g},{xyxy[3] - xyxy[1]:g}"


def test_a_task_is_done_in_another_process(cut: Path, tmp_path: Path) -> None:
    timeline, output = read_timeline(cut), tmp_path / "out.otio"
    players = parse_player_picks([f"Sam@{CLIP}=0:950,268", f"Ann@{CLIP}=0:#1"])
    setup = Setup(freeze=parse_intro("0.2"), exporter=parse_choice("burn:quality=preview"))
    planned = plan(timeline, players, output, setup)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.otio"], "planning writes nothing"
    assert pickle.loads(pickle.dumps(planned)) == planned
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(tasks.run, planned))
    deliver(timeline, results, output)
    (result,) = results
    assert result.freeze_frames == 2 and probe(result.render).frame_count == 62
    clip = otio.adapters.read_from_file(str(output)).tracks[0][1]
    assert Path(clip.media_reference.target_url) == result.render
    for player, track in result.tracks.items():
        alone = follow(planned[0].clip, planned[0].picks[player], setup)
        np.testing.assert_array_equal(track.xyxy, alone.xyxy, f"{player} is followed as if alone")


def test_everybody_has_a_marker_of_their_own(cut: Path, tmp_path: Path, standing: None) -> None:
    arguments = ["run", cut, "--pick", f"Sam@{CLIP}={box(LEFT)}", "--pick", f"Ann@{CLIP}={box(RIGHT)}"]
    arguments += [
        "--indicator",
        "box:color=red",
        "--indicator",
        "Ann@box:color=blue",
        "-o",
        tmp_path / "out.otio",
    ]
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    assert [line.split()[:2] for line in done.stdout.splitlines()[:3]] == [
        ["clip", "player"], [CLIP, "Sam"], [CLIP, "Ann"],
    ]  # fmt: skip
    clip = otio.adapters.read_from_file(str(tmp_path / "out.otio")).tracks[0][1]
    note = clip.metadata["highlight_cuts_cv"]
    assert [(one["player"], list(one["pick"]), one["tracked"]) for one in note["players"]] == [
        ("Sam", [box(LEFT)], 1.0), ("Ann", [box(RIGHT)], 1.0),
    ]  # fmt: skip
    assert note["tracker"] == "follow"
    shown = clip_of(probe(clip.media_reference.target_url))
    with open_frames(shown) as film, open_frames(clip_of(probe(demo_clip()), 60, 120)) as before:
        changed = film[30].bgr.astype(int) - before[30].bgr
    left, right = changed[250:420, 150:290], changed[250:420, 850:990]
    assert (left[..., 2] - left[..., 0]).max() > 80, "red around Sam"
    assert (right[..., 0] - right[..., 2]).max() > 80, "blue around Ann"
    assert (left[..., 0] - left[..., 2]).max() < 80 > (right[..., 2] - right[..., 0]).max()


def test_the_picture_stands_still_where_everybody_is_shown(cut: Path, tmp_path: Path, monkeypatch) -> None:
    def follows(bench, picks, *_):
        track = np.full((60, 4), np.nan, np.float32)
        first = 0 if picks[0].box.x1 == LEFT[0] else 20
        track[first:] = picks[0].box.as_xyxy()
        seen = np.arange(60) >= first
        return Track(
            track, seen.astype(np.float32), np.where(seen, State.OBSERVED, State.LOST).astype(np.uint8)
        )

    monkeypatch.setattr(tasks, "follow_on", follows)
    players = parse_player_picks([f"Sam@{CLIP}={box(LEFT)}", f"Ann@{CLIP}={box(RIGHT)}"])
    setup = Setup(freeze=parse_intro("0.2"), exporter=parse_choice("burn:quality=preview"))
    notes: list[str] = []
    (result,) = run_timeline(
        read_timeline(cut), players, tmp_path / "out.otio", setup, lambda step: Watch(warn=notes.append)
    )
    assert result.freeze_at == 21, "faded in after two frames"
    assert "the player is not shown; frame 21 stands still" in notes[0]


def test_players_who_are_never_shown_together_have_a_picture_that_stands_still_too() -> None:
    def seen(start: int, stop: int) -> Track:
        shown = (np.arange(40) >= start) & (np.arange(40) < stop)
        boxes = np.where(shown[:, None], np.array(LEFT, np.float32), np.float32(np.nan))
        return Track(
            boxes, shown.astype(np.float32), np.where(shown, State.OBSERVED, State.LOST).astype(np.uint8)
        )

    clip = clip_of(probe(demo_clip()), 0, 40)
    wish = ClipFreeze(
        asked=15, length=5, rate=clip.rate, shown=tuple(range(40)), window=range(40), obstacles=(None,) * 40
    )
    freeze = wish.freeze(clip, [seen(0, 5), seen(20, 40)], Watch())
    assert freeze is not None and freeze.frame_index == 21


def test_a_clip_goes_by_its_name_too(cut: Path, tmp_path: Path) -> None:
    players = parse_player_picks([f"{CLIP}={box(LEFT)}", "The-man-in-jeans-walks-away=9:none"])
    (one,) = plan(read_timeline(cut), players, tmp_path / "out.otio", Setup())
    assert [str(pick) for pick in one.picks[""]] == [box(LEFT), "9:none"]


def test_an_indicator_for_nobody_is_refused(cut: Path, tmp_path: Path) -> None:
    everybodys, own = parse_indicators(["Tom@ring"])
    setup = Setup(indicator=everybodys, indicators=own)
    with pytest.raises(BadInputError, match="indicator for 'Tom', but no pick"):
        plan(read_timeline(cut), parse_player_picks([f"Sam@{CLIP}={box(LEFT)}"]), tmp_path / "o.otio", setup)


def test_options_of_a_players_own_indicator_are_checked_before_any_work(cut: Path, tmp_path: Path) -> None:
    setup = Setup(indicators={"Sam": parse_choice("ring:color=nosuch")})
    with pytest.raises(BadInputError, match="nosuch"):
        plan(read_timeline(cut), parse_player_picks([f"Sam@{CLIP}={box(LEFT)}"]), tmp_path / "o.otio", setup)


def test_two_indicators_of_one_player_are_refused() -> None:
    with pytest.raises(BadInputError, match="two indicators for 'Sam'"):
        parse_indicators(["Sam@ring", "Sam@dot"])
    with pytest.raises(BadInputError, match=r"two indicators for everybody.*PLAYER@dot"):
        parse_indicators(["ring", "dot"])


@pytest.mark.parametrize("text", ["Sam@=0:#1", "@clip=0:#1", "Sam@clip", "=0:#1"])
def test_what_is_no_players_pick_is_a_sentence(text: str) -> None:
    with pytest.raises(BadInputError, match="PLAYER@CLIP=FRAME"):
        parse_player_picks([text])


def test_the_picture_is_dimmed_around_one_player_at_a_time(cut: Path, tmp_path: Path, standing: None) -> None:
    players = parse_player_picks([f"Sam@{CLIP}={box(LEFT)}", f"Ann@{CLIP}={box(RIGHT)}"])
    setup = Setup(indicator=parse_choice("spotlight"), exporter=parse_choice("burn:quality=preview"))
    notes: list[str] = []
    run_timeline(
        read_timeline(cut), players, tmp_path / "o.otio", setup, lambda step: Watch(warn=notes.append)
    )
    assert notes == [
        "The picture can be dimmed around one player at a time: where 'Sam' is shown, it is not around 'Ann'."
    ]


def test_sprites_of_several_tracks_keep_their_order() -> None:
    def placed(frame: int, x: float) -> Placement:
        return Placement(frame, Sprite(np.zeros((1, 1, 4), np.uint8)), x, 0)

    one = SpriteTrack((placed(0, 1), placed(2, 1)), (Shade(1, 1, 1, 1, 1),))
    two = SpriteTrack(
        (placed(0, 2), placed(1, 2), placed(2, 2)), (Shade(0, 2, 2, 2, 2), Shade(1, 2, 2, 2, 2))
    )
    both = merged_sprites([one, two])
    assert [(p.frame_index, p.x) for p in both.placements] == [(0, 1), (0, 2), (1, 2), (2, 1), (2, 2)]
    assert [(s.frame_index, s.x) for s in both.shades] == [(0, 2), (1, 1)]
    assert merged_sprites([one]) is one
