"""The default tracker: honest about losses, cuts and absences, right on real footage."""

from __future__ import annotations

import numpy as np
import pytest
from hccv_follow.duel import DuelSettings, settle
from hccv_follow.join import join
from hccv_follow.path import Path

from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.contracts import TrackJob, no_progress
from highlight_cuts_cv.model import Anchor, BoundingBox, Detections, Frame, Region, State
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.testing.contracts import RATE, MemoryFrames, memory_clip, moving_square

LEFT, RIGHT = (100.0, 100.0, 140.0, 180.0), (300.0, 100.0, 340.0, 180.0)


class Nobody:
    def of(self, frame: Frame, part: Region | None = None) -> Detections:
        return self[frame.index]

    def __getitem__(self, index: int) -> Detections:
        return Detections.none()


@pytest.fixture(scope="module")
def tracker():
    return get_registry().tracker("follow")


def follow(tracker, pictures, *anchors, progress=no_progress):
    frames = MemoryFrames(pictures)
    job = TrackJob(
        clip=memory_clip(len(pictures)),
        frames=frames,
        anchors=anchors,
        detections=Nobody(),
        scene=Scene(frames, Nobody(), float(RATE)),
        progress=progress,
    )
    return tracker.track(job)


def path(*boxes, score=0.8) -> Path:
    made = Path.lost(len(boxes))
    for i, box in enumerate(boxes):
        if box is not None:
            made.boxes[i], made.scores[i] = box, score
    return made


def test_joining_agreeing_passes_shows_everything():
    joined = join(path(*[LEFT] * 6), path(*[LEFT] * 6))
    assert joined.shown.all()
    np.testing.assert_allclose(joined.boxes, [LEFT] * 6)


def test_joining_changes_over_where_passes_disagree_only_through_a_loss():
    forward = path(*[LEFT] * 10, *[RIGHT] * 10, score=0.9)
    forward.scores[10:] = 0.1
    backward = path(*[RIGHT] * 10, *[LEFT] * 10, score=0.9)
    backward.scores[:10] = 0.1
    joined = join(forward, backward)
    shown = joined.boxes[joined.shown]
    assert (shown[:, 0] == LEFT[0]).all()
    assert not np.isnan(joined.boxes[[0, -1]]).any()


def test_where_two_followers_part_the_one_that_leads_back_is_believed():
    first = path(*[LEFT] * 10, *[RIGHT] * 30)
    second = path(*[LEFT] * 40)
    order = np.arange(40)

    def back(index, box, until):
        return path(*[tuple(box)] * 40)  # whoever is followed back stands still

    result = settle(first, second, order, 10.0, back)
    np.testing.assert_allclose(result.boxes, [LEFT] * 40)
    assert (result.scores[10:] <= DuelSettings().doubted).all() and (result.scores[:10] == 0.8).all()


def test_only_where_both_were_the_same_can_one_lead_back():
    """The first is lost for a second, then with somebody else: what the second showed meanwhile proves nothing."""
    first = path(*[LEFT] * 10, *[None] * 10, *[RIGHT] * 20)
    second = path(*[LEFT] * 40)
    asked = []

    def back(index, box, until):
        asked.append(until)
        return path(*[tuple(box)] * 40)

    result = settle(first, second, np.arange(40), 10.0, back)
    np.testing.assert_allclose(result.boxes, [LEFT] * 40)
    strayed = path(*[LEFT] * 10, *[RIGHT] * 30)
    result = settle(path(*[LEFT] * 10, *[None] * 10, *[LEFT] * 20), strayed, np.arange(40), 10.0, back)
    np.testing.assert_allclose(result.boxes[20:], [LEFT] * 20)
    assert set(asked) == {4}


def test_where_neither_leads_back_and_neither_is_better_the_player_is_lost():
    first, second = path(*[LEFT] * 10, *[RIGHT] * 30), path(*[LEFT] * 10, *[(10.0, 10.0, 50.0, 90.0)] * 30)
    result = settle(first, second, np.arange(40), 10.0, lambda index, box, until: Path.lost(40))
    assert result.shown[:10].all() and not result.shown[10:].any()


def test_a_path_never_crosses_a_cut_without_a_pick_beyond(tracker):
    pictures, boxes = moving_square(10)
    other = [np.ascontiguousarray(255 - picture[::-1]) for picture in pictures]
    track = follow(tracker, pictures + other, Anchor(2, boxes[2]))
    assert track.visible[:10].all() and not track.visible[10:].any()
    upside_down = BoundingBox(boxes[5].x1, 240 - boxes[5].y2, boxes[5].x2, 240 - boxes[5].y1)
    both = follow(tracker, pictures + other, Anchor(2, boxes[2]), Anchor(15, upside_down))
    assert both.visible.all()
    assert both.states[15] == State.ANCHOR


def test_a_black_clip_and_the_shortest_clips_give_a_track(tracker):
    black = [np.zeros((240, 320, 3), np.uint8)] * 5
    track = follow(tracker, black, Anchor(4, BoundingBox(10, 10, 40, 90)))
    assert track.states[4] == State.ANCHOR and len(track) == 5
    pictures, boxes = moving_square(3)
    assert follow(tracker, pictures, Anchor(0, boxes[0])).visible.all()


def leaving() -> tuple[list[np.ndarray], int, Anchor]:
    """Pictures of a square that walks out, and then is gone; in how many it is wholly inside; and where it begins."""
    pictures, boxes = moving_square(60)
    ground = np.random.default_rng(1).integers(90, 120, (240, 320, 3), dtype=np.uint8)
    inside = [i for i, box in enumerate(boxes) if box.x2 < 320]
    return [pictures[i] for i in inside] + [ground] * 25, len(inside), Anchor(0, boxes[0])


def test_who_leaves_the_picture_is_lost_within_half_a_second(tracker):
    pictures, inside, pick = leaving()
    track = follow(tracker, pictures, pick)
    assert track.visible[: inside - 3].all()
    assert not track.visible[inside + round(RATE / 2) :].any()


def test_progress_goes_on_while_everybody_is_looked_at(tracker):
    pictures, _, pick = leaving()
    told: list[tuple[int, int]] = []
    follow(tracker, pictures, pick, progress=lambda done, total: told.append((done, total)))
    shares = [done / total for done, total in told]
    assert shares == sorted(shares) and 0 < shares[0] < 0.1
    assert shares[len(pictures) - 1] == 0.5 and 0.6 < shares[-2] <= 1 == shares[-1]


@pytest.mark.parametrize(
    ("sequence", "end", "least"),
    [("crossing-static", 60, 0.95), ("wakeboard-drone", 40, 0.9), ("walkers-shaky", 60, 0.9)],
)
def test_real_footage(shared, sequence, end, least):
    import sys
    from pathlib import Path as FilePath

    sys.path.insert(0, str(FilePath(__file__).resolve().parents[2] / "benchmarks"))
    from accuracy import follow_target
    from scoring import Target

    (run,) = follow_target(shared / "footage", Target(sequence, 1, 1, end, 25.0), "follow", 0, None)
    assert run.score.on >= least
    assert run.score.wrong <= 0.05
