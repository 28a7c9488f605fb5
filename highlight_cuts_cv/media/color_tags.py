"""Colour tags: FFmpeg's numbers and names, and which matrix an untagged picture has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from highlight_cuts_cv.model import ColorTags

# H.273 code points, with the names that FFmpeg prints.  2 means unspecified.
PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
    10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
    10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10",
    15: "bt2020-12", 16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
MATRICES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
    9: "bt2020nc", 10: "bt2020c", 11: "smpte2085", 14: "ictcp",
}  # fmt: skip
UNSPECIFIED = 2

HDR_CURVES = {"smpte2084": "HDR (PQ)", "arib-std-b67": "HDR (HLG)"}
"""The transfers of HDR and what people are told that they are."""

SWS_BT709, SWS_BT601 = 1, 5  # libswscale's own numbers


def tags_of(context: Any) -> ColorTags:
    """The tags of a PyAV video codec context or frame (both name the fields alike)."""
    name = context.format.name if context.format else ""
    full = {1: False, 2: True}.get(int(context.color_range))
    return ColorTags(
        primaries=PRIMARIES.get(int(context.color_primaries)),
        transfer=TRANSFERS.get(int(context.color_trc)),
        matrix=MATRICES.get(int(context.colorspace)) if _is_yuv(name) else None,
        full_range=True if name.startswith("yuvj") else full,
    )


def apply_tags(target: Any, tags: ColorTags) -> None:
    """Set the tags on a PyAV codec context or frame; what is unspecified is left alone."""
    for field, names, name in (
        ("color_primaries", PRIMARIES, tags.primaries),
        ("color_trc", TRANSFERS, tags.transfer),
        ("colorspace", MATRICES, tags.matrix),
    ):
        if name is not None:
            setattr(target, field, next(code for code, known in names.items() if known == name))
    if tags.full_range is not None:
        target.color_range = 2 if tags.full_range else 1


def with_range(tags: ColorTags) -> ColorTags:
    """The tags with a range that is stated: an untagged film has the limited one."""
    return replace(tags, full_range=bool(tags.full_range))


def is_hdr(tags: ColorTags) -> bool:
    """Whether the samples follow one of the curves of HDR, PQ (HDR10, Dolby Vision) or HLG."""
    return tags.transfer in HDR_CURVES


def assumed_matrix(tags: ColorTags, width: int, height: int) -> str:
    """The matrix of a YUV picture of this size: the tagged one, else the one that players assume."""
    return tags.matrix or ("bt709" if _is_high_definition(width, height) else "smpte170m")


def conversion_matrix(picture: Any) -> int | None:
    """The matrix (SWS_CS_*) to name to swscale for an untagged YUV picture; ``None`` when it is tagged.

    Players take untagged pictures of at least 720 rows as BT.709 and smaller ones as BT.601.
    """
    if int(picture.colorspace) != UNSPECIFIED or not _is_yuv(picture.format.name):
        return None
    return SWS_BT709 if _is_high_definition(picture.width, picture.height) else SWS_BT601


def _is_high_definition(width: int, height: int) -> bool:
    return min(width, height) >= 720


def _is_yuv(pixel_format: str) -> bool:
    return pixel_format.startswith(("yuv", "nv", "p0", "p2", "p4", "uyvy", "yvyu"))


@dataclass(frozen=True, slots=True)
class HdrTags:
    """Static HDR metadata, written as x264 and x265 take it; ``None`` where there is none."""

    mastering_display: str | None = None
    content_light: str | None = None


def hdr_of(picture: Any) -> HdrTags:
    """Read the static HDR metadata of a decoded picture (AVMasteringDisplayMetadata and
    AVContentLightMetadata, as laid out in libavutil/mastering_display_metadata.h)."""
    mastering = light = None
    for data in picture.side_data:
        if data.type.name == "MASTERING_DISPLAY_METADATA":
            numbers = np.frombuffer(bytes(data), np.int32)
            values = [Fraction(int(n), int(d)) if d else Fraction(0) for n, d in numbers[:20].reshape(10, 2)]
            if len(numbers) >= 22 and numbers[20] and numbers[21]:
                red, green, blue, white = (
                    f"({round(x * 50000)},{round(y * 50000)})"
                    for x, y in zip(values[0:8:2], values[1:8:2], strict=True)
                )
                lowest, highest = round(values[8] * 10000), round(values[9] * 10000)
                mastering = f"G{green}B{blue}R{red}WP{white}L({highest},{lowest})"
        elif data.type.name == "CONTENT_LIGHT_LEVEL":
            most, average = (int(v) for v in np.frombuffer(bytes(data), np.uint32)[:2])
            light = f"{most},{average}"
    return HdrTags(mastering, light)
