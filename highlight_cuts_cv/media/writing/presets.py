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
        # To stand in for the source: its codec where we can write it, else as ``final``.
        "match": EncodeSettings(options={"preset": "medium", "crf": "18"}),
    }
)
_MATCHING: Mapping[str, EncodeSettings] = MappingProxyType(
    {
        "h264": PRESETS["match"],
        "hevc": EncodeSettings(encoder="libx265", options={"preset": "medium", "crf": "20"}),
        "av1": EncodeSettings(encoder="libsvtav1", options={"preset": "8", "crf": "24"}),
        "vp9": EncodeSettings(
            encoder="libvpx-vp9",
            options={"crf": "24", "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1"},
        ),
        "prores": EncodeSettings(encoder="prores_ks", options={"profile": "hq", "vendor": "apl0"}),
        "dnxhd": EncodeSettings(encoder="dnxhd", options={"profile": "dnxhr_hq"}),
        "mjpeg": EncodeSettings(encoder="mjpeg", options={"qmin": "2", "qmax": "3", "b": "400M"}),
        "mpeg2video": EncodeSettings(
            encoder="mpeg2video", options={"qmin": "1", "qmax": "4", "b": "80M"}, gop_seconds=Fraction(1, 2)
        ),
    }
)
_TEN_BITS_MATCHING = {
    "prores": {"4444": {"profile": "4444", "vendor": "apl0"}},
    "dnxhd": {"422": {"profile": "dnxhr_hqx"}, "4444": {"profile": "dnxhr_444"}},
}
_LARGE = 2560 * 1440
_LARGE_LOOKAHEAD = "24"
"""Pictures.  x264's medium looks at 40, which at 4K takes the memory over 1.5 GB."""
_PREVIEW_ASPECT = Fraction(16, 9)


def encode_settings(quality: str, clip: ClipInfo) -> EncodeSettings:
    """The settings of a preset for a clip: never enlarged, and ``preview`` fitted into 1280x720.

    ``match`` takes the source's codec (ProRes as HQ or 4444, DNxHD as DNxHR), and H.264 where there
    is no encoder for it.

    Raises BadInputError when there is no preset *quality*.
    """
    if quality not in PRESETS:
        raise BadInputError(f"There is no quality '{quality}'; choose one of {', '.join(PRESETS)}.")
    settings = _matching(clip) if quality == "match" else PRESETS[quality]
    looks_far_ahead = settings.encoder == "libx264" and settings.options["preset"] == "medium"
    if looks_far_ahead and clip.width * clip.height > _LARGE:
        settings = replace(settings, options={**settings.options, "rc-lookahead": _LARGE_LOOKAHEAD})
    if settings.height is None:
        return settings
    aspect = Fraction(clip.width, clip.height) * clip.media.sample_aspect_ratio
    fitted = int(settings.height * min(Fraction(1), _PREVIEW_ASPECT / aspect)) // 2 * 2
    return replace(settings, height=fitted if fitted < clip.height else None)


def _matching(clip: ClipInfo) -> EncodeSettings:
    codec, pixel_format = clip.media.codec, clip.media.pixel_format
    settings = _MATCHING.get(codec, PRESETS["match"])
    chroma = "4444" if "444" in pixel_format or "rgb" in pixel_format or "gbr" in pixel_format else "422"
    if pixel_format.endswith("le"):
        options = _TEN_BITS_MATCHING.get(codec, {}).get(chroma)
        settings = settings if options is None else replace(settings, options=options)
    return settings


def limited_rate(rate: Fraction, max_rate: Fraction | None) -> Fraction:
    """The highest whole fraction of *rate* that does not exceed *max_rate*.

    >>> limited_rate(Fraction(60000, 1001), Fraction(30))
    Fraction(30000, 1001)
    """
    if max_rate is None:
        return rate
    return rate / max(1, -(-rate // max_rate))
