"""Who looks like whom, learnt from people who are seen at the same time and from each one's own looks."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hccv_follow.appearance import AppearanceSettings, Looks, described, sampled, worn
from hccv_follow.tracklets import Tracklet

from highlight_cuts_cv.api import Frame

ALL = slice(None)
STRIPES = 30
SETTINGS = AppearanceSettings()


def samples(person: int, count: int, seed: int) -> np.ndarray:
    """Looks at one of several people, who differ in some of the stripes, under light that changes in all of them."""
    noise = np.random.default_rng(seed)
    look = np.zeros((count, STRIPES + 1024), np.float32)
    look[:, :STRIPES] = 100 + noise.normal(0, 1, (count, STRIPES)) + noise.normal(0, 25, (count, 1))
    look[:, 3 * person] += 40
    look[:, STRIPES] = 1
    return look


def looks(*people: int, counts: int = 8, cleanness: float = 1.0, known: bool = True) -> Looks:
    """Tracklets of these people, the first of all of whom are seen at the same time."""
    seen = [samples(person, counts, seed) for seed, person in enumerate(people)]
    apart = [(i, j) for i in range(4) for j in range(i)] if known else []
    return Looks(seen, [np.full(counts, cleanness) for _ in people], apart)


def test_one_persons_looks_are_likelier_one_persons_and_anothers_are_not():
    found = looks(0, 1, 2, 3, 0, 1)
    for one in range(4):
        for other in (4, 5):
            ratio = found.ratio([(one, ALL)], [(other, ALL)])
            assert (ratio > 1.5) if other - 4 == one else (ratio < -1.5), (one, other, ratio)


def test_several_tracklets_count_together():
    found = looks(0, 1, 2, 3, 0, 0)
    both = found.ratio([(0, ALL)], [(4, ALL), (5, ALL)])
    assert both > 1.5 and found.weight([(4, ALL), (5, slice(0, 3))]) == 11


def test_few_clean_looks_say_less_and_none_nothing():
    found = looks(0, 1, 2, 3, 0)
    many, few = (found.ratio([(0, ALL)], [(4, rows)]) for rows in (ALL, slice(0, 1)))
    assert 0 < few < many / 2
    assert found.ratio([(0, ALL)], []) == 0 == found.ratio([(0, ALL)], [(4, slice(0, 0))])


@pytest.mark.parametrize("known", [True, False])
def test_all_against_all_is_what_each_two_say(known):
    found = Looks(
        [
            samples(person, count, person)
            for person, count in [(0, 8), (1, 8), (2, 0), (3, 8), (0, 2), (2, 6)]
        ],
        [np.full(count, 0.9) for count in (8, 8, 0, 8, 2, 6)],
        [(i, j) for i in (0, 1, 3) for j in (0, 1, 3) if j < i] if known else [],
    )
    each = [[found.ratio([(one, ALL)], [(other, ALL)]) for other in range(6)] for one in range(6)]
    np.testing.assert_allclose(found.ratios(), each, atol=1e-9)
    assert (found.ratios()[0, 1] < 0) == known


def test_half_covered_looks_say_less():
    clean, covered = looks(0, 1, 2, 3, 1), looks(0, 1, 2, 3, 1, cleanness=0.25)
    assert clean.ratio([(0, ALL)], [(4, ALL)]) < covered.ratio([(0, ALL)], [(4, ALL)]) < 0


def test_where_nobody_was_seen_beside_others_looks_tell_nothing():
    assert looks(0, 1, 2, 3, 0, known=False).ratio([(0, ALL)], [(4, ALL)]) == 0


def test_no_two_looks_say_more_than_the_most():
    found = looks(0, 1, 2, 3, 0, counts=40)
    assert abs(found.ratio([(0, ALL)], [(1, ALL)])) <= SETTINGS.clip


def mixed(stranger: float, seed: int, player: float = 0.0) -> np.ndarray:
    """Looks at somebody who wears something of the player's, person 0, and something that nobody else in the clip wears."""
    look = samples(5, 8, seed)
    look[:, 15] += stranger - 40
    look[:, 0] += player
    return look


def compared(*shares: float) -> tuple[Looks, list[float]]:
    """Looks of a clip in which some are strange to everybody, each less by a share of the player's; and what is said of each and him."""
    strange = [mixed(200, 20 + place, 40 * share) for place, share in enumerate(shares)]
    seen = [*(samples(person, 8, person) for person in range(4)), *strange]
    found = Looks(seen, [np.ones(8) for _ in seen], [(i, j) for i in range(4) for j in range(i)])
    return found, [found.ratio([(0, ALL)], [(4 + place, ALL)]) for place in range(len(shares))]


