"""What is said, and handed on, about the stretches in which a player is lost or in doubt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import highlight_cuts_cv as hccv
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces import python_films
from highlight_cuts_cv.faces.cli.run import run
from highlight_cuts_cv.faces.cli.track import track as track_command
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.faces.doubts import MOST, doubts_told
from highlight_cuts_cv.faces.tracking_frames import track_of
from highlight_cuts_cv.jobs import task
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.model import BoundingBox, Doubt, State, Track, Why, lost_rows
from highlight_cuts_cv.tracking.picks import parse_pick

MARKED, OTHER = BoundingBox(100, 50, 140, 170), BoundingBox(150, 50, 190, 170)
CROSSED = Doubt(30, 40, Why.CROSSING, 34, (MARKED, OTHER))
AWAY = Doubt(10, 20, Why.LEFT, 15, (OTHER,))


def followed(count: int, *doubts: Doubt, lost: range = range(10, 20)) -> Track:
    xyxy, scores, states = lost_rows(count)
    xyxy[:], scores[:], states[:] = MARKED.as_xyxy(), 0.9, State.OBSERVED
    xyxy[lost.start : lost.stop], scores[lost.start : lost.stop] = np.nan, 0
    states[lost.start : lost.stop] = State.LOST
    return Track(xyxy, scores, states, doubts)


def told(*doubts: Doubt) -> list[str]:
    return list(doubts_told(followed(120, *doubts), video_clip(demo_clip())))


def test_times_frames_and_picks_are_told():
    assert told(AWAY, CROSSED) == [
        "Lost 1.0 to 2.0 s (frames 10 to 19): left the picture; --pick 15:150,50,40,120 decides.",
        "In doubt 3.0 to 4.0 s (frames 30 to 39): crossing; --pick 34:100,50,40,120 (who is marked) "
        "or --pick 34:150,50,40,120 decides.",
    ]
    assert told(Doubt(100, 120, Why.CUT)) == ["In doubt from 10.0 s on (frame 100): cut."]
    assert told() == []


def test_of_short_and_many_stretches_the_number_is_told():
    short = [Doubt(start, start + 4, Why.CUT) for start in (30, 40)]
    assert told(short[0]) == ["1 short stretch is lost or in doubt."]
    assert told(AWAY, *short)[1:] == ["2 shorter stretches are lost or in doubt, too."]
    many = [Doubt(start, start + 5 + start // 60, Why.CUT) for start in range(30, 100, 10)]
    said = told(*many)
    assert len(many) == MOST + 1 and len(said) == MOST + 1 and "1 shorter stretch is" in said[-1]
    assert all("from" in one or "10 s" in one or "s (" in one for one in said[:-1]) and "9.6 s" in said[-2]


def test_track_tells_them_as_frames_and_times_of_the_video(tmp_path, monkeypatch, capsys):
    doubts = (replace(AWAY, ask=15), CROSSED)
    monkeypatch.setattr("highlight_cuts_cv.jobs.follow.follow", lambda *_, **__: followed(50, *doubts))
    track_command(demo_clip(), ["20:#1"], tmp_path / "t.csv", frames="20:70")
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith(
        "Lost 3.0 to 4.0 s (frames 30 to 39): left the picture; --pick 35:150,50,40,120"
    )
    assert "In doubt 5.0 to 6.0 s (frames 50 to 59)" in said[2] and "--pick 54:100" in said[2]
    assert (tmp_path / "t.doubts.json").is_file()


@pytest.mark.parametrize(
    ("player", "whose"), [("", "01-The-red-jacket-arrives"), ("Sam", "Sam@01-The-red-jacket-arrives")]
)
def test_run_tells_whose_they_are(tmp_path, monkeypatch, capsys, player, whose):
    write_cut(demo_clip(), tmp_path / "game.otio")
    monkeypatch.setattr(task, "follow_on", lambda *_: followed(40, replace(CROSSED, start=25)))
    run(tmp_path / "game.otio", [f"{whose}=0:1056,330"], quality="preview")
    assert (
        f"{whose}: In doubt from 2.5 s on (frame 25): crossing; --pick {whose}=34:100,50"
        in capsys.readouterr().out
    )


def test_python_hands_on_why_a_frame_is_in_doubt(monkeypatch):
    monkeypatch.setattr(python_films, "follow", lambda *_: followed(50, AWAY, CROSSED))
    path = hccv.track_player(demo_clip(), (100, 50, 140, 170), frames=(0, 50))
    assert [path[i].doubt for i in (9, 10, 29, 30, 39, 40)] == [
        "",
        "left the picture",
        "",
        "crossing",
        "crossing",
        "",
    ]
    back = track_of(path)
    assert [(doubt.start, doubt.stop, doubt.why) for doubt in back.doubts] == [
        (10, 20, Why.LEFT),
        (30, 40, Why.CROSSING),
    ]


def test_a_frame_in_doubt_for_no_known_reason_is_refused():
    with pytest.raises(BadInputError, match="Frame 3 is in doubt for 'fog', which is none of crossing, left"):
        hccv.TrackingFrame(3, MARKED, 0.5, False, "fog")


def test_the_picks_told_are_picks():
    words = told(CROSSED)[0].split()
    picks = [parse_pick(words[place + 1]) for place, word in enumerate(words) if word == "--pick"]
    assert [(pick.frame_index, pick.box) for pick in picks] == [(34, MARKED), (34, OTHER)]
