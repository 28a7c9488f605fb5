"""track.csv: what is written is what is read, and bad files are refused with a sentence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from highlight_cuts_cv.model import BadInputError, BoundingBox, Doubt, State, Track, Why
from highlight_cuts_cv.testing.contracts import memory_clip
from highlight_cuts_cv.tracking.files import read_track, track_over_clip, write_track


def track_with_a_gap() -> Track:
    xyxy = np.array([[10, 20, 30.25, 80], [np.nan] * 4, [12, 20, 32, 80.5]], np.float32)
    return Track(
        xyxy,
        np.array([1, 0, 0.75], np.float32),
        np.array([State.ANCHOR, State.LOST, State.OBSERVED], np.uint8),
    )


def test_round_trip_keeps_boxes_scores_frames_and_gaps(tmp_path):
    path = tmp_path / "track.csv"
    write_track(path, track_with_a_gap(), first_frame=100)
    lines = path.read_text().splitlines()
    assert lines[0] == "frame,left,top,width,height,score"
    assert lines[1] == "101,10.00,20.00,20.25,60.00,1.000"
    assert len(lines) == 3
    track, first = read_track(path)
    assert first == 100
    np.testing.assert_allclose(track.xyxy, track_with_a_gap().xyxy, atol=0.01)
    np.testing.assert_allclose(track.scores, track_with_a_gap().scores, atol=0.001)
    assert track.visible.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no rows"),
        ("frame,left,top,width,height,score\n", "has no rows"),
        ("frame,left,top,width,height\n1,2,3,x,5\n", "Line 2"),
        ("1,2,3,4\n", "Line 1"),
        ("1,2,3,4,5\n2,2,3,4\n", "Line 2"),
        ("0,2,3,4,5\n", r"Line 1 .* whole number from 1 to 10000000, but has 0\."),
        ("1,2,3,4,5\n-7,2,3,4,5\n", r"Line 2 .* whole number .* has -7\."),
        ("2.5,2,3,4,5\n", r"Line 1 .* whole number .* has 2\.5\."),
        ("nan,2,3,4,5\n", "Line 1 .* whole number .* has nan"),
        ("inf,2,3,4,5\n", "Line 1 .* whole number .* has inf"),
        ("1,2,3,4,5\n2000000000,2,3,4,5\n", "Line 2 .* whole number .* has 2000000000"),
        ("10000001,2,3,4,5\n", "whole number"),
        ("1,2,3,0,5\n", "Line 1 .* above 0"),
        ("1,2,3,4,-5\n", "Line 1 .* above 0"),
        ("1,100000,3,0.0001,5\n", "Line 1 .* above 0"),
        ("1,2,3,inf,5\n", "Line 1 .* finite"),
        ("1,nan,3,4,5\n", "Line 1 .* finite"),
        ("1,2,-1e39,4,5\n", "Line 1 .* finite"),
        ("1,2,3,4,5,1.2\n", r"Line 1 .* score from 0 to 1, but has 1\.2"),
        ("1,2,3,4,5,-1\n", "Line 1 .* score"),
        ("1,2,3,4,5,nan\n", "Line 1 .* score"),
        ("1,2,3,4,5\n2,2,3,4,5\n1,2,3,4,5\n", "Line 3 .* frame 1 a second time"),
        ("1,2,3,4," + "5" * 200_000 + "\n", "cannot be read"),
    ],
)
def test_bad_files_are_refused(tmp_path, text, said):
    path = tmp_path / "track.csv"
    path.write_text(text)
    with pytest.raises(BadInputError, match=said):
        read_track(path)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(BadInputError, match="cannot be read"):
        read_track(tmp_path / "none.csv")


def test_a_row_may_lie_partly_outside_the_picture_and_have_no_score(tmp_path):
    path = tmp_path / "track.csv"
    path.write_text("10000000,-2.5,3,4,5\n")
    track, first = read_track(path)
    assert (first, track.xyxy.tolist(), track.scores.tolist()) == (9_999_999, [[-2.5, 3, 1.5, 8]], [1])


def doubtful_track() -> Track:
    sure = track_with_a_gap()
    box = BoundingBox(12, 20, 32, 80)
    return replace(sure, doubts=(Doubt(1, 2, Why.LEFT), Doubt(2, 3, Why.CROSSING, 2, (box,))))


def test_doubts_lie_beside_the_track_as_picks_and_come_back_with_it(tmp_path):
    path = tmp_path / "track.csv"
    write_track(path, doubtful_track(), first_frame=100)
    told = json.loads((tmp_path / "track.doubts.json").read_text())
    assert told["track"] == "track.csv"
    lost = {"first_frame": 102, "last_frame": 102, "lost": True, "why": "left the picture", "picks": []}
    shown = {
        "first_frame": 103, "last_frame": 103, "lost": False, "why": "crossing", "picks": ["102:12,20,20,60"],
    }  # fmt: skip
    assert told["doubts"] == [lost, shown]
    assert read_track(path)[0].doubts == doubtful_track().doubts


def test_a_clip_gets_the_doubts_of_its_frames(tmp_path):
    path = tmp_path / "track.csv"
    write_track(path, doubtful_track(), first_frame=1)
    (doubt,) = track_over_clip(path, replace(memory_clip(9), first_frame=3)).doubts
    assert (doubt.start, doubt.stop, doubt.ask) == (0, 1, 0)
    whole = track_over_clip(path, memory_clip(9))
    assert [(doubt.start, doubt.stop, doubt.ask) for doubt in whole.doubts] == [(2, 3, None), (3, 4, 3)]


@pytest.mark.parametrize("text", ["{", "[]", '{"sha256": 1}', '{"sha256": "?", "doubts": 5}'])
def test_what_is_no_file_of_doubts_is_none(tmp_path, text):
    path = tmp_path / "track.csv"
    write_track(path, doubtful_track())
    beside = tmp_path / "track.doubts.json"
    beside.write_text(text.replace("?", hashlib.sha256(path.read_bytes()).hexdigest()))
    assert read_track(path)[0].doubts == ()


def test_doubts_of_a_track_that_was_changed_since_are_not_taken(tmp_path):
    path = tmp_path / "track.csv"
    write_track(path, doubtful_track())
    path.write_text(path.read_text().replace("10.00", "11.00"))
    assert read_track(path)[0].doubts == ()


def test_a_track_without_doubts_leaves_none_of_an_earlier_one(tmp_path):
    path = tmp_path / "track.csv"
    write_track(path, doubtful_track())
    write_track(path, track_with_a_gap())
    assert json.loads((tmp_path / "track.doubts.json").read_text())["doubts"] == []
