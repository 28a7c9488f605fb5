"""From the sRGB colours of sprites to the code values of a video's pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.pixel_formats import PixelFormat
from highlight_cuts_cv.model import ByteArray, ColorTags, FloatArray

_LUMA_WEIGHTS = {  # Kr and Kb
    "bt709": (0.2126, 0.0722),
    "bt470bg": (0.299, 0.114),
    "smpte170m": (0.299, 0.114),
    "fcc": (0.30, 0.11),
    "smpte240m": (0.212, 0.087),
    "bt2020nc": (0.2627, 0.0593),
    "bt2020c": (0.2627, 0.0593),
}
_BT709_TO_BT2020 = np.array(  # ITU-R BT.2087
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]], np.float32
)
_HD_HEIGHT = 720
# ITU-R BT.2408: graphics white is 203 cd/m2, which is 58 % PQ and 75 % HLG on a 1000 cd/m2 display.
_GRAPHICS_WHITE = 203.0
_HLG_PEAK = 1000.0
_HLG_SYSTEM_GAMMA = 1.2


def luma_weights(color: ColorTags, width: int, height: int) -> tuple[float, float]:
    """Kr and Kb of the video's matrix; where it is not tagged, BT.709 for HD and BT.601 below.

    The shorter side decides, so that a turned picture is treated like the upright one.
    """
    return _LUMA_WEIGHTS[matrix_name(color, width, height)]


def matrix_name(color: ColorTags, width: int, height: int) -> str:
    """FFmpeg's name of the matrix that :func:`luma_weights` goes by."""
    guess = "bt709" if min(width, height) >= _HD_HEIGHT else "smpte170m"
    return color.matrix if color.matrix in _LUMA_WEIGHTS else guess


def code_values(
    rgb: ByteArray, pixel_format: PixelFormat, color: ColorTags, width: int, height: int
) -> FloatArray:
    """Convert sRGB colours, (..., 3) uint8, to a video's code values, (..., 3) float32.

    The last axis is Y, Cb, Cr or R, G, B, unrounded, in the range of ``pixel_format.bits``.
    ``width`` and ``height`` are the frame's, used to guess a matrix that is not tagged.
    """
    signal = video_signal(rgb.astype(np.float32) / np.float32(255), color)
    peak = (1 << pixel_format.bits) - 1
    if pixel_format.rgb:
        return signal * peak
    kr, kb = luma_weights(color, width, height)
    luma = kr * signal[..., 0] + (1 - kr - kb) * signal[..., 1] + kb * signal[..., 2]
    blue = (signal[..., 2] - luma) / (2 * (1 - kb))
    red = (signal[..., 0] - luma) / (2 * (1 - kr))
    unit = 1 << (pixel_format.bits - 8)
    if pixel_format.full_range or color.full_range:
        scales, luma_offset = (peak, peak, peak), 0
    else:
        scales, luma_offset = (219 * unit, 224 * unit, 224 * unit), 16 * unit
    return np.stack(
        (
            luma * scales[0] + luma_offset,
            blue * scales[1] + 128 * unit,
            red * scales[2] + 128 * unit,
        ),
        axis=-1,
    )


def video_signal(signal: FloatArray, color: ColorTags) -> FloatArray:
    """R'G'B' from 0 to 1 in the video's own primaries and transfer."""
    hdr = color.transfer in ("smpte2084", "arib-std-b67")
    wide = color.primaries == "bt2020" or (hdr and color.primaries is None)
    if not hdr and not wide:
        return signal
    linear: FloatArray = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    if wide:
        linear = linear @ _BT709_TO_BT2020.T
    if color.transfer == "smpte2084":
        return _pq(linear * _GRAPHICS_WHITE).astype(np.float32)
    if color.transfer == "arib-std-b67":
        return _hlg(linear * (_GRAPHICS_WHITE / _HLG_PEAK)).astype(np.float32)
    encoded = np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
    )
    return encoded.astype(np.float32)


def _pq(nits: FloatArray) -> NDArray[Any]:
    """SMPTE ST 2084: absolute light in cd/m2 to signal."""
    power = (np.maximum(nits, 0) / 10000) ** (2610 / 16384)
    return np.asarray(((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32))


def _hlg(display: FloatArray) -> NDArray[Any]:
    """ITU-R BT.2100: displayed light (1 is the display's peak) to signal, through the inverse OOTF."""
    weights = np.array([0.2627, 0.6780, 0.0593], np.float32)
    luminance = np.maximum(display @ weights, 1e-6)[..., None]
    scene = np.maximum(display, 0) * luminance ** ((1 - _HLG_SYSTEM_GAMMA) / _HLG_SYSTEM_GAMMA)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    logarithmic = a * np.log(np.maximum(12 * scene - b, 1e-6)) + c
    return np.asarray(np.where(scene <= 1 / 12, np.sqrt(3 * scene), logarithmic))
