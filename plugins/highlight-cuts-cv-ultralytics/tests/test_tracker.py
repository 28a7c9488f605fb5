"""BoT-SORT and ByteTrack keep the contract, follow the right one of two, and admit a loss."""

from __future__ import annotations

import numpy as np
import pytest
from highlight_cuts_cv.api import Anchor, BadInputError, BoundingBox, Detections, State, TrackJob
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.testing import check_tracker
from highlight_cuts_cv.testing.contracts import MemoryFrames, memory_clip

NAMES = ("botsort", "bytetrack")


@pytest.mark.parametrize("name", NAMES)
def test_keeps_the_contract(name: str) -> None:
    check_tracker(get_registry().tracker(name))


class Pair:
    """Two players who walk apart; the left one is detected in frames ``seen`` only."""

    def __init__(self, seen: range) -> None:
        self.seen = seen

    def left(self, index: int) -> tuple[float, float, float, float]:
        return 120 - 2 * index, 80, 150 - 2 * index, 150

    def __getitem__(self, index: int) -> Detections:
        boxes, scores = [(160 + 2 * index, 82, 190 + 2 * index, 152)], [0.9]
        if index in self.seen:
            boxes, scores = [*boxes, self.left(index)], [0.9, 0.6]
        return Detections(np.array(boxes, np.float32), np.array(scores, np.float32))


def job(pair: Pair, count: int, *anchors: Anchor) -> TrackJob:
    ground = np.random.default_rng(2).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    return TrackJob(
        clip=memory_clip(count), frames=MemoryFrames([ground] * count), anchors=anchors, detections=pair
    )


@pytest.mark.parametrize("name", NAMES)
def test_follows_the_picked_one_and_is_lost_when_it_ends(name: str) -> None:
    pair = Pair(range(14))
    track = get_registry().tracker(name).track(job(pair, 20, Anchor(4, BoundingBox(*pair.left(4)))))
    assert track.visible.tolist() == [True] * 14 + [False] * 6
    truth = np.array([pair.left(i) for i in range(14)])
    assert np.abs(track.xyxy[:14] - truth).max() < 4
    assert track.states[4] == State.ANCHOR
    assert track.scores[5] == pytest.approx(0.6)


@pytest.mark.parametrize("name", NAMES)
def test_several_picks_and_not_visible(name: str) -> None:
    pair = Pair(range(99))
    picks = (
        Anchor(0, BoundingBox(*pair.left(0))),
        Anchor(6, None),
        Anchor(12, BoundingBox(*pair.left(12))),
    )
    track = get_registry().tracker(name).track(job(pair, 16, *picks))
    assert track.states[6] == State.LOST
    assert np.delete(track.visible, 6).all()


def test_the_yaml_options_reach_the_tracker() -> None:
    pair = Pair(range(99))
    pick = Anchor(4, BoundingBox(*pair.left(4)))
    strict = get_registry().tracker("bytetrack", {"new_track_thresh": 0.8})
    assert strict.track(job(pair, 8, pick)).visible.sum() == 1  # the pick's own frame: 0.6 starts nobody


def test_without_camera_motion_botsort_reads_no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryFrames, "frames", None)
    pair = Pair(range(99))
    given = job(pair, 8, Anchor(0, BoundingBox(*pair.left(0))))
    assert get_registry().tracker("botsort", {"gmc_method": "none"}).track(given).visible.all()


def test_defaults_are_those_of_the_yaml_files() -> None:
    from ultralytics.utils import YAML
    from ultralytics.utils.checks import check_yaml

    for name in NAMES:
        spec = get_registry().trackers.find(name)
        theirs = YAML.load(check_yaml(f"{name}.yaml"))
        ours = {option.name: option.default for option in spec.options}
        assert ours.pop("model", "") == "" and theirs.pop("model", "auto") == "auto"
        assert theirs.pop("tracker_type") == name
        assert ours == theirs


def test_reidentification_without_weights_on_disk_is_refused() -> None:
    with pytest.raises(BadInputError, match="none are downloaded"):
        get_registry().tracker("botsort", {"with_reid": True, "model": "yolo26n-cls.pt"})
    with pytest.raises(BadInputError, match="'model' needs the path"):
        get_registry().tracker("botsort", {"with_reid": True})


def test_listed_without_problems() -> None:
    (report,) = [r for r in get_registry().reports if r.distribution == "highlight-cuts-cv-ultralytics"]
    assert report.problems == []
    assert len(report.provides) == 13
