"""All sprites of a frame as one small picture, for exporters that write marker and film apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from highlight_cuts_cv.model import (
    BadInputError,
    ByteArray,
    ColorTags,
    FloatArray,
    Placement,
    Sprite,
    SpriteTrack,
)
from highlight_cuts_cv.rendering.code_values import video_signal

_STEPS = 8
_A_TRACE = 1e-6


@dataclass(frozen=True, slots=True)
class FlatPicture:
    """``rgba`` (h, w, 4) uint8, straight alpha, whose top-left pixel lies at (x, y) of the frame.

    Colours reach a little beyond the edge of what shows, for filters that scale them without alpha.
    """

    x: int
    y: int
    rgba: ByteArray


def flattened(placements: Sequence[Placement], width: int, height: int) -> FlatPicture | None:
    """Blend placements over each other, moved to their sub-pixel positions: to an eighth, or as near as
    makes no visible difference for a soft sprite.

    The result is cut off at the edges of the frame, *width* by *height*; ``None`` when nothing of
    them shows in it.
    """
    shown = [placement for placement in placements if placement.opacity > 0]
    if len(shown) == 1:
        return _alone(shown[0], width, height)
    moved = [_moved(placement) for placement in shown]
    if not moved:
        return None
    left, top = max(0, min(x for x, _, _ in moved)), max(0, min(y for _, y, _ in moved))
    right = min(width, max(x + p.shape[1] for x, _, p in moved))
    bottom = min(height, max(y + p.shape[0] for _, y, p in moved))
    if left >= right or top >= bottom:
        return None
    canvas = np.zeros((bottom - top, right - left, 4), np.float32)
    for x, y, pixels in moved:
        x1, y1 = max(x, left), max(y, top)
        x2, y2 = min(x + pixels.shape[1], right), min(y + pixels.shape[0], bottom)
        if x1 < x2 and y1 < y2:
            part = pixels[y1 - y : y2 - y, x1 - x : x2 - x]
            below = canvas[y1 - top : y2 - top, x1 - left : x2 - left]
            below *= 1 - part[..., 3:]
            below += part
    return _straight(left, top, canvas)


def require_sprites(sprites: SpriteTrack, exporter: str) -> None:
    """Raise BadInputError when the indicator dims the picture, which needs the picture."""
    if sprites.shades:
        raise BadInputError(
            f"The chosen indicator dims the picture around the player, which the exporter '{exporter}' cannot; "
            "take 'burn' or another indicator."
        )


def in_video_colors(rgba: ByteArray, color: ColorTags) -> ByteArray:
    """(h, w, 4) uint8 with sRGB colours as what the video's own R'G'B' has for them.

    The same for standard range; in HLG and PQ white becomes graphics white.
    """
    signal = video_signal(rgba[..., :3].astype(np.float32) / np.float32(255), color)
    return np.dstack((np.rint(np.clip(signal, 0, 1) * 255).astype(np.uint8), rgba[..., 3]))


def main_color(pictures: Sequence[ByteArray]) -> tuple[float, float, float]:
    """What colour the *pictures*, each (h, w, 4) uint8 RGBA, mostly have: red, green and blue, 0 to 1."""
    rgba = np.concatenate([picture.reshape(-1, 4) for picture in pictures])
    solid = rgba[rgba[:, 3] >= rgba[:, 3].max() // 2, :3].astype(np.int64)
    # The most frequent shade, and not a mean that no part of it has.
    shades, counts = np.unique(solid // 16, axis=0, return_counts=True)
    among = (solid // 16 == shades[counts.argmax()]).all(axis=1)
    red, green, blue = (solid[among].mean(axis=0) / 255).round(4).tolist()
    return red, green, blue


def _alone(placement: Placement, width: int, height: int) -> FlatPicture | None:
    """As :func:`flattened`, for one placement: what was made of it once is found again."""
    same, opacity = _Same(placement.sprite), min(placement.opacity, 1.0)
    steps = _steps(same, opacity)
    (x, x_phase), (y, y_phase) = (_position(value, steps) for value in (placement.x, placement.y))
    whole = _picture(same, x_phase, y_phase, opacity)
    if whole is None:
        return None
    x, y = x + whole.x, y + whole.y
    part = whole.rgba[max(0, -y) : max(0, height - y), max(0, -x) : max(0, width - x)]
    return FlatPicture(max(0, x), max(0, y), part) if part.size else None


class _Same:
    """A sprite that equals only itself, so that what was made of it can be found again."""

    __slots__ = ("sprite",)

    def __init__(self, sprite: Sprite) -> None:
        self.sprite = sprite

    def __hash__(self) -> int:
        return id(self.sprite)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.sprite is self.sprite


@lru_cache(maxsize=16)
def _premultiplied(same: _Same) -> FloatArray:
    pixels = same.sprite.rgba.astype(np.float32) / np.float32(255)
    pixels[..., :3] *= pixels[..., 3:]
    return pixels


def _steps(same: _Same, opacity: float) -> int:
    """To which part of a pixel a sprite is placed: so that being off by half of it changes nothing by
    more than a level, but no finer than an eighth."""
    return next((steps for steps in (1, 2, 4) if _steepest(same) * opacity <= 2 * steps), _STEPS)


@lru_cache(maxsize=16)
def _steepest(same: _Same) -> float:
    """By how many levels, at most, a sprite's pixels differ from one to the next."""
    pixels = np.pad(_premultiplied(same), ((1, 1), (1, 1), (0, 0)))
    return 255 * float(max(np.abs(np.diff(pixels, axis=axis)).max() for axis in (0, 1)))


