"""How films are encoded for each purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.model import BadInputError, ClipInfo

PRESETS: Mapping[str, EncodeSettings] = MappingProxyType(
    {
        # To look at soon: within 1280x720 and 30 frames a second.
        "preview": EncodeSettings(
            options={"preset": "ultrafast", "crf": "28"}, height=720, max_rate=Fraction(30)
        ),
        # To go on editing with: quick, nearly lossless, and with keyframes close together to seek by,
        # since the editor encodes it again.
        "edit": EncodeSettings(options={"preset": "ultrafast", "crf": "16"}, gop_seconds=Fraction(1, 2)),
        # To share as it is.
        "final": EncodeSettings(options={"preset": "medium", "crf": "18"}),
    }
)
_PREVIEW_ASPECT = Fraction(16, 9)


def encode_settings(quality: str, clip: ClipInfo) -> EncodeSettings:
    """The settings of a preset for a clip: never enlarged, and ``preview`` fitted into 1280x720.

    Raises BadInputError when there is no preset *quality*.
    """
    if quality not in PRESETS:
        raise BadInputError(f"There is no quality '{quality}'; choose one of {', '.join(PRESETS)}.")
    settings = PRESETS[quality]
    if settings.height is None:
        return settings
    aspect = Fraction(clip.width, clip.height) * clip.media.sample_aspect_ratio
    fitted = int(settings.height * min(Fraction(1), _PREVIEW_ASPECT / aspect)) // 2 * 2
    return replace(settings, height=fitted if fitted < clip.height else None)


def limited_rate(rate: Fraction, max_rate: Fraction | None) -> Fraction:
    """The highest whole fraction of *rate* that does not exceed *max_rate*.

    >>> limited_rate(Fraction(60000, 1001), Fraction(30))
    Fraction(30000, 1001)
    """
    if max_rate is None:
        return rate
    return rate / max(1, -(-rate // max_rate))
