"""Several players of one clip share what is decoded, and each path is what it is one after another."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from highlight_cuts_cv.analysis.rounds import Rounds
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow_all, follow_on, workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.model import Track
from highlight_cuts_cv.tracking.picks import parse_pick

PLAYERS = {
    "Sam": [parse_pick("10:950,268")],
    "Ann": [parse_pick("10:#2")],
    "Kim": [parse_pick("10:#3")],
    "Lee": [parse_pick("25:#2")],
}
COUNT = 40


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often each frame of the recording was decoded."""
    counted: Counter[int] = Counter()
    reads = Reader.read

    def reading(self, first):
        for number, picture in reads(self, first):
            counted[number] += 1
            yield number, picture

    monkeypatch.setattr(Reader, "read", reading)
    return counted


def test_paths_are_those_of_one_after_another_and_less_is_decoded(decoded: Counter[int]) -> None:
    clip, setup = video_clip(demo_clip(), f"20:{20 + COUNT}"), Setup()
    apart: dict[str, Track] = {}
    with workbench(clip, setup) as bench:
        for name, picks in PLAYERS.items():
            apart[name] = follow_on(bench, picks, setup)
            if name == "Sam":
                first = decoded.total()
        others = decoded.total() - first
    decoded.clear()
    with workbench(clip, setup) as bench:
        tracks = follow_all(bench, PLAYERS, setup, lambda name: follow_on(bench, PLAYERS[name], setup))
    assert [*tracks] == [*PLAYERS]
    for name, track in apart.items():
        np.testing.assert_array_equal(tracks[name].xyxy, track.xyxy, name)
        np.testing.assert_array_equal(tracks[name].scores, track.scores, name)
        np.testing.assert_array_equal(tracks[name].states, track.states, name)
        assert tracks[name].doubts == track.doubts
    assert decoded.total() - first <= 0.8 * others, "three share what each decoded"


def test_who_is_followed_in_other_frames_or_in_frames_of_which_little_is_known_is_followed_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together: list[int] = []
    does = Rounds.do

    def noted(self, pieces):
        together.append(len(pieces))
        return does(self, pieces)

    monkeypatch.setattr(Rounds, "do", noted)
    track = Track.lost(COUNT)
    clip, setup = video_clip(demo_clip(), f"20:{20 + COUNT}"), Setup()
    with workbench(clip, setup) as bench:
        followed: list[str] = []

        def follow_one(name: str) -> Track:
            followed.append(name)
            return track

        follow_all(bench, PLAYERS, setup, follow_one)
        assert not together, "nothing is known of the clip, so each might find out something of it"
        view = bench.view(np.arange(COUNT), float(clip.rate), True)
        monkeypatch.setattr(view.scene, "analysed", lambda *_: True)
        follow_all(bench, {name: PLAYERS[name] for name in ("Sam", "Ann")}, setup, follow_one)
        assert not together, "the first is followed alone, and one alone shares nothing"
        follow_all(bench, PLAYERS, setup, follow_one)
    assert together == [3]
    assert followed == [*PLAYERS, "Sam", "Ann", *PLAYERS]
