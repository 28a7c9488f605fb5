"""Frames of every pixel format, and a slow reference for what blending into them should give."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import RawFrame
from highlight_cuts_cv.media.pixel_formats import PIXEL_FORMATS
from highlight_cuts_cv.model import ColorTags, Placement

NO_TAGS = ColorTags()
LUMA_WEIGHTS = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}


def make_frame(name: str, width: int, height: int, color: ColorTags = NO_TAGS, seed: int = 0) -> RawFrame:
    """A frame of smooth colours (so that chroma upsampling in the reference is harmless)."""
    layout = PIXEL_FORMATS[name]
    rng = np.random.default_rng(seed)
    low, high = (16, 235) if not layout.full_range else (0, 255)
    unit = 1 << (layout.bits - 8)

    def plane(columns: int, rows: int) -> NDArray[np.generic]:
        x, y = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
        a, b = rng.uniform(0.2, 0.8, 2)
        values = np.rint((low + (high - low) * (a * x + (1 - a) * b * y)) * unit).astype(np.uint16)
        values = values << layout.shift
        return values.astype(np.uint8 if layout.bits == 8 else np.uint16)

    chroma = -(-width // (1 << layout.sub_x)), -(-height // (1 << layout.sub_y))
    if name in ("nv12", "p010le"):
        planes: tuple[NDArray[np.generic], ...] = (
            plane(width, height),
            np.dstack((plane(*chroma), plane(*chroma))),
        )
    elif name == "rgb24":
        planes = (np.dstack([plane(width, height) for _ in range(3)]),)
    else:
        planes = (plane(width, height), plane(*chroma), plane(*chroma))
    return RawFrame(0, 0, Fraction(1, 25), name, color, width, height, planes)


def samples(name: str, planes: tuple[NDArray[Any], ...]) -> list[NDArray[Any]]:
    """Views of planes as Y, Cb, Cr or R, G, B."""
    if name in ("nv12", "p010le"):
        return [planes[0], planes[1][..., 0], planes[1][..., 1]]
    if name == "rgb24":
        return [planes[0][..., i] for i in range(3)]
    return [planes[i] for i in ((2, 0, 1) if name.startswith("gbr") else (0, 1, 2))]


def components(frame: RawFrame) -> list[NDArray[np.float64]]:
    shift = PIXEL_FORMATS[frame.pixel_format].shift
    return [(part >> shift).astype(np.float64) for part in samples(frame.pixel_format, frame.planes)]


def _across(columns: int, full: int, siting: float, sub: int) -> NDArray[np.float64]:
    """(full, columns) weights of linear interpolation of subsampled samples to full resolution."""
    if not sub:
        return np.eye(full)
    position = np.clip((np.arange(full) - siting) / 2, 0, columns - 1)
    left = np.minimum(position.astype(int), columns - 1)
    right = np.minimum(left + 1, columns - 1)
    weights = np.zeros((full, columns))
    np.add.at(weights, (np.arange(full), left), 1 - (position - left))
    np.add.at(weights, (np.arange(full), right), position - left)
    return weights


def _down(columns: int, full: int, siting: float, sub: int) -> NDArray[np.float64]:
    """(columns, full) weights of filtering full resolution down to subsampled samples."""
    if not sub:
        return np.eye(full)
    weights = np.zeros((columns, full))
    taps = {
        0.0: ((-1, 0.25), (0, 0.5), (1, 0.25)),
        0.5: ((0, 0.5), (1, 0.5)),
        1.0: ((0, 0.25), (1, 0.5), (2, 0.25)),
    }
    for j in range(columns):
        for offset, weight in taps[siting]:
            weights[j, min(max(2 * j + offset, 0), full - 1)] += weight
    return weights


def reference(
    frame: RawFrame, placements: list[Placement], matrix: str, siting: tuple[float, float] = (0.0, 0.5)
) -> list[NDArray[np.float64]]:
    """Blend in float R'G'B' of the whole frame; return the frame's components, unrounded."""
    layout = PIXEL_FORMATS[frame.pixel_format]
    peak, unit = (1 << layout.bits) - 1, 1 << (layout.bits - 8)
    full = layout.full_range or bool(frame.color.full_range)
    scale_y, scale_c, offset = (peak, peak, 0) if full else (219 * unit, 224 * unit, 16 * unit)
    parts = components(frame)
    if layout.rgb:
        rgb = np.dstack(parts) / peak
    else:
        kr, kb = LUMA_WEIGHTS[matrix]
        rows, columns = parts[1].shape
        up_x = _across(columns, frame.width, siting[0], layout.sub_x)
        up_y = _across(rows, frame.height, siting[1], layout.sub_y)
        luma = (parts[0] - offset) / scale_y
        blue, red = ((up_y @ part @ up_x.T - 128 * unit) / scale_c for part in parts[1:])
        r, b = luma + 2 * (1 - kr) * red, luma + 2 * (1 - kb) * blue
        rgb = np.dstack((r, (luma - kr * r - kb * b) / (1 - kr - kb), b))
    for placement in placements:
        rgb = _over(rgb, placement)
    if layout.rgb:
        return [rgb[..., i] * peak for i in range(3)]
    luma = rgb @ np.array([kr, 1 - kr - kb, kb])
    blue, red = (rgb[..., 2] - luma) / (2 * (1 - kb)), (rgb[..., 0] - luma) / (2 * (1 - kr))
    down_x = _down(columns, frame.width, siting[0], layout.sub_x)
    down_y = _down(rows, frame.height, siting[1], layout.sub_y)
    return [
        luma * scale_y + offset,
        *(down_y @ part @ down_x.T * scale_c + 128 * unit for part in (blue, red)),
    ]


def _over(rgb: NDArray[np.float64], placement: Placement) -> NDArray[np.float64]:
    """Premultiplied sprite, moved bilinearly, over the picture."""
    rgba = placement.sprite.rgba / 255.0
    layer = np.dstack((rgba[..., :3] * rgba[..., 3:], rgba[..., 3]))
    canvas = np.zeros((*rgb.shape[:2], 4))
    left, top = int(np.floor(placement.x)), int(np.floor(placement.y))
    fx, fy = placement.x - left, placement.y - top
    for dy, wy in ((0, 1 - fy), (1, fy)):
        for dx, wx in ((0, 1 - fx), (1, fx)):
            for row in range(layer.shape[0]):
                for column in range(layer.shape[1]):
                    y, x = top + dy + row, left + dx + column
                    if 0 <= y < rgb.shape[0] and 0 <= x < rgb.shape[1]:
                        canvas[y, x] += wy * wx * layer[row, column]
    canvas *= placement.opacity
    return rgb * (1 - canvas[..., 3:]) + canvas[..., :3]
