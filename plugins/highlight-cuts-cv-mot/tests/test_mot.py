"""Every tracker keeps the contract, follows the right one of two, and admits a loss."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points, metadata

import numpy as np
import pytest
from highlight_cuts_cv.api import Anchor, BadInputError, BoundingBox, Detections, State, TrackJob
from highlight_cuts_cv.contracts import resolve_options
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.testing import check_tracker
from highlight_cuts_cv.testing.contracts import MemoryFrames, memory_clip

NAMES = ("mot-sort", "mot-bytetrack", "mot-ocsort", "mot-botsort", "mot-cbiou", "arcsort")


@pytest.mark.parametrize("name", NAMES)
def test_keeps_the_contract(name: str) -> None:
    check_tracker(get_registry().tracker(name))


class Pair:
    """Two players who walk apart; the left one is not detected from frame ``gone`` on."""

    def __init__(self, gone: int) -> None:
        self.gone = gone

    def left(self, index: int) -> tuple[float, float, float, float]:
        return 120 - 2 * index, 80, 150 - 2 * index, 150

    def __getitem__(self, index: int) -> Detections:
        boxes = [(160 + 2 * index, 82, 190 + 2 * index, 152)]
        scores = [0.9]
        if index < self.gone:
            boxes.append(self.left(index))
            scores.append(0.6)
        return Detections(np.array(boxes, np.float32), np.array(scores, np.float32))


def job(pair: Pair, count: int, *anchors: Anchor) -> TrackJob:
    ground = np.random.default_rng(2).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    return TrackJob(
        clip=memory_clip(count), frames=MemoryFrames([ground] * count), anchors=anchors, detections=pair
    )


@pytest.mark.parametrize("name", NAMES)
def test_follows_the_picked_one_and_is_lost_when_it_ends(name: str) -> None:
    pair = Pair(gone=14)
    pick = Anchor(4, BoundingBox(*pair.left(4)))
    track = get_registry().tracker(name).track(job(pair, 20, pick))
    assert (track.states[14:] == State.LOST).all()
    seen = np.flatnonzero(track.visible)
    assert len(seen) >= 12
    truth = np.array([pair.left(int(i)) for i in seen])
    assert np.abs(track.xyxy[seen] - truth).max() < 6
    assert track.scores[5] == pytest.approx(0.6)


@pytest.mark.parametrize("name", NAMES)
def test_not_visible_and_a_second_pick(name: str) -> None:
    pair = Pair(gone=99)
    picks = (
        Anchor(0, BoundingBox(*pair.left(0))),
        Anchor(6, None),
        Anchor(12, BoundingBox(*pair.left(12))),
    )
    track = get_registry().tracker(name).track(job(pair, 16, *picks))
    assert track.states[6] == State.LOST
    assert track.states[[0, 12]].tolist() == [State.ANCHOR, State.ANCHOR]
    assert track.visible[[5, 13, 15]].all()


def test_options_reach_the_tracker() -> None:
    pair = Pair(gone=99)
    pick = Anchor(4, BoundingBox(*pair.left(4)))
    strict = get_registry().tracker("mot-sort", {"track_activation_threshold": 0.8})
    assert strict.track(job(pair, 8, pick)).visible.sum() == 1  # the pick's own frame: 0.6 starts nobody


def test_wrong_options_say_what_is_right() -> None:
    with pytest.raises(BadInputError, match="between 0 and 1"):
        get_registry().tracker("mot-bytetrack", {"high_conf_det_threshold": 3})
    with pytest.raises(BadInputError, match="sportsmot, dancetrack"):
        get_registry().tracker("arcsort", {"preset": "ice-hockey"})


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_a_default_that_fits(name: str) -> None:
    spec = get_registry().trackers.find(name)
    assert resolve_options(spec.options, {}).keys() == {option.name for option in spec.options}


def test_listed_without_problems() -> None:
    (report,) = [r for r in get_registry().reports if r.distribution == "highlight-cuts-cv-mot"]
    assert report.problems == []
    assert report.provides == [f"tracker {name}" for name in NAMES]


def test_listing_imports_neither_package_and_using_them_no_torch() -> None:
    code = (
        "import sys; from highlight_cuts_cv.plugin.registry import get_registry; r = get_registry();"
        "assert not {'trackers', 'arcsort', 'supervision'} & set(sys.modules);"
        "[r.tracker(n) for n in %r]; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code % (NAMES,)], check=True, timeout=60)


@pytest.mark.parametrize("package", ["trackers", "arcsort"])
def test_licences_are_permissive(package: str) -> None:
    about = metadata(package)
    assert "Apache" in f"{about.get('License')} {about.get('License-Expression')}"


def test_the_entry_point_is_ours() -> None:
    (point,) = entry_points(group="highlight_cuts_cv", name="mot")
    assert point.value == "hccv_mot"