def test_of_two_who_are_unlike_the_less_unlike_is_preferred():
    """Each of them alone is as surely somebody else; one of them is the player all the same."""
    found, (unlike, less) = compared(0.0, 1.0)
    assert unlike < less < -5.5 and less - unlike < 0.4
    preferred = found.preferred([(0, ALL)], [(5, ALL)], [(4, ALL)])
    assert preferred > 1
    assert found.preferred([(0, ALL)], [(4, ALL)], [(5, ALL)]) == pytest.approx(-preferred)


def test_of_two_who_are_alike_neither_is_preferred_by_much():
    found = looks(0, 1, 2, 3, 0, 0)
    assert abs(found.preferred([(0, ALL)], [(4, ALL)], [(5, ALL)])) < 1
    assert found.preferred([(0, ALL)], [(4, ALL)], [(1, ALL)]) == pytest.approx(SETTINGS.clip, abs=0.5)


def test_an_exchange_is_decided_by_all_that_looks_say_and_unsure_where_they_contradict_each_other():
    """Both are rather the one in question, the player by far: it is his, but not as surely as if the other were elsewhere."""
    found, _ = compared(0.0, 1.0)
    player, him, beside, like_him = ([(number, ALL)] for number in (0, 0, 1, 5))
    said, sure = found.exchanged(player, like_him, him, beside)
    assert said > 20 and 0 < sure < 2
    assert found.exchanged(player, like_him, beside, him) == pytest.approx((-said, -sure))
    assert found.exchanged(like_him, player, him, beside) == pytest.approx((-said, -sure))
    _, agreed = found.exchanged(player, beside, him, beside)
    assert agreed == pytest.approx(2 * SETTINGS.clip, abs=0.5)


def test_an_exchange_is_told_less_surely_by_few_looks():
    found = looks(0, 1, 2, 3, 0)
    him, other = [(4, ALL)], [(1, ALL)]
    many, few = (found.exchanged([(0, rows)], [], him, other) for rows in (ALL, slice(0, 1)))
    assert 0 < few[0] < many[0] / 2 and 0 < few[1] < many[1] / 2


def test_nothing_is_preferred_by_few_looks_and_who_was_not_seen_is_no_help():
    found = looks(0, 1, 2, 3, 0)
    player, him, other = [(0, ALL)], [(4, ALL)], [(1, ALL)]
    assert 0 < found.preferred(player, him, [(1, slice(0, 1))]) < found.preferred(player, him, other) / 2
    assert found.preferred(player, [], []) == 0
    assert found.preferred(player, [], other) == pytest.approx(-found.ratio(player, other), rel=0.2) != 0


def test_a_tracklet_without_looks_is_no_hindrance():
    seen = [samples(person, 8, person) for person in range(4)] + [np.zeros((0, STRIPES + 1024), np.float32)]
    clean = [np.ones(len(one)) for one in seen]
    found = Looks(seen, clean, [(i, j) for i in range(4) for j in range(i)])
    assert found.ratio([(0, ALL)], [(4, ALL)]) == 0 > found.ratio([(0, ALL)], [(1, ALL)])
    assert Looks([], [], []).ratio([], []) == 0


def test_the_cleanest_of_each_part_is_looked_at_and_nobody_who_is_covered():
    frames = np.arange(32)
    clean = np.where(frames % 4 == 2, 1.0, 0.5)
    clean[16:] = 0.1
    one = Tracklet(frames, np.zeros((32, 4)), np.full(32, 0.8), clean)
    assert sampled(one, SETTINGS).tolist() == [2, 6, 10, 14]


@pytest.mark.parametrize("scale", [1, 3])
def test_a_look_tells_the_colours_from_head_to_feet_whatever_the_size(scale):
    picture = np.full((120, 120, 3), (40, 120, 40), np.uint8)
    picture[20:60, 40:80], picture[60:100, 40:80] = (20, 20, 200), (220, 220, 220)
    frame = Frame(0, 0, Fraction(1, 25), picture.repeat(scale, 0).repeat(scale, 1))
    look = described(frame, scale * np.array([40.0, 20, 80, 100]), SETTINGS)
    light, red = look[:STRIPES].reshape(5, 6)[:, 0], look[:STRIPES].reshape(5, 6)[:, 1]
    assert (red[:2] > 180).all() and (abs(red[3:] - 128) < 5).all() and (light[3:] > light[:2] + 50).all()
    assert worn(look).shape == (1024,) and worn(look).sum() > 0


def test_a_box_over_the_pictures_edge_can_be_looked_at():
    frame = Frame(0, 0, Fraction(1, 25), np.full((60, 60, 3), 90, np.uint8))
    assert np.isfinite(described(frame, np.array([-30.0, 20, 10, 100]), SETTINGS)).all()
