"""Following once more: what was found is not looked for again, and a new pick changes only what it must."""

from __future__ import annotations

import numpy as np
import pytest
from hccv_follow.net import CropNet
from hccv_follow.passes import Guide, Known, Pass, paired, planned
from hccv_follow.path import Path

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.files.store import ArrayStore
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.model import Anchor, BoundingBox
from highlight_cuts_cv.tracking.picks import Pick

BOX = (100.0, 100.0, 140.0, 180.0)
ELSEWHERE = (300.0, 100.0, 340.0, 180.0)


def anchor(frame: int, shown: bool = True) -> Anchor:
    return Anchor(frame, BoundingBox(*BOX) if shown else None)


def test_passes_run_from_every_pick_to_its_neighbours():
    passes = planned([anchor(0), anchor(4), anchor(6, shown=False)], 9)
    assert [(one.start, one.stop) for one in passes] == [(0, 4), (4, 0), (4, 6)]
    pairs = [tuple(None if one is None else (one.start, one.stop) for one in pair) for pair in paired(passes)]
    assert pairs == [((0, 4), (4, 0)), ((4, 6), None)]


def steady(count: int, start: int, stop: int, score: float = 0.9) -> Path:
    path = Path.lost(count)
    frames = np.arange(start, stop, 1 if stop > start else -1)
    path.boxes[frames], path.scores[frames] = BOX, score
    return path


def test_a_known_pass_serves_a_shorter_one_only(tmp_path):
    store = ArrayStore(tmp_path, "clip")
    Known(20, store).add(Pass(2, 12, BOX), steady(20, 2, 12))
    known = Known(20, store)
    known.look_up([Pass(2, 8, BOX)])
    part = known.get(Pass(2, 8, BOX))
    assert part is not None
    assert part.shown.nonzero()[0].tolist() == list(range(2, 8))
    assert known.get(Pass(2, 13, BOX)) is None
    assert known.get(Pass(2, 8, ELSEWHERE)) is None and known.get(Pass(2, -1, BOX)) is None


def joined_at(guide: Guide, one: Pass, box=BOX) -> int | None:
    return next((index for index in one.order if guide.joined(index, [np.array(box)])), None)


@pytest.fixture
def towards() -> tuple[Known, Pass]:
    """A pass forward over the whole clip, and one that runs towards its pick."""
    known = Known(40, None)
    path = steady(40, 0, 40)
    known.add(Pass(0, 40, BOX), path)
    return known, Pass(35, 0, BOX)


def test_a_pass_stops_where_it_has_met_a_known_one_for_a_second(towards):
    known, one = towards
    (guide,) = known.guides(one, rate=10.0)
    assert joined_at(guide, one) == 25


def test_a_pick_on_a_path_without_doubt_needs_no_following(towards):
    known, one = towards
    (guide,) = known.guides(one, rate=10.0)
    assert guide.agrees(one)
    assert not guide.agrees(Pass(35, 0, ELSEWHERE))
    guide.path.scores[10] = 0.3
    (guide,) = known.guides(one, rate=10.0)
    assert not guide.agrees(one)


def test_a_pass_goes_on_beside_another_player_and_while_doubt_lies_ahead(towards):
    known, one = towards
    (guide,) = known.guides(one, rate=10.0)
    assert joined_at(guide, one, ELSEWHERE) is None
    guide.path.scores[10] = 0.3  # between the pass and the known one's pick
    (guide,) = known.guides(one, rate=10.0)
    assert joined_at(guide, one) == 9


def test_a_known_pass_that_ends_too_soon_is_no_help():
    known = Known(40, None)
    known.add(Pass(0, 20, BOX), steady(40, 0, 20))
    (guide,) = known.guides(Pass(5, 40, BOX), rate=5.0)
    assert joined_at(guide, Pass(5, 40, BOX)) is None


@pytest.fixture
def looks(monkeypatch) -> list[int]:
    """Counts the network's evaluations."""
    counted = [0]
    original = CropNet.__call__

    def counting(self, crop):
        counted[0] += 1
        return original(self, crop)

    monkeypatch.setattr(CropNet, "__call__", counting)
    return counted


def test_the_second_run_looks_at_nothing_and_one_pick_more_at_little(tmp_path, looks, monkeypatch):
    clip = video_clip(demo_clip(), "60:120")
    first = Pick(0, point=(950.0, 268.0))
    once = follow(clip, [first], Setup(), analysis=tmp_path)
    needed, looks[0] = looks[0], 0
    middle = Pick(30, box=BoundingBox(*(float(side) for side in once.xyxy[30])))
    corrected = follow(clip, [first, middle], Setup(), analysis=tmp_path)
    assert looks[0] < 0.75 * needed, "the new pick's passes end where they meet the first one's"
    shared = once.visible & corrected.visible
    assert (once.visible == corrected.visible).all()
    assert np.abs(once.xyxy[shared] - corrected.xyxy[shared]).max() < 8

    def decodes(*_):
        raise AssertionError("a frame is decoded again")

    monkeypatch.setattr(Reader, "read", decodes)
    looks[0] = 0
    again = follow(clip, [first, middle], Setup(), analysis=tmp_path)
    np.testing.assert_array_equal(again.xyxy, corrected.xyxy)
    # A player said to be out of sight needs no look either.
    hidden = follow(clip, [first, Pick(40)], Setup(), analysis=tmp_path)
    assert looks[0] == 0 and not hidden.visible[40]
    # smoothing looks a second ahead
    np.testing.assert_array_equal(hidden.xyxy[:27], once.xyxy[:27])
