"""A spreadsheet of a whole team: all reels in one run, and what several rows show is decoded and looked at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from highlight_cuts_cv import run_team, run_timeline
from highlight_cuts_cv.analysis import workbench
from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.executors.crew import Crew
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs import filling
from highlight_cuts_cv.jobs import task as tasks
from highlight_cuts_cv.jobs.doing import HERE
from highlight_cuts_cv.jobs.rerun import stretches
from highlight_cuts_cv.jobs.team import own_indicators
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.media.reading import held
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.model import State, Track

HEAD = "videoName,startTime,stopTime,playerName,notes\n"
ROWS = (
    f"{demo_clip()},2,4,Sam,goal\n{demo_clip()},2,4,Ann,goal\n{demo_clip()},3,5,Tom,assist\n"
    f"{demo_clip()},6,7,Sam,save\n"
)
LEFT, RIGHT, MIDDLE = "0:200,300,40,100", "0:900,300,40,100", "0:500,300,40,100"
QUICK = ("--quality", "preview")


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "300")
    path = tmp_path / "team.csv"
    path.write_text(HEAD + ROWS)
    return path


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nobody is looked for: who is picked stays in the box of the pick.  What was followed, in its order."""
    labels: list[str] = []

    def follows(bench, picks, *_):
        labels.append(f"{bench.clip.name} {picks[0]}")
        count = bench.clip.frame_count
        boxes = np.tile(np.array(picks[0].box.as_xyxy(), np.float32), (count, 1))
        return Track(boxes, np.ones(count, np.float32), np.full(count, State.OBSERVED, np.uint8))

    monkeypatch.setattr(tasks, "follow_on", follows)
    return labels


