"""One pick for a reel: the same player is found in the other clips, or it is said who it may be."""

from __future__ import annotations

import numpy as np
import pytest

import highlight_cuts_cv as hccv
from highlight_cuts_cv.api import Identity, Sighting
from highlight_cuts_cv.contracts import Watch, unwatched
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.filled import fillings_told
from highlight_cuts_cv.jobs import filling, same_player
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.filling import Filled
from highlight_cuts_cv.jobs.same_player import (
    Candidate,
    Proposal,
    after_reading,
    sorted_by_track,
    with_numbers,
)
from highlight_cuts_cv.jobs.same_player import everybody_in as everybody_in_clip
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import BadInputError, BoundingBox, JobFailedError, State, Track, box_ious
from highlight_cuts_cv.plugin.registry import Registry
from highlight_cuts_cv.recognition.everybody import Person
from highlight_cuts_cv.recognition.looks import LENGTH
from highlight_cuts_cv.tracking.picks import Pick

RED_JACKET = (1023, 245, 62, 161)  # left, top, width, height, two seconds after the beginning
LATER = {"02-two": (45, 17, (697, 139, 47, 134)), "03-three": (85, 32, (825, 33, 37, 105))}


@pytest.fixture
def reel(tmp_path):
    lines = ["videoName,startTime,stopTime,notes", *("0:00,0:04,one", "0:04.5,0:08,two", "0:08.5,0:12,three")]
    csv = tmp_path / "reel.csv"
    csv.write_text("\n".join([lines[0], *(f"{demo_clip()},{line}" for line in lines[1:])]) + "\n")
    return csv


def test_who_is_picked_in_one_clip_is_found_in_the_others(reel):
    left, top, width, height = RED_JACKET
    picked = {"one": {20: BoundingBox(left, top, left + width, top + height)}}
    done = hccv.run_timeline(reel, picked, same_player=True, quality="preview")
    assert set(done.candidates) == set(LATER), "the picked clip is not asked about"
    taken = 0
    for clip, (start, frame, (left, top, width, height)) in LATER.items():
        ((_, best), *_) = done.candidates[clip][""]
        assert best.confidence > 0.9
        assert (clip in done.films) == (best.confidence >= 0.98)
        if clip in done.films:
            taken += 1
            shown = done.tracking[clip][""][frame]
            assert shown.frame_index == start + frame and shown.bbox is not None
            there = np.array([left, top, left + width, top + height], np.float32)
            assert box_ious(there, np.asarray(shown.bbox, np.float32)) > 0.5
    assert taken, "nobody was sure enough anywhere"
    again = hccv.run_timeline(reel)
    assert set(again.films) == set(done.films), "what was filled in is remembered"


def test_a_number_alone_finds_who_wears_it_or_says_that_nobody_does(reel, monkeypatch):
    class Reader:
        def __init__(self, label):
            self.label = label

        def identify(self, job):
            red = sum(map(_wears_red, job.sightings))
            return [Identity(self.label, 0.999)] if 2 * red > len(job.sightings) else []

        def close(self):
            pass

    monkeypatch.setattr(Registry, "identifier", lambda *_: Reader("8"))
    with pytest.raises(JobFailedError, match="surely enough"):
        hccv.run_timeline(reel, number="7")
    monkeypatch.setattr(Registry, "identifier", lambda *_: Reader("7"))
    done = hccv.run_timeline(reel, number="7")
    assert set(done.films) == {"01-one", "02-two", "03-three"}


def test_a_number_points_where_it_was_read_though_the_piece_is_of_two_people():
    person = Person()
    for frame in range(6):
        box = np.array([100.0 + frame, 50, 140 + frame, 150 + 10 * (frame == 1)])
        person.frames.append(10 * frame)
        person.boxes.append(box)
        person.looks.append(np.zeros(LENGTH, np.float32))
        person.weights.append(1.0)
        picture = np.zeros((100, 40, 3), np.uint8)
        person.sightings.append((float(frame % 5), Sighting(10 * frame, picture, BoundingBox(0, 0, 40, 100))))
    person.sightings.reverse()  # they are kept in no order
    assert person.best == 1

    class Reader:
        def __init__(self, label, seen):
            self.found = [Identity(label, 0.999, seen)]

        def identify(self, job):
            return self.found

        def close(self):
            pass

    def pointed(label, seen):
        return with_numbers([person], [0.5], True, Reader(label, seen), "22", Watch())[1:]

    assert pointed("22", (2, 3, 5)) == (["22"], [3])
    assert pointed("22", ()) == (["22"], [1]) and pointed("8", (3,)) == (["8"], [1])