def _position(value: float, steps: int) -> tuple[int, float]:
    """The whole pixel and the part of one beyond it."""
    position = round(value * steps)
    return position // steps, position % steps / steps


@lru_cache(maxsize=32)
def _picture(same: _Same, x_phase: float, y_phase: float, opacity: float) -> FlatPicture | None:
    return _straight(0, 0, _shifted(same, (x_phase, y_phase), opacity))


def _moved(placement: Placement) -> tuple[int, int, FloatArray]:
    """A placement's whole-pixel position and its premultiplied (h, w, 4) float32 pixels, 0 to 1."""
    same, opacity = _Same(placement.sprite), min(placement.opacity, 1.0)
    steps = _steps(same, opacity)
    (x, x_phase), (y, y_phase) = (_position(value, steps) for value in (placement.x, placement.y))
    return x, y, _shifted(same, (x_phase, y_phase), opacity)


def _shifted(same: _Same, phase: tuple[float, float], opacity: float) -> FloatArray:
    import cv2  # takes a while to load, and this module is part of the API

    pixels = _premultiplied(same)
    if opacity < 1:
        pixels = pixels * np.float32(opacity)
    if any(phase):
        shift = np.array([[1, 0, phase[0]], [0, 1, phase[1]]], np.float32)
        size = pixels.shape[1] + 1, pixels.shape[0] + 1
        pixels = np.asarray(cv2.warpAffine(pixels, shift, size, flags=cv2.INTER_LINEAR), np.float32)
    return pixels


def _straight(left: int, top: int, canvas: FloatArray) -> FlatPicture | None:
    import cv2

    shown = np.ascontiguousarray(canvas[..., 3]) >= 0.5 / 255
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return None
    canvas = np.ascontiguousarray(canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    # So little of the surroundings that it counts only where there is nothing else.
    around = cv2.scaleAdd(cv2.blur(canvas, (5, 5)), _A_TRACE, canvas)
    weight = np.ascontiguousarray(around[..., 3])
    weight = np.divide(1, weight, out=np.zeros_like(weight), where=weight > _A_TRACE * 1e-6)
    rgba = cv2.convertScaleAbs(cv2.multiply(around, cv2.merge([weight] * 4)), alpha=255)
    cv2.insertChannel(cv2.convertScaleAbs(canvas[..., 3], alpha=255), rgba, 3)
    return FlatPicture(left + int(columns[0]), top + int(rows[0]), np.asarray(rgba, np.uint8))
