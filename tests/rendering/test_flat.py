"""All sprites of a frame as one picture: where it lies, how near to the exact place, how it is cut off."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from highlight_cuts_cv.model import Placement, Sprite
from highlight_cuts_cv.rendering.flat import FlatPicture, flattened

SIZE = (200, 120)


def blob(softness: float) -> Sprite:
    """A disc whose edge is *softness* pixels wide."""
    y, x = np.mgrid[:81, :81] - 40
    rgba = np.zeros((81, 81, 4), np.uint8)
    rgba[..., :3] = (250, 180, 30)
    rgba[..., 3] = np.clip((25 - np.hypot(x, y)) / softness + 0.5, 0, 1) * 255
    return Sprite(rgba)


def on_frame(flat: FlatPicture | None) -> NDArray[np.float64]:
    """(H, W, 4) premultiplied levels."""
    frame = np.zeros((SIZE[1], SIZE[0], 4))
    if flat is not None:
        height, width = flat.rgba.shape[:2]
        part = flat.rgba.astype(float)
        part[..., :3] *= part[..., 3:] / 255
        frame[flat.y : flat.y + height, flat.x : flat.x + width] = part
    return frame


def exactly(sprite: Sprite, x: float, y: float, opacity: float) -> NDArray[np.float64]:
    """The same by bilinear interpolation, without cutting off."""
    pixels = np.pad(sprite.rgba.astype(float), ((0, 1), (0, 1), (0, 0)))
    pixels[..., 3] *= opacity
    pixels[..., :3] *= pixels[..., 3:] / 255
    left, top = int(np.floor(x)), int(np.floor(y))
    right, below = x - left, y - top
    for axis, share in ((1, right), (0, below)):
        pixels = (1 - share) * pixels + share * np.roll(pixels, 1, axis)
    frame = np.zeros((SIZE[1], SIZE[0], 4))
    frame[top : top + 82, left : left + 82] = pixels
    return frame


@pytest.mark.parametrize("opacity", [1.0, 0.55])
@pytest.mark.parametrize("softness", [1.0, 10.0, 30.0])
def test_is_within_an_eighth_of_a_pixel_or_a_level_of_the_exact_place(
    softness: float, opacity: float
) -> None:
    sprite = blob(softness)
    steepest = 255 / softness * opacity
    for x, y in ((40.3, 20.8), (40.55, 20.01), (41.0, 21.5)):
        found = on_frame(flattened([Placement(0, sprite, x, y, opacity)], *SIZE))
        # Off by a sixteenth of a pixel both ways at most, or by a level both ways; and rounded.
        allowed = 2 * max(1.0, steepest / 16) + 1.6
        assert np.abs(found - exactly(sprite, x, y, opacity)).max() <= allowed


@pytest.mark.parametrize("softness", [1.0, 30.0])
def test_is_cut_off_at_the_edges(softness: float) -> None:
    sprite = blob(softness)
    middle = on_frame(flattened([Placement(0, sprite, 60.25, 20.5)], *SIZE))
    for dx, dy in ((-80, -40), (100, 60), (-80, 60)):
        found = on_frame(flattened([Placement(0, sprite, 60.25 + dx, 20.5 + dy)], *SIZE))
        wide = np.pad(middle, ((120, 120), (200, 200), (0, 0)))
        assert (found == wide[120 - dy : 240 - dy, 200 - dx : 400 - dx]).all()
    assert flattened([Placement(0, sprite, 500, 20)], *SIZE) is None
    assert flattened([Placement(0, sprite, 20, -90)], *SIZE) is None
    assert flattened([Placement(0, sprite, 20, 20, 0.0)], *SIZE) is None


def test_the_same_picture_again_is_not_changed_by_what_comes_between() -> None:
    one, other = Placement(0, blob(3), 10.5, 10.25, 0.7), Placement(0, blob(5), 50, 30, 0.4)
    first = flattened([one], *SIZE)
    both = flattened([one, other], *SIZE)
    again = flattened([one], *SIZE)
    assert first is not None and again is not None and both is not None
    assert (first.rgba == again.rgba).all() and both.rgba.shape != first.rgba.shape


def test_several_lie_over_each_other() -> None:
    below, above = blob(1), blob(2)
    found = on_frame(flattened([Placement(0, below, 10, 10), Placement(0, above, 30, 20, 0.5)], *SIZE))
    first, second = exactly(below, 10, 10, 1), exactly(above, 30, 20, 0.5)
    expected = first * (1 - second[..., 3:] / 255) + second
    assert np.abs(found - expected).max() <= 2
