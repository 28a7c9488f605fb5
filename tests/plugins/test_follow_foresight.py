"""Of a large picture everybody is looked at while it streams by, and around the player alone."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hccv_follow import crowd as crowd_module
from hccv_follow.appearance import AppearanceSettings
from hccv_follow.crowd import Onlooker
from hccv_follow.foresight import Foresight
from hccv_follow.linking import LinkingSettings
from hccv_follow.path import Path
from hccv_follow.surroundings import surrounded, surroundings
from hccv_follow.tracker import FollowTracker
from hccv_follow.tracklets import TrackletSettings

from highlight_cuts_cv.analysis.detections import LazyDetections
from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.api import CancelledError, Detections, Frame, Region, TrackJob
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow_on, workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import Track
from highlight_cuts_cv.testing.contracts import MemoryFrames
from highlight_cuts_cv.tracking.picks import parse_pick

RATE, EXTENT = 20.0, (3840, 2160)
NOBODY = np.full(4, np.nan)


def box(x: float, y: float = 1000, height: float = 100) -> np.ndarray:
    """A player of whom x, y is the middle."""
    return np.array([x - height / 4, y - height / 2, x + height / 4, y + height / 2])


def people(*boxes: np.ndarray) -> np.ndarray:
    return np.column_stack([np.array(boxes), np.full(len(boxes), 0.8)])


@pytest.mark.parametrize(("x", "expected"), [(1000 + 50 + 49, True), (1000 + 50 + 51, False), (1010, False)])
def test_somebody_within_half_a_height_announces_a_contact(x, expected):
    """1010 is the player's own detection."""
    seen = people(box(1005), box(x)) if x != 1010 else people(box(x))
    assert Foresight(RATE).expects([box(1000)], seen) is expected


def test_what_was_announced_is_expected_for_a_second_and_a_half():
    foresight = Foresight(RATE)
    assert foresight.expects([box(1000)], people(box(1000), box(1070)))
    assert [foresight.expects([box(1000)], None) for _ in range(31)] == [True] * 29 + [False] * 2


def test_a_loss_announces_one_too_and_nobody_knows_where_the_player_is():
    foresight = Foresight(RATE)
    assert not foresight.expects([box(1000)], None) and foresight.box[0] == 975
    assert not foresight.expects([], None) and foresight.box[0] == 975
    assert foresight.expects([NOBODY], None) and np.isnan(foresight.box[0])


@pytest.mark.parametrize(
    ("middle", "part"),
    [
        ((1800, 1000), (360, 160, 3240, 1840)),
        ((100, 1000), (0, 160, 2880, 1840)),
        ((3800, 2100), (960, 480, 3840, 2160)),
    ],
)
def test_the_part_is_six_heights_to_either_side_and_stays_in_the_picture(middle, part):
    region = surroundings(box(middle[0], middle[1], 240), EXTENT)
    assert region == Region(*part) and surrounded(box(middle[0], middle[1]), region, EXTENT)


def test_around_a_far_player_it_is_no_smaller_than_it_would_be_looked_at():
    assert surroundings(box(2000, 1000), EXTENT) == Region(848, 352, 3152, 1648)


@pytest.mark.parametrize(("x", "height"), [(1801.3, 241), (1700.9, 243.7), (3811, 240)])
def test_the_part_has_whole_samples_of_colour(x, height):
    region = surroundings(box(x, 1001, height), EXTENT)
    assert region is not None
    assert all(side % 2 == 0 for side in (region.x1, region.y1, region.x2, region.y2))


def test_of_a_picture_with_odd_sides_it_is_no_more_than_there_is():
    assert surroundings(box(1000, height=900), (1921, 1081)) == Region(0, 0, 1921, 1081)


def test_a_near_player_has_the_whole_picture_and_so_has_a_lost_one():
    assert surroundings(box(1000, height=900), EXTENT) == Region(0, 0, *EXTENT)
    assert surroundings(NOBODY, EXTENT) is None


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [(1299, 1000, True), (1301, 1000, False), (1000, 826, True), (1000, 824, False)],
)
def test_whoever_leaves_the_inner_half_needs_another_look(x, y, expected):
    assert surrounded(box(x, y), Region(400, 650, 1600, 1350), EXTENT) is expected


def test_beyond_the_pictures_edge_there_is_nothing_to_look_at():
    assert surrounded(box(30), Region(0, 650, 1200, 1350), EXTENT)
    assert not surrounded(box(30), Region(1, 650, 1201, 1350), EXTENT)


class Field:
    """A large meadow with a red player and others; counts what is asked of it."""

    def __init__(self) -> None:
        self.streamed: list[int] = []
        self.parts: list[Region | None] = []

    def motion(self, index: int) -> np.ndarray:
        return np.eye(2, 3)

    def cuts(self) -> list[int]:
        return []

    def stream(self, start: int, stop: int, backward: bool = False):
        raise AssertionError("everything was at hand")

    def frame(self, index: int) -> Frame:
        return Frame(index, index, Fraction(1, 20), np.full((2160, 3840, 3), (60, 140, 60), np.uint8))

    def __getitem__(self, index: int) -> Detections:
        raise AssertionError("the frame was at hand")

    def of(self, frame: Frame, part: Region | None = None) -> Detections:
        self.parts.append(part)
        found = people(box(1000), box(1300), box(3000))
        return Detections(found[:, :4].astype(np.float32), found[:, 4].astype(np.float32))


