"""What FFmpeg's encoders can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import av

from highlight_cuts_cv.media.color import HdrTags
from highlight_cuts_cv.model import BadInputError


def encoder_for(name: str) -> Any:
    """The video encoder of that FFmpeg name.  Raises BadInputError when there is none."""
    try:
        codec = av.Codec(name, "w")
    except av.codec.codec.UnknownCodecError:
        codec = None
    if codec is None or codec.type != "video":
        raise BadInputError(
            f"There is no video encoder '{name}' here; libx264 is always there, and libx265, prores_ks "
            "and ffv1 usually are."
        )
    return codec


def nearest_format(codec: Any, wanted: str) -> str:
    """The pixel format of the encoder that loses least of *wanted*, and among those adds least."""
    formats = [f.name for f in codec.video_formats or ()]
    if not formats or wanted in formats:
        return wanted
    source = _properties(wanted)

    def loss(name: str) -> tuple[int, ...]:
        target = _properties(name)
        lacks = [max(0, had - has) for had, has in zip(source, target, strict=True)]
        adds = [max(0, has - had) for had, has in zip(source, target, strict=True)]
        return (abs(source[0] - target[0]), sum(lacks), *lacks, sum(adds), formats.index(name))

    return min(formats, key=loss)


def _properties(name: str) -> tuple[int, ...]:
    """Is RGB, bits, alpha, chroma samples across and down for a 64-pixel square, in comparable steps."""
    layout = av.VideoFormat(name, 64, 64)
    alpha = len(layout.components) in (2, 4)
    colors = 0 if len(layout.components) < 3 else 8
    return (
        int(layout.is_rgb),
        layout.components[0].bits,
        8 * alpha,
        colors * layout.chroma_width() // 64,
        colors * layout.chroma_height() // 64,
        int(name.startswith("yuvj")),
    )


def with_hdr(encoder: str, options: Mapping[str, str], hdr: HdrTags | None) -> dict[str, str]:
    """The options with static HDR metadata added, for the encoders that take it."""
    names = {
        "libx264": ("x264-params", "mastering-display", "cll"),
        "libx265": ("x265-params", "master-display", "max-cll"),
    }
    result = dict(options)
    if hdr is None or encoder not in names:
        return result
    parameter, mastering, light = names[encoder]
    parts = [result[parameter]] if parameter in result else []
    if hdr.mastering_display:
        parts.append(f"{mastering}={hdr.mastering_display}")
    if hdr.content_light:
        parts.append(f"{light}={hdr.content_light}")
    if parts:
        result[parameter] = ":".join(parts)
    return result
