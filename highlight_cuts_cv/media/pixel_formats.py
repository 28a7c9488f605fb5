"""How the pixel formats that the compositor writes to are laid out."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """One of FFmpeg's pixel formats.

    ``bits`` per component, stored ``shift`` bits up in its integer (p010 keeps its ten bits at the
    top of sixteen).  ``sub_x`` and ``sub_y`` are log2 of the chroma subsampling.  ``planes`` says
    which components each plane holds, sample by sample: 0, 1 and 2 are Y, Cb and Cr, or R, G and B.
    ``full_range`` is true where the format itself says so (RGB, and FFmpeg's old ``yuvj`` names).
    """

    name: str
    bits: int
    rgb: bool = False
    sub_x: int = 0
    sub_y: int = 0
    shift: int = 0
    planes: tuple[tuple[int, ...], ...] = ((0,), (1,), (2,))
    full_range: bool = False


def _formats() -> dict[str, PixelFormat]:
    pairs, gbr = ((0,), (1, 2)), ((1,), (2,), (0,))
    formats = [
        PixelFormat("nv12", 8, sub_x=1, sub_y=1, planes=pairs),
        PixelFormat("p010le", 10, sub_x=1, sub_y=1, shift=6, planes=pairs),
        PixelFormat("rgb24", 8, rgb=True, planes=((0, 1, 2),), full_range=True),
        PixelFormat("gbrp", 8, rgb=True, planes=gbr, full_range=True),
        PixelFormat("gbrp10le", 10, rgb=True, planes=gbr, full_range=True),
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


def drawable_format(name: str) -> str:
    """The format itself when it can be drawn into, else the nearest one to convert to.

    Depth is kept up to twelve bits (ten for RGB); alpha is dropped.

    >>> drawable_format("yuv420p"), drawable_format("yuva444p16be"), drawable_format("bgra"), drawable_format("gray")
    ('yuv420p', 'yuv444p12le', 'rgb24', 'yuv420p')
    """
    if name in PIXEL_FORMATS:
        return name
    ending = re.search(r"(?<!nv)(9|10|12|14|16|32|48|64)(le|be)?$", name)
    bits = int(ending[1]) if ending else 8
    if re.search("rgb|bgr|gbr|xyz|pal8", name):
        return "rgb24" if bits == 8 else "gbrp10le"
    subsampling = "420"
    if re.match("yuva?444|nv24|nv42|p4|ayuv|vuy", name):
        subsampling = "444"
    elif re.match("yuva?422|nv16|p2|yuyv|uyvy|yvyu|y2", name):
        subsampling = "422"
    depth = "" if bits == 8 else "10le" if bits <= 10 else "12le"
    return f"yuv{subsampling}p{depth}"
