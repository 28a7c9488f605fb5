"""Encoders in graphics hardware: which one works here is found out by using it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.media.failures import reason
from highlight_cuts_cv.media.writing.encoders import encoder_for, nearest_format
from highlight_cuts_cv.model import BadInputError, ClipInfo

_FAMILIES = {"libx264": "h264", "libx265": "hevc", "libsvtav1": "av1"}
_ENGINES = ("nvenc", "qsv", "videotoolbox", "vaapi")  # in the order that 'auto' tries them


def on_engine(settings: EncodeSettings, engine: str, clip: ClipInfo) -> tuple[EncodeSettings, str | None]:
    """*settings* for an encoder of *engine* that works here, and a sentence when it became another.

    *engine* is ``x264`` (software: the settings as they are), ``nvenc``, ``qsv``, ``vaapi``,
    ``videotoolbox``, or ``auto`` for the first of these that works.  An encoder counts as working
    when it has encoded a picture of the clip's size and pixel format.  Raises BadInputError for
    another engine.
    """
    if engine == "x264":
        return settings, None
    if engine not in (*_ENGINES, "auto"):
        raise BadInputError(f"There is no engine '{engine}'; choose auto, x264, {', '.join(_ENGINES)}.")
    family = _FAMILIES.get(settings.encoder)
    if family is None:
        return (
            settings,
            f"There is no hardware encoder in place of '{settings.encoder}', which is used instead.",
        )
    failures = []
    for name in _ENGINES if engine == "auto" else (engine,):
        hardware = replace(settings, encoder=f"{family}_{name}", options=_options(name, settings.options))
        width, height = clip.width + clip.width % 2, clip.height + clip.height % 2
        wanted = settings.pixel_format or clip.media.pixel_format
        failure = _failure(hardware.encoder, tuple(hardware.options.items()), width, height, wanted)
        if failure is None:
            return hardware, None
        failures.append(f"{hardware.encoder}: {failure}")
    return (
        settings,
        f"No such encoder works here ({'; '.join(failures)}); '{settings.encoder}' is used instead.",
    )


def _options(engine: str, options: Mapping[str, str]) -> dict[str, str]:
    """The quality that x264's or x265's ``crf`` asks for, in an engine's own words."""
    quality = options.get("crf", "20")
    return {
        "nvenc": {"rc": "vbr", "cq": quality, "b": "0"},
        "qsv": {"global_quality": quality},
        "vaapi": {"rc_mode": "CQP", "qp": quality},
        # From 1 to 100, the best; the flag and the factor are how FFmpeg hands a fixed quality on.
        "videotoolbox": {"flags": "+qscale", "global_quality": str(118 * (100 - 2 * int(quality)))},
    }[engine]


@lru_cache(maxsize=32)
def _failure(
    encoder: str, options: tuple[tuple[str, str], ...], width: int, height: int, wanted: str
) -> str | None:
    """Why *encoder* cannot encode a picture of this kind, or ``None``."""
    try:
        codec = encoder_for(encoder)
    except BadInputError:
        return "not part of this build of FFmpeg"
    try:
        pixel_format = nearest_format(codec, wanted)
        context: Any = codec.create()
        context.width, context.height, context.pix_fmt = width, height, pixel_format
        context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
        context.options = dict(options)
        picture = av.VideoFrame(width, height, pixel_format)
        picture.pts = 0
        made = [*context.encode(picture), *context.encode(None)]
    except (av.error.FFmpegError, ValueError, OSError) as error:
        return reason(error)
    return None if any(packet.size for packet in made) else "it encodes nothing"