def hccv(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(done.exception, BadInputError):
        assert code == 2, done.exception
        return str(done.exception)
    assert done.exit_code == code, f"{done.output} {done.exception}"
    return done.output


def picks(*texts: str) -> list[str]:
    return [part for text in texts for part in ("--pick", text)]


def test_all_reels_in_one_run_and_each_players_picks_are_remembered(team: Path, followed: list[str]) -> None:
    given = picks(f"Sam@goal={LEFT}", f"Ann@goal={RIGHT}", f"assist={MIDDLE}", f"save={LEFT}")
    said = hccv("run", team, *given, *QUICK, "--film", team.with_name("film.mp4"))
    assert followed == [f"goal {LEFT}", f"goal {RIGHT}", f"assist {MIDDLE}", f"save {LEFT}"], "by stretch"
    for player, clips in (("Sam", ["goal", "save"]), ("Ann", ["goal"]), ("Tom", ["assist"])):
        tracked = team.with_name(f"team.{player}.tracked.otio")
        written = list(otio.adapters.read_from_file(str(tracked)).video_tracks()[0])
        assert [clip.name for clip in written] == clips
        assert all("highlight_cuts_cv" in clip.metadata for clip in written)
        film = probe(team.with_name(f"film.{player}.mp4"))
        assert film.frame_count == sum(clip.duration().value for clip in written)
        assert f"\n{player}:\n" in said or said.startswith(f"{player}:\n")
    again = hccv("run", team)
    assert len(followed) == 4 and again.count("(as before)") == 4
    hccv("run", team, *picks(f"assist={LEFT}"))
    assert followed[4:] == [f"assist {LEFT}"], "only what changed"
    alone = hccv("run", team, "--player", "Tom")
    assert len(followed) == 5 and "(as before)" in alone, "one player's run is the same reel"


def test_each_film_shows_its_own_players_marker_alone(team: Path, followed: list[str]) -> None:
    marks = ("--indicator", "box:color=red", "--indicator", "Ann@box:color=blue")
    hccv("run", team, *picks(f"Sam@goal={LEFT}", f"Ann@goal={RIGHT}"), *marks)
    with open_frames(clip_of(probe(demo_clip()), 20, 40)) as before:
        shown = before[10].bgr.astype(int)
    changed = {}
    for player in ("Sam", "Ann"):
        film = clip_of(probe(team.with_name(f"team.{player}.media") / "01-goal.tracked.mp4"))
        with open_frames(film) as frames:
            changed[player] = frames[10].bgr - shown
    left, right = (slice(250, 420), slice(150, 290)), (slice(250, 420), slice(850, 990))
    assert changed["Sam"][left][..., 2].max() > 80 > abs(changed["Sam"][right]).max()
    assert changed["Ann"][right][..., 0].max() > 80 > abs(changed["Ann"][left]).max()


def test_python_makes_the_reels_that_the_command_line_makes(team: Path, followed: list[str]) -> None:
    hccv("run", team, *picks(f"Sam@goal={LEFT}", f"Ann@goal={RIGHT}", f"assist={MIDDLE}"), *QUICK)
    done, noted = len(followed), list[str]()
    made = run_team(team, {f"Sam@{place}": {0: "200,300,40,100"} for place in ("goal", "save")})
    assert len(followed) == done + 1, "all else is as the command line made it"
    assert list(made.reels) == ["Sam", "Ann", "Tom"] and not made.failed
    sam = made.reels["Sam"]
    assert sam.path == team.with_name("team.Sam.tracked.otio") and [*sam.films] == ["01-goal", "02-save"]
    assert sam.tracking["01-goal"][""][0].frame_index == 20
    left = run_team(team, forget=["Tom@assist", "save"], warn=noted.append)
    assert "Nobody is picked for Tom any more, so there is no new reel." in noted
    assert [*left.reels] == ["Sam", "Ann"] and [*left.reels["Sam"].films] == ["01-goal"]
    with pytest.raises(
        BadInputError, match=r"has clips of Sam, Ann, Tom; give player=\.\.\., or take run_team"
    ):
        run_timeline(team)
    assert [*run_timeline(team, player="Sam").films] == ["01-goal"]
    with pytest.raises(BadInputError, match="Nobody is picked any more"):
        run_team(team, forget=["Sam@goal", "Ann@goal"])
    alone = team.with_name("alone.csv")
    alone.write_text(HEAD + ROWS.splitlines()[0])
    with pytest.raises(BadInputError, match="take run_timeline"):
        run_team(alone)


def test_who_is_not_picked_has_no_reel_and_a_note_says_so(team: Path, followed: list[str]) -> None:
    said = hccv("run", team, *picks(f"Sam@goal={LEFT}"), *QUICK)
    assert "Nobody was picked for Ann" in said and "Nobody was picked for Tom" in said
    assert sorted(path.name for path in team.parent.glob("*.otio")) == ["team.Sam.tracked.otio"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Nobody was picked; give --pick PLAYER@CLIP=FRAME:... for at least one of Sam, Ann, Tom"),
        (picks(f"goal={LEFT}"), "'goal' is in the reels of Sam and Ann; say whose is meant: 'Sam@goal="),
        (picks(f"corner={LEFT}"), "None of the players has a clip 'corner'"),
        (picks(f"Bob@goal={LEFT}"), "There is no player 'Bob' here; the players are: Sam, Ann, Tom"),
        (["--indicator", "Bob@dot"], "There is no player 'Bob' here"),
        (["--forget", "Bob@goal"], "There is no player 'Bob' here"),
        (["--number", "7"], "One number cannot be that of all players"),
    ],
)
def test_what_is_meant_of_nobody_is_refused(team: Path, arguments, sentence, monkeypatch) -> None:
    monkeypatch.setattr(filling, "check_filling", lambda _: None)
    assert sentence in hccv("run", team, *arguments, code=2)
    assert not team.with_suffix(".hccv").exists()


def test_files_of_two_players_never_have_one_name(team: Path) -> None:
    team.write_text(HEAD + ROWS.replace("Ann", "sam"), encoding="utf-8")
    assert "The files of 'Sam' and 'sam' would have one name" in hccv("run", team, code=2)


def test_a_reel_that_cannot_be_made_leaves_the_others(team: Path, monkeypatch, followed: list[str]) -> None:
    follows = vars(tasks)["follow_on"]

    def breaks(bench, picks, *more):
        if str(picks[0]) == RIGHT:
            raise JobFailedError("The recording is damaged there.")
        return follows(bench, picks, *more)

    monkeypatch.setattr(tasks, "follow_on", breaks)
    said = hccv("run", team, *picks(f"Sam@goal={LEFT}", f"Ann@goal={RIGHT}"), *QUICK, code=1)
    assert "There is no reel of Ann: No clip could be marked. The recording is damaged there." in said
    assert team.with_name("team.Sam.tracked.otio").exists()


def test_what_is_forgotten_is_that_players(team: Path, followed: list[str]) -> None:
    hccv("run", team, *picks(f"Sam@goal={LEFT}", f"Sam@save={LEFT}", f"Ann@goal={RIGHT}"), *QUICK)
    hccv("run", team, "--forget", "Sam@goal")
    sam, ann = (
        list(otio.adapters.read_from_file(str(team.with_name(f"team.{player}.tracked.otio"))).tracks[0])
        for player in ("Sam", "Ann")
    )
    assert ["highlight_cuts_cv" in clip.metadata for clip in sam] == [False, True]
    assert "highlight_cuts_cv" in ann[0].metadata


