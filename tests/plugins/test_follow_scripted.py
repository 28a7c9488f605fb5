"""The follower's decisions, from scripted sights: who is taken, who is not, what is learnt and how sure it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.plugins.scripted_sights import STILL, Person, Run, at

PLAYER = Person(400)


@pytest.mark.parametrize(
    ("player", "wrong"),
    [
        pytest.param(PLAYER.moved(14), Person(388, like=0.3), id="response"),
        pytest.param(PLAYER, Person(440, like=0.9), id="motion"),
        pytest.param(PLAYER.moved(18), Person(382, like=0.9, score=0.1), id="detector"),
        pytest.param(PLAYER.moved(-16), Person(416, like=0.94, size=1.4), id="scale"),
        pytest.param(PLAYER.moved(16), Person(386, like=0.85, shirt=9), id="colours"),
    ],
)
def test_each_term_can_tell_the_player_from_somebody_whom_the_others_prefer(player, wrong):
    run = Run(PLAYER)
    run.stand(12, PLAYER)
    found, _ = run.look(player, wrong)
    assert at(found, player)


def test_a_faint_figure_that_looks_little_like_the_player_is_not_followed():
    run = Run(PLAYER)
    run.stand(12, PLAYER)
    found, _ = run.look(Person(418, like=0.2, score=0.1))
    assert found is None
    assert 0.35 < run.record.stretches[0].frames[-1].candidates[0].total < 0.4


def test_after_a_gap_it_takes_more_to_be_the_player():
    weak, rival = Person(402, like=0.15, score=0.2), Person(432, like=0.2, score=0.1)
    soon, late = Run(PLAYER), Run(PLAYER)
    for run, gap in ((soon, 1), (late, 5)):
        run.stand(12, PLAYER)
        run.stand(gap)
    assert at(soon.look(weak, rival)[0], weak)
    assert late.look(weak, rival)[0] is None


def test_a_crossing_is_passed_by_speed_and_not_by_place():
    # both vanish where they meet and look the same when they come out
    left, right = Person(300), Person(500)
    run = Run(left, right)
    for step in range(1, 18):
        run.look(left.moved(5 * step), right.moved(-5 * step))
    run.stand(6)
    for step in range(24, 30):
        found, _ = run.look(left.moved(5 * step), right.moved(-5 * step))
    assert at(found, left.moved(5 * 29))


def test_a_blink_of_detections_is_bridged_by_the_looks_alone():
    run = Run(PLAYER)
    run.stand(12, PLAYER)
    unseen = Person(402, score=0)
    for _ in range(4):
        assert at(run.look(unseen)[0], unseen)
    assert at(run.look(PLAYER)[0], PLAYER)


def test_a_neighbour_is_not_taken_for_the_player_who_vanished():
    neighbour = Person(440, like=0.3)
    run = Run(PLAYER, neighbour)
    run.stand(20, PLAYER, neighbour)
    for step in range(10):
        found, _ = run.look(neighbour.moved(-3 * step))
        assert found is None
    assert at(run.look(PLAYER, neighbour.moved(-30))[0], PLAYER)


def test_a_look_alike_does_not_come_back_as_the_player_but_the_player_does():
    run = Run(PLAYER)
    run.stand(20, PLAYER)
    run.stand(40)
    assert run.look(Person(405, like=0.5))[0] is None
    assert at(run.look(PLAYER)[0], PLAYER)


def test_who_reappears_far_away_is_found_there_and_never_certain_again():
    run = Run(PLAYER)
    run.stand(20, PLAYER)
    assert run.look(PLAYER)[1] > 0.95
    run.stand(30)
    far = Person(620)
    found, score = run.look(far, everyone=True)
    assert at(found, far) and 0 < score < 0.8
    run.stand(30, far)
    found, score = run.look(far)
    assert at(found, far) and 0.5 < score <= 0.85


def test_nobody_is_found_far_away_where_two_look_the_same():
    run = Run(PLAYER)
    run.stand(20, PLAYER)
    run.stand(30)
    assert run.look(Person(620), Person(200), everyone=True)[0] is None


def test_the_box_grows_with_the_player():
    run = Run(PLAYER)
    for step in range(60):
        run.look(Person(400, size=1 + step / 60))
    width, height = np.diff(run.follower.box().reshape(2, 2), axis=0)[0]
    assert 64 < width < 76 and 130 < height < 150


def test_the_box_follows_a_sudden_change_of_size_slowly():
    run = Run(PLAYER)
    run.stand(12, PLAYER)
    near = Person(400, size=1.8)
    run.look(near)
    assert np.diff(run.follower.box()[1::2])[0] < 85
    run.stand(30, near)
    assert np.diff(run.follower.box()[1::2])[0] > 110


def test_a_clear_look_is_learnt_now_and_then():
    run = Run(PLAYER)
    run.stand(40, PLAYER)
    assert run.filter.lessons == 10


def test_nothing_is_learnt_while_somebody_covers_the_player():
    beside = Person(415, like=0.4)
    run = Run(PLAYER, beside)
    run.stand(40, PLAYER, beside)
    assert at(run.look(PLAYER, beside)[0], PLAYER)
    assert run.filter.lessons == 0


def test_somebody_who_covers_part_of_the_player_is_met_and_somebody_beside_is_not():
    for x, met in ((415, True), (460, False)):
        other = Person(x, like=0.4)
        run = Run(PLAYER, other)
        run.stand(10, PLAYER, other)
        assert run.follower.met is met
        run.stand(1)
        assert not run.follower.met, "who is lost is lost"


@pytest.mark.parametrize(("beside", "told"), [(None, True), (Person(415, like=0.4), False)])
def test_the_whole_picture_tells_where_the_head_is_unless_somebody_covers_the_player(beside, told):
    people = [PLAYER] if beside is None else [PLAYER, beside]
    run = Run(*people)
    run.follower._outline._s = replace(run.follower._outline._s, detail=0.0)
    run.stand(40, *people)
    before = run.follower.box()[1]
    for _ in range(8):
        run.look(*people, whole=[PLAYER.moved(y=-8)])
    assert bool(run.follower.box()[1] < before - 5) is told


def test_frames_are_left_out_only_while_the_player_is_well_seen():
    run = Run(PLAYER)
    run.stand(12, PLAYER)
    assert [run.follower.skip(STILL) for _ in range(3)] == [True, True, False]
    run.look(Person(400, like=0.5))
    assert not run.follower.skip(STILL)
