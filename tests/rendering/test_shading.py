from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from highlight_cuts_cv.contracts import RawFrame
from highlight_cuts_cv.media.pixel_formats import PIXEL_FORMATS
from highlight_cuts_cv.model import BadInputError, ColorTags, Shade, SpriteTrack
from highlight_cuts_cv.rendering.compositor import Compositor
from highlight_cuts_cv.rendering.flat import require_sprites

WIDTH, HEIGHT = 160, 96
SHADE = Shade(0, 70.3, 50.6, 30, 20, strength=0.6, softness=0.2)


def frame_of(name: str) -> RawFrame:
    layout = PIXEL_FORMATS[name]
    kind: Any = np.uint8 if layout.bits == 8 else np.uint16
    random = np.random.default_rng(5)
    planes = []
    for held in layout.planes:
        small = held[0] > 0 and not layout.rgb
        shape: tuple[int, ...] = (HEIGHT >> (small and layout.sub_y), WIDTH >> (small and layout.sub_x))
        shape += (len(held),) if len(held) > 1 else ()
        planes.append(
            (random.integers(16 << (layout.bits - 8), 235 << (layout.bits - 8), shape).astype(kind))
            << layout.shift
        )
    return RawFrame(0, 0, Fraction(1, 25), name, ColorTags(), WIDTH, HEIGHT, tuple(planes))


@pytest.mark.parametrize(
    "name", ["yuv420p", "yuvj420p", "nv12", "yuv420p10le", "p010le", "yuv422p10le", "rgb24", "gbrp"]
)
def test_dims_towards_black_outside_and_leaves_the_middle_alone(name: str) -> None:
    frame, plain, layout = frame_of(name), frame_of(name), PIXEL_FORMATS[name]
    Compositor(SpriteTrack(shades=(SHADE,))).apply(frame)
    unit = 1 << (layout.bits - 8)
    for after, before, held in zip(frame.planes, plain.planes, layout.planes, strict=True):
        black = 0 if layout.rgb else 128 * unit if held[0] else 0 if layout.full_range else 16 * unit
        after, before = after.astype(int) >> layout.shift, before.astype(int) >> layout.shift
        step_y, step_x = HEIGHT // before.shape[0], WIDTH // before.shape[1]
        y, x = (np.arange(before.shape[0]) + 0.5) * step_y, (np.arange(before.shape[1]) + 0.5) * step_x
        distance = np.hypot((x[None, :] - SHADE.x) / 30, (y[:, None] - SHADE.y) / 20)
        assert np.array_equal(after[distance < 0.8], before[distance < 0.8])
        dimmed = black + (before - black) * 0.4
        assert np.abs(after - dimmed)[distance > 1.2].max() <= 1
        edge = (distance > 0.85) & (distance < 1.15)
        share = (after - dimmed)[edge] / np.where(
            np.abs(before - dimmed)[edge] < 8, np.nan, (before - dimmed)[edge]
        )
        assert -0.2 < np.nanmin(share) < 0.2 < 0.8 < np.nanmax(share) < 1.2


def test_an_ellipse_outside_the_picture_dims_all_of_it() -> None:
    frame, plain = frame_of("yuv420p"), frame_of("yuv420p")
    Compositor(SpriteTrack(shades=(Shade(0, -500, 50, 30, 20, 0.5),))).apply(frame)
    assert np.abs(frame.planes[0].astype(float) - (16 + (plain.planes[0].astype(float) - 16) / 2)).max() <= 1


def test_frames_without_a_shade_keep_every_bit() -> None:
    frame, plain = frame_of("yuv420p"), frame_of("yuv420p")
    Compositor(SpriteTrack(shades=(Shade(1, 50, 50, 30, 20),))).apply(frame)
    assert all(np.array_equal(a, b) for a, b in zip(frame.planes, plain.planes, strict=True))


def test_exporters_without_the_picture_say_that_they_cannot() -> None:
    with pytest.raises(BadInputError, match="'overlay'"):
        require_sprites(SpriteTrack(shades=(SHADE,)), "overlay")
