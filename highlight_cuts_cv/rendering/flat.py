"""All sprites of a frame as one small picture, for exporters that write marker and film apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from highlight_cuts_cv.model import (
    BadInputError,
    ByteArray,
    ColorTags,
    FloatArray,
    Placement,
    SpriteTrack,
)
from highlight_cuts_cv.rendering.color import video_signal

_STEPS = 8


@dataclass(frozen=True, slots=True)
class FlatPicture:
    """``rgba`` (h, w, 4) uint8, straight alpha, whose top-left pixel lies at (x, y) of the frame.

    Colours reach a little beyond the edge of what shows, for filters that scale them without alpha.
    """

    x: int
    y: int
    rgba: ByteArray


def flattened(placements: Sequence[Placement], width: int, height: int) -> FlatPicture | None:
    """Blend placements over each other, moved to their sub-pixel positions (to an eighth).

    The result is cut off at the edges of the frame, *width* by *height*; ``None`` when nothing of
    them shows in it.
    """
    moved = [_moved(placement) for placement in placements if placement.opacity > 0]
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


def _moved(placement: Placement) -> tuple[int, int, FloatArray]:
    """A placement's whole-pixel position and its premultiplied (h, w, 4) float32 pixels, 0 to 1."""
    import cv2  # takes a while to load, and this module is part of the API

    x_steps, y_steps = round(placement.x * _STEPS), round(placement.y * _STEPS)
    pixels = placement.sprite.rgba.astype(np.float32) / np.float32(255)
    pixels[..., 3] *= min(placement.opacity, 1.0)
    pixels[..., :3] *= pixels[..., 3:]
    phase = x_steps % _STEPS / _STEPS, y_steps % _STEPS / _STEPS
    if any(phase):
        shift = np.array([[1, 0, phase[0]], [0, 1, phase[1]]], np.float32)
        size = pixels.shape[1] + 1, pixels.shape[0] + 1
        pixels = np.asarray(cv2.warpAffine(pixels, shift, size, flags=cv2.INTER_LINEAR), np.float32)
    return x_steps // _STEPS, y_steps // _STEPS, pixels


def _straight(left: int, top: int, canvas: FloatArray) -> FlatPicture | None:
    import cv2

    shown = canvas[..., 3] >= 0.5 / 255
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return None
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    canvas, shown = canvas[part], shown[part]
    around = np.where(shown[..., None], canvas, cv2.blur(canvas, (5, 5)))
    rgba = np.empty_like(canvas)
    rgba[..., :3] = np.clip(around[..., :3] / np.maximum(around[..., 3:], 1e-6), 0, 1)
    rgba[..., 3] = np.where(shown, canvas[..., 3], 0)
    return FlatPicture(left + int(columns[0]), top + int(rows[0]), np.rint(rgba * 255).astype(np.uint8))
