"""What players wear tells them apart, whatever their pose."""

from __future__ import annotations

import numpy as np
import pytest
from hccv_follow.colours import Wardrobe, colours_of, in_front
from hccv_follow.mapping import Mapping

BOX = np.array([60.0, 40.0, 100.0, 140.0])
RED, BLUE, BLACK = (40, 40, 200), (200, 60, 40), (30, 30, 30)


def dressed(shirt: tuple[int, int, int], legs: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    """(192, 192, 3) uint8: somebody in BOX on grass, with the noise of a camera."""
    picture = np.full((192, 192, 3), (60, 140, 70), np.float64)
    picture[40:90, 64:96], picture[90:140, 64:96] = shirt, legs
    noise = np.random.default_rng(seed).normal(0, 6, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def wardrobe() -> Wardrobe:
    known = Wardrobe(colours_of(dressed(RED, BLACK), BOX))
    for seed in range(1, 8):
        known.learn(colours_of(dressed(RED, BLACK, seed), BOX))
    return known


def test_the_same_clothes_are_alike_in_another_picture(wardrobe: Wardrobe) -> None:
    again = colours_of(dressed(RED, BLACK, seed=99), BOX)
    assert wardrobe.likeness(again) > 0.9
    assert wardrobe.unlike(again) < 0.1


@pytest.mark.parametrize(("shirt", "legs"), [(BLUE, BLACK), (RED, BLUE), (BLACK, RED)])
def test_other_clothes_are_somebody_else(wardrobe: Wardrobe, shirt, legs) -> None:
    assert wardrobe.unlike(colours_of(dressed(shirt, legs), BOX)) > 0.9


def test_little_is_held_against_anybody_before_the_player_is_known() -> None:
    other = colours_of(dressed(BLUE, BLACK), BOX)
    new, known = (Wardrobe(colours_of(dressed(RED, BLACK), BOX)) for _ in range(2))
    for seed in range(8):
        known.learn(colours_of(dressed(RED, BLACK, seed), BOX))
    assert new.unlike(other) < 0.6 < known.unlike(other)


def test_new_light_is_learnt(wardrobe: Wardrobe) -> None:
    shaded = (20, 20, 110)
    for seed in range(30):
        wardrobe.learn(colours_of(dressed(shaded, BLACK, seed), BOX))
    assert wardrobe.unlike(colours_of(dressed(shaded, BLACK, seed=99), BOX)) < 0.1


def test_boxes_at_the_edge_and_tiny_ones_have_colours() -> None:
    picture = dressed(RED, BLACK)
    for box in (
        [-30.0, -30.0, 10.0, 50.0],
        [180.0, 180.0, 230.0, 260.0],
        [5.2, 5.2, 5.4, 5.6],
        [300.0, 0.0, 320.0, 40.0],
    ):
        colours = colours_of(picture, np.array(box))
        assert np.isfinite(colours).all()
        assert colours @ colours == pytest.approx(2, abs=1e-3)


def test_whose_feet_are_lower_stands_in_front() -> None:
    players = np.array([[0.0, 0, 10, 40, 0.9], [5.0, 10, 15, 50, 0.9], [40.0, 0, 50, 40, 0.9]])
    np.testing.assert_allclose(in_front(players), [5 * 30 / 400, 0, 0])
    assert in_front(np.zeros((0, 5))).shape == (0,)


def test_the_users_box_is_found_from_the_detectors() -> None:
    detected = np.array([100.0, 100.0, 120.0, 160.0, 0.9])
    mapping = Mapping.between(detected, np.array([115.0, 130.0]), np.array([30.0, 60.0]))
    centre, wh = mapping(np.array([200.0, 100.0, 240.0, 220.0]))
    np.testing.assert_allclose(centre, [230, 160])
    np.testing.assert_allclose(wh, [60, 120])
    np.testing.assert_allclose(Mapping.same()(detected)[1], [20, 60])
