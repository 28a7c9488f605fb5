"""Drawing markers into frames, and how films are encoded."""

from highlight_cuts_cv.rendering.compositor import Compositor
from highlight_cuts_cv.rendering.pixel_formats import PIXEL_FORMATS, drawable_format
from highlight_cuts_cv.rendering.prepare import prepare_draw
from highlight_cuts_cv.rendering.presets import PRESETS, encode_settings, limited_rate

__all__ = [
    "PIXEL_FORMATS",
    "PRESETS",
    "Compositor",
    "drawable_format",
    "encode_settings",
    "limited_rate",
    "prepare_draw",
]
