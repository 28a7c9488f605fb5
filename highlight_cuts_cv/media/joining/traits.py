"""What must be equal for packets of two files to follow each other in one stream."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from highlight_cuts_cv.media.color_tags import with_range
from highlight_cuts_cv.media.failures import reading
from highlight_cuts_cv.media.reading.probing import LoadedMedia
from highlight_cuts_cv.media.writing.encoded_sound import layout_of
from highlight_cuts_cv.model import BadInputError

Traits = dict[str, object]

_NO_SBR = b"\x56\xe5\x00"
"""How some AAC encoders say, after what all say, that nothing above the stated sample rate follows."""


def picture_traits(media: LoadedMedia) -> Traits:
    """Those of the video stream, by names that people are shown."""
    info = media.info
    with reading(info.path), av.open(str(info.path), metadata_errors="replace") as container:
        context: Any = container.streams[media.stream_index].codec_context
        return {
            "video codec": info.codec,
            "codec profile": context.profile,
            "size": f"{context.width}x{context.height}",
            "rotation": info.rotation,
            "sample aspect ratio": info.sample_aspect_ratio,
            "frame rate": "variable" if info.variable_rate else info.rate,
            "time base": info.time_base,
            "pixel format": info.pixel_format,
            "colour": with_range(info.color),
            "encoder parameters": context.extradata,
        }


def sound_traits(path: Path) -> Traits:
    """Those of all audio streams of a file, by names that people are shown."""
    with reading(path), av.open(str(path), metadata_errors="replace") as container:
        contexts: list[Any] = [stream.codec_context for stream in sound_streams(container)]
        return {
            "number of audio streams": len(contexts),
            **{
                f"audio stream {number}": f"{c.codec.canonical_name} {c.sample_rate} Hz {layout_of(c)}"
                for number, c in enumerate(contexts, 1)
            },
            **{
                f"audio parameters {number}": bytes(c.extradata or b"").removesuffix(_NO_SBR)
                for number, c in enumerate(contexts, 1)
            },
        }


def sound_streams(container: Any) -> list[Any]:
    """The audio streams that are of a known kind."""
    return [stream for stream in container.streams.audio if stream.codec_context is not None]


def check_equal(first_path: Path, first: Traits, path: Path, traits: Traits) -> None:
    """Raise BadInputError, saying what differs, unless the traits are equal."""
    for name, value in first.items():
        other = traits.get(name)
        if other != value:
            binary = isinstance(value, bytes) or isinstance(other, bytes)
            detail = "" if binary else f" ({other}, not {value})"
            raise BadInputError(
                f"'{path}' cannot be joined to '{first_path}' as it is: its {name} differs{detail}. "
                "Render both with the same settings."
            )
