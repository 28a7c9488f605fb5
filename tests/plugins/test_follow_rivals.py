"""One more pick's path against the one that was known before: who leads back to the pick is right."""

from __future__ import annotations

import numpy as np
import pytest
from hccv_follow.passes import Known, Pass
from hccv_follow.path import Path
from hccv_follow.rivals import outlived

COUNT, RATE, PICK = 60, 20.0, 10
PICKED, ELSEWHERE = (100.0, 100.0, 140.0, 180.0), (300.0, 100.0, 340.0, 180.0)
AWAY = range(30, 50)


def shown(first: int, elsewhere: range = range(0), score: float = 0.9) -> Path:
    """The picked player's path from a frame on, which shows somebody else in *elsewhere*."""
    path = Path.lost(COUNT)
    path.boxes[first:], path.scores[first:] = PICKED, score
    path.boxes[elsewhere] = ELSEWHERE
    return path


class Back:
    """Follows back to those places only that *right* names, by the left side of who is followed."""

    def __init__(self, *right: float) -> None:
        self.right, self.asked = right, list[int]()

    def __call__(self, frame: int, box: np.ndarray, until: int) -> Path:
        self.asked.append(frame)
        way = Path.lost(COUNT)
        there = PICKED if box[0] in self.right else ELSEWHERE
        way.boxes[until : frame + 1], way.scores[until : frame + 1] = there, 0.9
        return way


def judged(path: Path, rival: Path, back: Back, way: int = 1) -> Path:
    order = np.arange(PICK, COUNT) if way > 0 else np.arange(PICK, -1, -1)
    return outlived(path, rival, order, RATE, back)


def test_where_only_the_known_path_leads_back_to_the_pick_it_is_right_until_they_meet():
    path = judged(shown(PICK, AWAY), shown(0), back := Back(PICKED[0]))
    assert (path.boxes[PICK:] == PICKED).all() and not path.shown[:PICK].any()
    assert (path.scores[AWAY] == 0.6).all() and (path.scores[PICK : AWAY.start] == 0.9).all()
    assert path.scores[AWAY.stop + 5 :].tolist() == [0.9] * (COUNT - AWAY.stop - 5)
    assert back.asked == [AWAY.stop - 1] * 2


@pytest.mark.parametrize("right", [(PICKED[0],), (PICKED[0], ELSEWHERE[0])])
def test_a_path_that_leads_back_to_its_pick_stays_as_it_is(right):
    """Here the known path is who went elsewhere, whether that one seems to lead back or not."""
    before = shown(PICK)
    path = judged(before, shown(0, AWAY), back := Back(*right))
    np.testing.assert_array_equal(path.boxes, before.boxes)
    np.testing.assert_array_equal(path.scores, before.scores)
    assert len(back.asked) == 1, "the known path needs no following where the new one is right"


def test_where_neither_leads_back_the_new_path_is_doubted():
    path = judged(shown(PICK, AWAY), shown(0), Back())
    assert (path.boxes[AWAY] == ELSEWHERE).all() and (path.scores[AWAY] == 0.6).all()


def test_paths_that_show_the_same_or_part_for_a_blink_are_not_followed_back():
    back = Back()
    judged(shown(PICK, range(30, 34)), shown(0), back)
    lost = shown(0)
    lost.hide(slice(20, 40))
    judged(shown(PICK), lost, back)
    assert back.asked == []


def test_followed_backward_the_rivals_are_those_that_ran_backward():
    known = Known(COUNT, None)
    known.add(Pass(40, -1, PICKED), shown(0))
    known.add(Pass(0, COUNT, PICKED), shown(0, AWAY))
    known.add(Pass(5, 8, PICKED), shown(5))
    known.add(Pass(30, PICK - 1, PICKED), shown(20))
    (forward,) = known.rivals(Pass(PICK, COUNT, PICKED))
    assert (forward.boxes[AWAY] == ELSEWHERE).all() and not forward.shown[:PICK].any()
    backward = known.rivals(Pass(PICK, -1, PICKED))
    assert [one.shown.nonzero()[0].tolist() for one in backward] == [list(range(PICK + 1))]