@pytest.mark.parametrize("away", [False, True])
def test_the_same_pictures_are_decoded_once_and_nobody_is_looked_for_in_them_twice(
    team: Path, monkeypatch, away: bool
) -> None:
    decoded: Counter[int] = Counter()
    looked: Counter[Fraction] = Counter()
    decode, detect = Reader.decoded, workbench._DetectorOnDemand.detect

    def decoding(self, first):
        for number, picture in decode(self, first):
            decoded[number] += 1
            yield number, picture

    def detecting(self, frames, regions=None):
        looked.update(frame.pts * frame.time_base for frame in frames if frame.width == 1152)
        return detect(self, frames, regions)

    monkeypatch.setattr(Reader, "decoded", decoding)
    monkeypatch.setattr(workbench._DetectorOnDemand, "detect", detecting)
    with ThreadPoolExecutor(1) as worker:
        doer = Crew(worker, 1) if away else HERE
        monkeypatch.setattr("highlight_cuts_cv.executors.choosing.chosen_doer", lambda *_: nullcontext(doer))
        hccv("run", team, *picks("Sam@goal=10:950,268", "Ann@goal=10:#1", "assist=0:#1"), *QUICK)
    assert {*range(20, 50)} <= {*decoded}
    # The picked pictures are looked at alone, before anybody is followed.
    alone = {20 + 10, 30}
    assert max(count for number, count in decoded.items() if number not in alone) <= 1
    assert max(decoded[number] for number in alone) <= 4
    assert max(looked.values()) == 1


def test_what_is_held_is_kept_while_more_of_the_stretch_is_to_come() -> None:
    def during(stretch: str, more: bool) -> held.HeldPictures | None:
        with held.holding_pictures_of(stretch, more):
            return held.held()

    first = during("one", True)
    assert first is not None and during("one", True) is first and during("one", False) is first
    second = during("one", True)
    assert second is not None and second is not first, "nothing more was to come"
    other = during("another", True)
    assert other is not None and other is not second
    assert during("", False) is None and during("another", True) is not other, "it was let go"
    last = during("last", True)
    with pytest.raises(JobFailedError), held.holding_pictures_of("last", True):
        raise JobFailedError("The recording is damaged there.")
    assert during("last", False) is not last and held.held() is None


def test_pictures_that_find_no_place_are_decoded_anew(monkeypatch) -> None:
    clip = clip_of(probe(demo_clip()), 20, 40)
    with open_frames(clip) as frames:
        wanted = [frame.bgr.copy() for frame in frames.frames()]
    size = 1152 * 648 * 3 // 2
    monkeypatch.setattr(held, "MOST_BYTES", 7 * size)
    monkeypatch.setattr(held.HeldPictures.__init__, "__defaults__", (7 * size,))
    with held.holding_pictures():
        for _ in range(2):
            with open_frames(clip) as frames:
                for one, frame in zip(wanted, frames.frames(), strict=True):
                    np.testing.assert_array_equal(one, frame.bgr)
        pictures = held.held()
        assert (
            pictures is not None
            and 1 <= sum(pictures.get(clip.media.path, number) is not None for number in range(20, 40)) <= 7
        )
    assert held.held() is None


def test_clips_hang_together_where_they_overlap() -> None:
    info = probe(demo_clip())

    def clip(first: int, stop: int):
        return clip_of(info, first, stop)

    assert stretches([clip(0, 10), clip(30, 40), clip(5, 20), clip(20, 30), clip(19, 21)]) == [
        [0, 2, 3, 4],
        [1],
    ]
    assert stretches([]) == []


def test_an_indicator_of_ones_own_counts_more_than_everybodys() -> None:
    players = ["Sam", "Ann"]
    texts = ["ring", "Ann@label:text=@ann"]
    assert own_indicators(texts, "Sam", players) == ["ring"]
    assert own_indicators(texts, "Ann", players) == ["label:text=@ann"]
    assert own_indicators(["Ann@dot"], "Sam", players) is None
    assert own_indicators(None, "Sam", players) is None


def test_detect_says_how_to_see_one_players_clips(team):
    done = CliRunner().invoke(app, ["detect", str(team)])
    assert isinstance(done.exception, BadInputError)
    said = str(done.exception)
    assert "Sam, Ann, Tom" in said and f'hccv detect {team} --player "Sam"' in said
    assert f"hccv review {team}" in said
