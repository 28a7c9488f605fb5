"""track.csv: what is written is what is read, and bad files are refused with a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.model import BadInputError, State, Track
from highlight_cuts_cv.tracking.files import read_track, write_track


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
        ("0,2,3,4,5\n", "frame from 1"),
        ("1,2,3,0,5\n", "above 0"),
        ("1,2,3,inf,5\n", "above 0"),
        ("1,2,3,4,5\n1,2,3,4,5\n", "second time"),
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
