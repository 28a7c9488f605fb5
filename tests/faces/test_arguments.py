"""What Python callers may give for a player and for a part of a video."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from highlight_cuts_cv import BoundingBox
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.arguments import read_frames, read_picks, read_player_picks
from highlight_cuts_cv.tracking.picks import Pick

BOX = BoundingBox(10, 20, 30, 80)


@pytest.mark.parametrize("box", [BOX, (10, 20, 30, 80), [10.0, 20.0, 30.0, 80.0], np.array([10, 20, 30, 80])])
def test_a_box_is_a_box_in_each_of_its_forms(box):
    assert read_picks(box, 7) == [Pick(7, box=BOX)]
    assert read_picks({7: box}) == read_picks([(7, box)]) == [Pick(7, box=BOX)]


def test_several_picks_come_as_a_mapping_or_a_list():
    picks = [Pick(3, box=BOX), Pick(9, point=(15.0, 40.0)), Pick(12), Pick(20, number=2)]
    given: dict[Any, Any] = {3: BOX, np.int64(9): (15, 40), 12: None, 20: "#2"}
    assert read_picks(given) == picks
    assert read_picks(list(given.items())) == picks
    assert (
        read_picks([(frame, list(place) if frame == 9 else place) for frame, place in given.items()]) == picks
    )


def test_four_picks_are_not_taken_for_a_box():
    assert [pick.frame_index for pick in read_picks([(i, BOX) for i in range(4)])] == [0, 1, 2, 3]


@pytest.mark.parametrize("given", ["9:#2", ["9:#2"], [(9, "#2")], {9: "#2"}])
def test_a_pick_may_be_written_as_on_the_command_line(given):
    assert read_picks(given) == [Pick(9, number=2)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((10, 20, 30), "no place in a picture"),
        ({0: (10, 20, 30)}, "no place in a picture"),
        ({0: (float("nan"), 20)}, "no place in a picture"),
        ((10, 20, 30, float("nan")), "four finite numbers"),
        ((30, 20, 10, 80), "x2 > x1"),
        (object(), "no place in a picture"),
        (5, "no place in a picture"),
        ([BOX, BOX], r"\(FRAME, box\)"),
        ({}, "Nobody was picked"),
        ([], "Nobody was picked"),
        ({-1: BOX}, "whole number counted from 0, but got -1"),
        ({1.5: BOX}, "whole number counted from 0, but got 1.5"),
        ({0: "who"}, "is not one of FRAME"),
    ],
)
def test_what_is_no_pick_is_refused_with_a_sentence(given, sentence):
    with pytest.raises(BadInputError, match=sentence):
        read_picks(given)


def test_a_frame_beside_picks_with_frames_of_their_own_is_refused():
    with pytest.raises(BadInputError, match="frame_index=4 says where a single box is"):
        read_picks({0: BOX}, 4)


@pytest.mark.parametrize("frames", ["30:60", range(30, 60), (30, 60), [30, 60], (np.int64(30), np.int64(60))])
def test_a_part_of_a_video_in_each_of_its_forms(frames):
    assert read_frames(frames) == "30:60"


def test_an_open_end_is_none():
    assert (read_frames(None), read_frames((30, None)), read_frames((None, 60))) == (None, "30:", ":60")


@pytest.mark.parametrize("frames", [range(0, 60, 2), (1.0, 2.0), (1,), (1, 2, 3), 5])
def test_what_is_no_part_of_a_video_is_refused(frames):
    with pytest.raises(BadInputError, match="no part of a video"):
        read_frames(frames)


def test_the_picks_of_a_timeline_are_those_of_the_command_line():
    texts = ["01-goal=2:#1", "01-goal=9:none", "Sam@02-save=3:15,40"]
    picks = read_player_picks(texts)
    assert picks == {
        "": {"01-goal": [Pick(2, number=1), Pick(9)]},
        "Sam": {"02-save": [Pick(3, point=(15, 40))]},
    }
    assert read_player_picks({"01-goal": {2: "#1", 9: None}, "Sam@02-save": "3:15,40"}) == picks
    assert read_player_picks({"01-goal": ["2:#1", "9:none"], "Sam@02-save": [(3, (15, 40))]}) == picks


@pytest.mark.parametrize("given", ["01-goal=2:#1", [BOX], 3])
def test_a_timelines_picks_in_no_form_are_refused(given):
    with pytest.raises(BadInputError, match="Picks are"):
        read_player_picks(given)
