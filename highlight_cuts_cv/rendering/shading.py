"""Dims a frame outside an ellipse, in its own pixel format.

Dimming is blending with black, so every sample moves towards black's code value by a factor; chroma
too, which keeps the hue.  The factor is one number for nearly all of the picture, so only the
ellipse's surroundings are worked out sample by sample.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import RawFrame
from highlight_cuts_cv.media.pixel_formats import PixelFormat
from highlight_cuts_cv.model import FloatArray, Shade
from highlight_cuts_cv.rendering.code_values import code_values


def shade_frame(frame: RawFrame, shade: Shade, pixel_format: PixelFormat) -> None:
    """Apply *shade* to the frame's planes, in place."""
    black = code_values(np.zeros((1, 3), np.uint8), pixel_format, frame.color, frame.width, frame.height)[0]
    for plane, held in zip(frame.planes, pixel_format.planes, strict=True):
        subsampled = held[0] > 0 and not pixel_format.rgb
        sub_x, sub_y = (pixel_format.sub_x, pixel_format.sub_y) if subsampled else (0, 0)
        _shade_plane(plane, shade, 1 << sub_x, 1 << sub_y, float(black[held[0]]), pixel_format.shift)


def _shade_plane(
    plane: NDArray[Any], shade: Shade, step_x: int, step_y: int, black: float, shift: int
) -> None:
    """Dim one plane whose samples are *step_x* by *step_y* pixels apart; *black* is unshifted."""
    import cv2  # takes a while to load, and the presets beside this module are part of the API

    black *= 1 << shift
    light = 1 - min(max(shade.strength, 0.0), 1.0)
    rows, columns = plane.shape[:2]
    reach = 1 + shade.softness
    top, bottom = _span(shade.y, shade.half_height * reach, step_y, rows)
    left, right = _span(shade.x, shade.half_width * reach, step_x, columns)
    within = plane[top:bottom, left:right].astype(np.float32)
    if plane.dtype == np.uint8:
        plane[...] = cv2.convertScaleAbs(plane, alpha=light, beta=black * (1 - light))
    else:
        plane[...] = cv2.addWeighted(plane, light, plane, 0, black * (1 - light))
    if top < bottom and left < right:
        keep = _light(shade, np.arange(left, right), np.arange(top, bottom), step_x, step_y)
        keep *= 1 - light
        keep += light
        if plane.ndim == 3:
            keep = keep[..., None]
        within -= black
        within *= keep
        within += black + 0.5
        np.copyto(plane[top:bottom, left:right], within, casting="unsafe")
    if shift:
        np.bitwise_and(plane, 0xFFFF << shift & 0xFFFF, out=plane)


def _span(middle: float, half: float, step: int, size: int) -> tuple[int, int]:
    low, high = int(np.floor((middle - half) / step)), int(np.ceil((middle + half) / step)) + 1
    return min(max(low, 0), size), min(max(high, 0), size)


def _light(shade: Shade, columns: NDArray[Any], rows: NDArray[Any], step_x: int, step_y: int) -> FloatArray:
    """(rows, columns) float32: 1 inside the ellipse, 0 outside, smooth over its edge."""
    x = ((columns + 0.5) * step_x - shade.x) / max(shade.half_width, 1e-3)
    y = ((rows + 0.5) * step_y - shade.y) / max(shade.half_height, 1e-3)
    softness = max(shade.softness, 1e-3)
    # In place throughout: at 4K this is half a million samples per frame.
    inside = np.add.outer((y**2).astype(np.float32), (x**2).astype(np.float32))
    np.sqrt(inside, out=inside)
    inside *= np.float32(-0.5 / softness)
    inside += np.float32((1 + softness) * 0.5 / softness)
    np.clip(inside, 0, 1, out=inside)
    curve = inside * np.float32(-2)
    curve += 3
    curve *= inside
    curve *= inside
    return curve