def onlooker(field: Field, company: bool = False) -> Onlooker:
    settings = TrackletSettings(), AppearanceSettings(), LinkingSettings()
    return Onlooker(field, field, EXTENT, RATE, lambda: None, settings, None, company)


def test_what_was_seen_as_it_streamed_by_is_not_decoded_again():
    field = Field()
    one = onlooker(field)
    for index in range(6):
        one.see(field.frame(index), box(1000))
    path = Path(np.tile(box(1000), (6, 1)), np.ones(6))
    seen = one.crowd([(0, 5)], path)
    assert len(seen.pieces) == 3 and seen.samples(0, 0, 5)
    assert one.crowd([(0, 5)], path) is seen


def test_a_part_is_looked_at_and_the_whole_in_company_or_after_a_loss():
    field = Field()
    onlooker(field).see(field.frame(0), box(1000))
    onlooker(field).see(field.frame(0), NOBODY)
    onlooker(field, company=True).see(field.frame(0), box(1000))
    assert field.parts == [Region(0, 352, 2304, 1648), None, None]


def test_a_path_that_went_elsewhere_is_looked_at_there():
    field = Field()
    one = onlooker(field)
    one.see(field.frame(0), box(1000))
    one.see(field.frame(0), box(1700))
    one.see(field.frame(0), box(3000))
    assert [None if part is None else part.x1 for part in field.parts] == [0, 1536]


class Row:
    """A detector that finds a box at each white square, and says how large the picture was."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def detect(self, frames, regions=None):
        ((frame,),) = [frames]
        self.sizes.append((frame.width, frame.height))
        columns = np.flatnonzero((frame.bgr > 128).all(2).any(0))
        starts = columns[np.diff(columns, prepend=-9) > 1]
        ends = columns[np.diff(columns, append=99999) > 1] + 1
        boxes = [[start, 10, end, 20] for start, end in zip(starts, ends, strict=True)]
        return [Detections(np.array(boxes, np.float32).reshape(-1, 4), np.full(len(boxes), 0.9, np.float32))]

    def close(self) -> None:
        pass


def test_a_part_is_a_picture_of_its_own_and_no_larger_than_it_must_be():
    picture = np.zeros((1000, 4000, 3), np.uint8)
    for left in (996, 1500, 2330):
        picture[400:480, left : left + 40] = 255
    detector = Row()
    found = LazyDetections(MemoryFrames([picture]), detector).of(
        Frame(0, 0, Fraction(1, 20), picture), Region(1000, 300, 2344, 900)
    )
    assert detector.sizes == [(672, 300)]
    # who is cut off at either side is nobody's
    np.testing.assert_allclose(found.xyxy, [[1500, 320, 1540, 340]], atol=3)


def test_more_than_three_players_are_company(monkeypatch):
    told = []

    def track(self: FollowTracker, job: TrackJob) -> Track:
        told.append(job.company)
        raise CancelledError("enough")

    monkeypatch.setattr(FollowTracker, "track", track)
    for players in (1, 3, 4):
        with workbench(video_clip(demo_clip(), "20:30"), Setup()) as bench, pytest.raises(CancelledError):
            follow_on(bench, [parse_pick("5:500,300,40,100")], Setup(), players=players)
    assert told == [False, False, True]


def test_everybody_is_seen_while_the_clip_streams_by_and_a_large_one_is_decoded_once(monkeypatch):
    """The demo, taken for a small and a large one: its judge decodes less, or hardly anything, again."""
    clip, streamed = video_clip(demo_clip(), "20:80"), [0]
    streams = Scene.stream

    def stream(self: Scene, start: int, stop: int, backward: bool = False):
        for shown in streams(self, start, stop, backward):
            streamed[0] += 1
            yield shown

    monkeypatch.setattr(Scene, "stream", stream)

    def followed(large: float, players: int = 1) -> tuple[Track, int]:
        monkeypatch.setattr(crowd_module, "LARGE", large)
        streamed[0] = 0
        with workbench(clip, Setup()) as bench:
            return follow_on(bench, [parse_pick("10:950,268")], Setup(), players=players), streamed[0]

    with monkeypatch.context() as nobody_foresees:
        nobody_foresees.setattr(Foresight, "expects", lambda self, boxes, everyone: False)
        usual, often = followed(1e12)
    track, less = followed(1e12)
    assert less <= often - 10
    np.testing.assert_array_equal(track.xyxy, usual.xyxy)
    for players in (1, 4):
        track, seldom = followed(0, players)
        assert seldom <= less - 10
        shown = usual.visible & track.visible
        assert shown.mean() > 0.95
        assert np.abs(track.xyxy[shown] - usual.xyxy[shown]).max() < 12
