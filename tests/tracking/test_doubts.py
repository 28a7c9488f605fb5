"""Where a followed path is in doubt, why, and whom a pick would have to name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.model import (
    Anchor,
    BoundingBox,
    ClipInfo,
    Detections,
    Doubt,
    MediaInfo,
    State,
    Track,
    Why,
    lost_rows,
)
from highlight_cuts_cv.tracking.doubts import settling_picks, with_doubts

COUNT = 100
RATE = Fraction(20)
PLAYER = (300.0, 200.0, 340.0, 300.0)
BESIDE = (345.0, 200.0, 385.0, 300.0)
FAR = (100.0, 190.0, 140.0, 290.0)


@dataclass
class People:
    """Who was found by frame; whoever looks elsewhere finds *hidden*."""

    found: dict[int, Detections] = field(default_factory=dict)
    hidden: Sequence[tuple[float, float, float, float]] = ()
    looked: list[int] = field(default_factory=list)

    def __getitem__(self, index: int) -> Detections:
        if index not in self.found:
            self.looked.append(index)
            self.found[index] = detections(*self.hidden)
        return self.found[index]


def detections(*boxes: tuple[float, float, float, float]) -> Detections:
    return Detections(np.array(boxes, np.float32).reshape(-1, 4), np.full(len(boxes), 0.8, np.float32))


def everywhere(*boxes: tuple[float, float, float, float]) -> People:
    return People({frame: detections(*boxes) for frame in range(0, COUNT, 5)})


def clip() -> ClipInfo:
    media = MediaInfo(
        path=Path("game.mp4"), width=640, height=480, rate=RATE, time_base=1 / RATE, start_pts=0,
        frame_count=COUNT, codec="h264", pixel_format="yuv420p",
    )  # fmt: skip
    return ClipInfo(clip_id="game", media=media, first_frame=0, frame_count=COUNT, start_pts=0)


def track(
    *, low: Sequence[range] = (), lost: Sequence[range] = (), own: tuple[Doubt, ...] = (), dx: float = 0.0
) -> Track:
    """The player standing, picked in frame 0, with a score of 0.9, in the frames *low* of 0.5."""
    xyxy, scores, states = lost_rows(COUNT)
    xyxy[:], scores[:], states[:] = PLAYER, 0.9, State.OBSERVED
    xyxy[:, [0, 2]] += dx
    for part in low:
        scores[part.start : part.stop] = 0.5
    for part in lost:
        xyxy[part.start : part.stop], scores[part.start : part.stop] = np.nan, 0
        states[part.start : part.stop] = State.LOST
    scores[0], states[0] = 1, State.ANCHOR
    return Track(xyxy, scores, states, own)


def doubts(
    followed: Track,
    people: People | None = None,
    cuts: Sequence[int] = (),
    sure: float = 0.6,
    absent: int | None = None,
) -> tuple[Doubt, ...]:
    anchors = [Anchor(0, BoundingBox(*PLAYER))] + ([] if absent is None else [Anchor(absent, None)])
    return with_doubts(followed, clip(), sure, cuts, anchors, people or People()).doubts


def spans(found: Sequence[Doubt]) -> list[tuple[int, int]]:
    return [(doubt.start, doubt.stop) for doubt in found]


def test_a_sure_path_has_no_doubts():
    assert doubts(track()) == ()


def test_scores_below_sure_and_losses_are_doubts():
    assert spans(doubts(track(low=[range(20, 40)], lost=[range(60, 80)]))) == [(20, 40), (60, 80)]
    assert spans(doubts(track(low=[range(20, 40)]), sure=0.5)) == []


def test_a_score_of_the_users_own_box_is_in_no_doubt():
    assert spans(doubts(track(), sure=1.0)) == [(1, COUNT)]


def test_two_doubts_less_than_a_quarter_of_a_second_apart_are_one():
    assert spans(doubts(track(low=[range(20, 30), range(34, 50)]))) == [(20, 50)]
    assert spans(doubts(track(low=[range(20, 30), range(35, 50)]))) == [(20, 30), (35, 50)]


def test_a_glimpse_of_a_loss_belongs_to_the_doubt_around_it():
    assert spans(doubts(track(low=[range(20, 50)], lost=[range(30, 34)]))) == [(20, 50)]
    assert spans(doubts(track(low=[range(20, 50)], lost=[range(30, 35)]))) == [(20, 30), (30, 35), (35, 50)]
    assert spans(doubts(track(lost=[range(30, 32)]))) == [(30, 32)]


def test_that_the_player_is_not_visible_explains_a_loss():
    followed = track(lost=[range(20, 40), range(60, 80)])
    assert spans(doubts(followed, absent=30)) == [(60, 80)]


def test_a_trackers_own_doubt_is_not_doubted_again():
    own = (Doubt(25, 45, Why.TWO),)
    found = doubts(track(low=[range(20, 40)], own=own))
    assert spans(found) == [(20, 25), (25, 45)] and found[1:] == own


def test_somebody_beside_the_player_when_a_doubt_begins_is_a_crossing():
    low = [range(20, 60)]
    assert doubts(track(low=low), everywhere(PLAYER, BESIDE))[0].why == Why.CROSSING
    assert doubts(track(low=low), everywhere(PLAYER, FAR))[0].why == Why.HARDLY_SEEN
    later = People({10: detections(PLAYER), 40: detections(PLAYER, BESIDE)})
    assert doubts(track(low=low), later)[0].why == Why.HARDLY_SEEN


def test_a_loss_that_begins_or_ends_at_a_cut_is_the_cuts():
    assert doubts(track(lost=[range(40, COUNT)]), everywhere(BESIDE), cuts=[40])[0].why == Why.CUT
    assert doubts(track(lost=[range(20, 40)]), everywhere(BESIDE), cuts=[40])[0].why == Why.CUT
    assert doubts(track(lost=[range(20, 60)]), everywhere(BESIDE), cuts=[40])[0].why == Why.CROSSING


@pytest.mark.parametrize("dx", [-300.0, 299.0])
def test_who_is_lost_at_the_pictures_side_has_left(dx):
    assert doubts(track(lost=[range(40, 70)], dx=dx))[0].why == Why.LEFT
    assert doubts(track(low=[range(40, 70)], dx=dx))[0].why == Why.HARDLY_SEEN


def test_what_follows_a_loss_has_its_reason():
    found = doubts(track(lost=[range(40, 60)], low=[range(60, 80)], dx=-300.0))
    assert [doubt.why for doubt in found] == [Why.LEFT, Why.LEFT]


def test_the_marked_person_is_the_first_candidate_then_the_nearest():
    nearer = (420.0, 200.0, 460.0, 300.0)
    child = (350.0, 260.0, 366.0, 300.0)
    beyond = (600.0, 10.0, 630.0, 100.0)
    people = everywhere(FAR, nearer, child, PLAYER, beyond)
    (found,) = doubts(track(low=[range(20, 60)]), people)
    assert [box.as_xyxy() for box in found.candidates] == [PLAYER, nearer, FAR]


def test_the_marker_itself_is_a_candidate_where_nobody_was_found():
    (found,) = doubts(track(low=[range(20, 60)]), everywhere(FAR))
    assert [box.as_xyxy() for box in found.candidates] == [PLAYER, FAR]


def test_the_question_is_asked_soon_where_people_stand_apart():
    overlapping = (315.0, 200.0, 355.0, 300.0)
    people = everywhere(PLAYER, BESIDE)
    (found,) = doubts(track(low=[range(20, 80)]), people)
    assert found.ask == 30  # soon after the beginning, not in the frame of the crossing
    for frame in range(20, 45, 5):
        people.found[frame] = detections(PLAYER, overlapping)
    (found,) = doubts(track(low=[range(20, 80)]), people)
    assert found.ask == 45


def test_a_lost_player_is_asked_for_among_those_near_the_last_place():
    (found,) = doubts(track(lost=[range(40, COUNT)]), everywhere(FAR, BESIDE))
    assert [box.as_xyxy() for box in found.candidates] == [BESIDE, FAR]


def test_a_lost_player_is_asked_for_where_somebody_likely_is():
    people = everywhere(FAR)
    people.found[70] = detections(BESIDE)
    (found,) = doubts(track(lost=[range(40, COUNT)]), people)
    assert found.ask == 70


def test_where_nobody_looked_somebody_looks_a_few_times():
    gaps = [range(start, start + 8) for start in range(5, 95, 18)]
    people = People(hidden=[PLAYER, FAR])
    found = doubts(track(low=gaps), people)
    assert people.looked == [9, 27, 45, 63] and [doubt.ask for doubt in found] == [9, 27, 45, 63, None]
    assert found[0].candidates and not found[-1].candidates
    people = People(hidden=[PLAYER])
    assert doubts(track(low=[range(5, 9)]), people)[0].ask is None and not people.looked


def test_settling_picks_count_as_the_user_does_in_whole_pixels():
    doubt = Doubt(3, 9, Why.CROSSING, 5, (BoundingBox(10.4, 20.6, 40.2, 99.5), BoundingBox(1.1, 1, 1.3, 9)))
    assert [str(pick) for pick in settling_picks(doubt, 100)] == ["105:10,21,30,79", "105:1,1,1,8"]
    assert settling_picks(Doubt(3, 9, Why.CUT), 100) == []


def two_people(frame: int, followed: Track) -> tuple[Doubt, ...]:
    pick = Anchor(frame, BoundingBox(*PLAYER), (BoundingBox(*BESIDE),))
    return with_doubts(followed, clip(), 0.6, [], [pick], People()).doubts


def test_a_pick_of_two_people_is_in_doubt_for_half_a_second_on_either_side():
    (found,) = two_people(50, track())
    assert (found.start, found.stop, found.why, found.ask) == (40, 60, Why.TWO, 50)
    assert [box.as_xyxy() for box in found.candidates] == [PLAYER, BESIDE]
    assert spans(two_people(0, track())) == [(0, 10)] and spans(two_people(99, track())) == [(89, 100)]


def test_a_pick_of_two_people_is_doubted_beside_what_else_is():
    own = (Doubt(55, 70, Why.CROSSING),)
    assert spans(two_people(50, track(own=own))) == [(40, 55), (55, 70)]
    assert two_people(60, track(own=own)) == own
    assert spans(two_people(50, track(low=[range(30, 90)]))) == [(30, 40), (40, 60), (60, 90)]
