"""Looking whether somebody is where the user points: once for each pick, and all that nobody fits are told together."""

from __future__ import annotations

import pytest

from highlight_cuts_cv.analysis.detections import LazyDetections
from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs.settle import settled
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import BadInputError, CancelledError
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.tracking.picks import parse_pick

ONE, TWO = "01-The-red-jacket-arrives", "02-The-man-in-jeans-walks-away"


@pytest.fixture
def looks(monkeypatch, tmp_path):
    """The frames that are looked at, a closer look counted as another, where nothing is known of the clips."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    looked = []
    alone = LazyDetections._alone

    def _alone(self, frame, *more):
        looked.append(("closer", frame.index))
        return alone(self, frame, *more)

    at = LazyDetections.at

    def whole(self, index, frame, part=None):
        looked.append(("whole", index))
        return at(self, index, frame, part)

    monkeypatch.setattr(LazyDetections, "_alone", _alone)
    monkeypatch.setattr(LazyDetections, "at", whole)
    return looked


def picks(**texts):
    of_clips = {"one": ONE, "two": TWO}
    return {
        of_clips[clip]: {"": tuple(parse_pick(text) for text in text.split())} for clip, text in texts.items()
    }


@pytest.fixture
def timeline(tmp_path):
    return read_timeline(write_cut(demo_clip(), tmp_path / "cut.otio"))


def test_a_number_costs_one_look_and_is_kept_with_the_box_of_whom_it_means(timeline, looks):
    found = settled(timeline, picks(one="20:#1", two="5:#1 9:none 12:100,80,40,120"), Setup(), Watch())
    assert looks == [("whole", 20), ("whole", 5)]
    (one,), (two, nobody, box) = found[ONE][""], found[TWO][""]
    assert one.number == two.number == 1
    assert one.box is not None and two.box is not None and one.box != two.box
    assert [nobody, box] == [parse_pick("9:none"), parse_pick("12:100,80,40,120")]


def test_all_picks_that_nobody_fits_are_told_together(timeline):
    wrong = picks(one="20:#9 3:#1", two="5:#8")
    with pytest.raises(BadInputError) as told:
        settled(timeline, wrong, Setup(), Watch())
    first, second = str(told.value).splitlines()
    assert first.startswith(f"In '{ONE}': There is no player #9 in frame 20: ")
    assert second.startswith(f"In '{TWO}': There is no player #8 in frame 5: ")


def test_it_stops_when_asked(timeline):
    with pytest.raises(CancelledError):
        settled(timeline, picks(one="20:#1"), Setup(), Watch(cancelled=lambda: True))