def test_who_has_no_pictures_is_not_read():
    """As a short part of a long piece, whose clearest pictures all lie in the other part."""

    class Reader:
        def identify(self, job):
            assert job.sightings
            return [Identity("22", 0.999)]

        def close(self):
            pass

    def seen(frame, sightings):
        person = Person([frame], [np.array([100.0, 50, 140, 150])], [np.zeros(LENGTH, np.float32)], [1.0])
        person.sightings = [
            (1.0, Sighting(frame, np.zeros((100, 40, 3), np.uint8), BoundingBox(0, 0, 40, 100)))
        ][:sightings]
        return person

    people = [seen(0, 0), seen(5, 1)]
    chances, labels, _ = with_numbers(people, [0.6, 0.5], True, Reader(), "22", Watch())
    assert labels == ["", "22"] and chances[0] == pytest.approx(0.6) and chances[1] > 0.98


def test_everybody_in_a_clip_is_broken_where_somebody_else_begins(monkeypatch):
    found = [Person()]
    monkeypatch.setattr(same_player, "everybody", lambda *_: found)
    monkeypatch.setattr(same_player, "broken_at_changes", lambda people: [*people, "part"])
    assert everybody_in_clip(video_clip(demo_clip(), "0:3"), Setup(), unwatched) == [*found, "part"]


def _wears_red(sighting):
    x1, y1, x2, y2 = (max(0, int(value)) for value in sighting.box.as_xyxy())
    chest = sighting.picture[y1 + (y2 - y1) // 8 : y1 + (y2 - y1) // 2, x1:x2].reshape(-1, 3).astype(float)
    return (chest[:, 2] - chest[:, :2].max(axis=1) > 50).mean() > 0.08


def test_each_clip_is_looked_at_once_for_however_many_players(reel, monkeypatch):
    looked: list[str] = []
    found = everybody_in_clip

    def everybody_in(clip, *more):
        looked.append(clip.clip_id)
        return found(clip, *more)

    monkeypatch.setattr(filling, "everybody_in", everybody_in)
    left, top, width, height = RED_JACKET
    picks = [f"Red@one=20:{left},{top},{width},{height}", "Dark@one=20:685,250"]
    done = hccv.run_timeline(reel, picks, same_player=True, quality="preview")
    assert sorted(looked) == ["01-one", "02-two", "03-three"]
    assert all(set(here) == {"Red", "Dark"} for here in done.candidates.values())


def test_without_a_pick_or_a_number_nobody_can_be_looked_for(reel):
    with pytest.raises(BadInputError, match="Nobody was picked"):
        hccv.run_timeline(reel, same_player=True)


def test_an_identifier_that_is_not_there_is_refused_before_any_work(reel):
    with pytest.raises(BadInputError, match="no identifier 'faces'"):
        hccv.run_timeline(reel, number="7", identifier="faces")


def test_what_is_told_of_each_clip():
    sure, unsure = (
        Candidate(Pick(8, box=BoundingBox(1, 2, 11, 22)), 0.996),
        Candidate(Pick(5, point=(1, 2)), 0.979, "7"),
    )
    told = fillings_told(
        [
            Filled("", Proposal("01-a", (sure, unsure))),
            Filled("Sam", Proposal("02-b", (unsure,))),
            Filled("", Proposal("03-c", ())),
        ]
    )
    assert [*told] == [
        "01-a: picked in frame 8, over 99 % sure.",
        "Sam@02-b: left for you to say: --pick Sam@02-b=5:1,2 (97 % sure, reads 7).",
        "03-c: nobody there looks like the player; left as it is.",
    ]


def test_what_is_read_counts_as_much_as_it_says():
    assert after_reading(0.3, {"7": 0.95}, "7") > 0.98
    assert after_reading(0.97, {"8": 0.95}, "7") < 0.7
    assert after_reading(1 / 101, {"7": 0.95}, "7") < 0.98 < after_reading(1 / 101, {"7": 0.995}, "7")
    assert after_reading(0.5, {}, "7") == pytest.approx(0.5)


def test_the_followed_player_and_who_is_surely_another():
    count = 20
    boxes = np.tile(np.array([100, 100, 140, 200], np.float32), (count, 1))
    boxes[10:] = np.nan
    states = np.where(np.arange(count) < 10, State.OBSERVED, State.LOST).astype(np.uint8)
    track = Track(boxes, (states != State.LOST).astype(np.float32), states)

    def seen(frames, left):
        person = Person(frames=list(frames), boxes=[np.array([left, 100.0, left + 40, 200]) for _ in frames])
        person.looks, person.weights = [np.zeros(1, np.float32)] * len(frames), [1.0] * len(frames)
        return person

    player, beside, away, later = (
        seen(range(0, 9, 3), 102),
        seen(range(0, 9, 3), 125),
        seen(range(0, 9, 3), 300),
        seen(range(12, 18, 2), 300),
    )
    own, others = sorted_by_track([player, beside, away, later], track)
    assert own == [player], "who shares some of the box is not the player"
    assert others == [away, beside] or others == [away], (
        "who is seen while the player is not may be the player"
    )
    assert later not in others
