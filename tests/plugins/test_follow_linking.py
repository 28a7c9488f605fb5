"""Who goes on as whom: everybody explained at once, nobody twice, entering and leaving only where that can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hccv_follow.linking import Chains, Places, linked
from hccv_follow.tracklets import Tracklet

RATE, WIDE, HIGH, HEIGHT = 20.0, 1280, 720, 100.0
RED, BLUE = np.zeros(1024), np.zeros(1024)
RED[[0, 512]] = BLUE[[5, 520]] = 1


def walk(
    first: int, frames: int, x: float, speed: float = 0.0, y: float = 300.0, score: float = 0.8
) -> Tracklet:
    """Somebody seen from a frame on, who walks along."""
    middles = x + speed * np.arange(frames)
    boxes = np.stack(
        [middles - 20, np.full(frames, y - HEIGHT / 2), middles + 20, np.full(frames, y + HEIGHT / 2)], 1
    )
    return Tracklet(np.arange(first, first + frames), boxes, np.full(frames, score), np.ones(frames))


class Alike:
    """Looks that are as alike as a table says, 1.5 where it says nothing: neither for nor against."""

    def __init__(self, count: int, said: Mapping[tuple[int, int], float] | None = None) -> None:
        self._ratios = np.full((count, count), 1.5)
        for pair, ratio in (said or {}).items():
            self._ratios[pair] = ratio

    def ratios(self) -> np.ndarray:
        return self._ratios


def chains(
    *pieces: Tracklet,
    kits: Sequence[np.ndarray | None] | None = None,
    ratios: Mapping[tuple[int, int], float] | None = None,
    ends: Sequence[tuple[int, int]] = ((0, 200),),
) -> Chains:
    places = Places({frame: np.eye(2, 3) for frame in range(201)}, WIDE, HIGH, RATE)
    return linked(pieces, places, Alike(len(pieces), ratios), kits or [None] * len(pieces), ends)  # type: ignore[arg-type]


def test_who_was_hidden_for_half_a_second_goes_on():
    found = chains(walk(0, 30, 400, 4), walk(40, 30, 560, 4))
    assert found.after.tolist() == [1, -1] and found.whole(0) == found.whole(1) == [0, 1]


def test_those_who_cross_go_on_with_their_speed():
    found = chains(walk(0, 30, 400, 4), walk(0, 30, 680, -4), walk(36, 30, 544, 4), walk(36, 30, 536, -4))
    assert found.after[:2].tolist() == [2, 3]


@pytest.mark.parametrize(("kits", "after"), [((RED, BLUE, BLUE, RED), [3, 2]), (None, [2, 3])])
def test_those_who_turn_round_are_told_by_what_they_wear(kits, after):
    pieces = walk(0, 30, 440, 2), walk(0, 30, 640, -2), walk(40, 30, 530, 2), walk(40, 30, 550, -2)
    assert chains(*pieces, kits=kits).after[:2].tolist() == after


def test_those_who_turn_round_are_told_by_their_looks():
    pieces = walk(0, 30, 440, 2), walk(0, 30, 640, -2), walk(40, 30, 530, 2), walk(40, 30, 550, -2)
    assert chains(*pieces, ratios={(0, 3): 5, (1, 2): 5, (0, 2): -5, (1, 3): -5}).after[:2].tolist() == [3, 2]


def test_nobody_is_two_people():
    """The near one would suit both; the one who can be nobody else gets it, the other goes on farther away."""
    found = chains(walk(0, 30, 500), walk(0, 30, 560), walk(36, 30, 512), walk(36, 30, 440))
    assert found.after[:2].tolist() == [3, 2]


@pytest.mark.parametrize(("x", "after"), [(640.0, 1), (1265.0, -1)])
def test_who_vanishes_in_the_open_comes_back_and_who_leaves_at_the_edge_may_be_gone(x, after):
    """Somebody appears there who looks rather unlike."""
    found = chains(walk(0, 30, x), walk(50, 30, x), ratios={(0, 1): -6})
    assert found.after[0] == after


@pytest.mark.parametrize(("frames", "score"), [(2, 0.25), (30, 0.8)])
def test_a_faint_glimpse_is_nobody(frames, score):
    found = chains(walk(0, 30, 500), walk(35, frames, 620, score=score), walk(70, 30, 540))
    assert found.after.tolist() == ([2, -1, -1] if score < 0.5 else [1, 2, -1])
    assert found.whole(2) == ([0, 2] if score < 0.5 else [0, 1, 2])


def test_nobody_goes_on_over_a_cut():
    pieces = walk(0, 30, 500), walk(32, 30, 500)
    assert chains(*pieces).after[0] == 1
    assert chains(*pieces, ends=((0, 30), (31, 200))).after[0] == -1


@pytest.mark.parametrize(("gap", "after"), [(59, 1), (62, -1)])
def test_nobody_is_hidden_for_more_than_three_seconds(gap, after):
    assert chains(walk(0, 30, 500), walk(29 + gap, 30, 500)).after[0] == after


def test_nobody_runs_farther_than_people_do():
    assert chains(walk(0, 30, 300), walk(34, 30, 600)).after[0] == -1


def test_a_child_does_not_come_out_as_a_man():
    tall = walk(36, 30, 510)
    tall.boxes[:, 1] -= 70
    assert chains(walk(0, 30, 500), walk(36, 30, 540), tall).after[0] == 1


def test_the_cameras_motion_is_no_distance():
    still = walk(0, 30, 500)
    panned = walk(40, 30, 800)
    maps = {frame: np.array([[1.0, 0, 300.0 if frame >= 35 else 0.0], [0, 1, 0]]) for frame in range(201)}
    places = Places(maps, WIDE, HIGH, RATE)
    assert linked([still, panned], places, Alike(2), [None, None], [(0, 200)]).after[0] == 1  # type: ignore[arg-type]
    assert chains(still, panned).after[0] == -1


def test_nobody_is_no_chain():
    assert len(chains().after) == 0
