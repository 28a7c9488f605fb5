"""What FFmpeg's encoders can do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av

from highlight_cuts_cv.media.color_tags import HdrTags
from highlight_cuts_cv.model import BadInputError

EDIT_LIST_SUFFIXES = frozenset({".mp4", ".m4v", ".mov"})


def open_output(path: Path, temporary: Path) -> Any:
    """Open *temporary* for writing in the container of *path*'s suffix, playable while it loads.

    Raises BadInputError when the suffix is no container's.
    """
    options = {"movflags": "+faststart"} if path.suffix.lower() in EDIT_LIST_SUFFIXES else {}
    try:
        return av.open(str(temporary), "w", container_options=options)
    except ValueError as error:
        if isinstance(error, av.error.FFmpegError):
            raise
        raise BadInputError(
            f"'{path}' cannot be written: '{path.suffix}' is no video format; use .mp4, .mov or .mkv."
        ) from None


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
    # Formats without components stand for pictures in a graphics card's own memory.
    formats: list[str] = [f.name for f in codec.video_formats or () if f.components]
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


def encoder_options(encoder: str, options: Mapping[str, str], hdr: HdrTags | None) -> dict[str, str]:
    """The options with static HDR metadata added, for the encoders that take it."""
    names = {
        "libx264": ("x264-params", "mastering-display", "cll"),
        "libx265": ("x265-params", "master-display", "max-cll"),
    }
    result = dict(options)
    if encoder not in names:
        return result
    parameter, mastering, light = names[encoder]
    parts = []
    if encoder == "libx265":
        parts.append("log-level=error")  # it prints to the terminal, past FFmpeg's log
    if hdr is not None and hdr.mastering_display:
        parts.append(f"{mastering}={hdr.mastering_display}")
    if hdr is not None and hdr.content_light:
        parts.append(f"{light}={hdr.content_light}")
    if parameter in result:
        parts.append(result[parameter])
    if parts:
        result[parameter] = ":".join(parts)
    return result
