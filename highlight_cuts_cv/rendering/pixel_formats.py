"""How the pixel formats that the compositor writes to are laid out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """One of FFmpeg's pixel formats.

    ``bits`` per component, stored ``shift`` bits up in its integer (p010 keeps its ten bits at the
    top of sixteen).  ``sub_x`` and ``sub_y`` are log2 of the chroma subsampling.  ``full_range`` is
    true where the format itself says so (RGB, and FFmpeg's old ``yuvj`` names).
    """

    name: str
    bits: int
    rgb: bool = False
    sub_x: int = 0
    sub_y: int = 0
    shift: int = 0
    semi_planar: bool = False
    full_range: bool = False

    def components(self, planes: tuple[Plane, ...]) -> tuple[Plane, Plane, Plane]:
        """Writable 2-D views of a frame's planes, as Y, Cb, Cr or as R, G, B."""
        if self.semi_planar:
            return planes[0], planes[1][..., 0], planes[1][..., 1]
        if not self.rgb:
            return planes[0], planes[1], planes[2]
        if len(planes) == 1:
            return planes[0][..., 0], planes[0][..., 1], planes[0][..., 2]
        green, blue, red = planes
        return red, green, blue


def _formats() -> dict[str, PixelFormat]:
    formats = [
        PixelFormat("nv12", 8, sub_x=1, sub_y=1, semi_planar=True),
        PixelFormat("p010le", 10, sub_x=1, sub_y=1, shift=6, semi_planar=True),
        PixelFormat("rgb24", 8, rgb=True, full_range=True),
        PixelFormat("gbrp", 8, rgb=True, full_range=True),
        PixelFormat("gbrp10le", 10, rgb=True, full_range=True),
    ]
    # 440 is what 422 becomes when a picture is turned by a quarter.
    for subsampling, sub_x, sub_y in (("420", 1, 1), ("422", 1, 0), ("440", 0, 1), ("444", 0, 0)):
        formats.append(PixelFormat(f"yuv{subsampling}p", 8, sub_x=sub_x, sub_y=sub_y))
        formats.append(PixelFormat(f"yuvj{subsampling}p", 8, sub_x=sub_x, sub_y=sub_y, full_range=True))
        for bits in (10, 12):
            formats.append(PixelFormat(f"yuv{subsampling}p{bits}le", bits, sub_x=sub_x, sub_y=sub_y))
    return {pixel_format.name: pixel_format for pixel_format in formats}


PIXEL_FORMATS = _formats()
"""The formats that sprites can be blended into, by FFmpeg's names."""
