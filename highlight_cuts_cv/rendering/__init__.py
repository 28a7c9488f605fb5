"""Drawing markers into frames, and how films are encoded."""

from highlight_cuts_cv.rendering.compositor import Compositor
from highlight_cuts_cv.rendering.intro import Intro, frame_to_freeze, parse_intro, wanted_for_freeze
from highlight_cuts_cv.rendering.pixel_formats import PIXEL_FORMATS, drawable_format
from highlight_cuts_cv.rendering.prepare import prepare_draw
from highlight_cuts_cv.rendering.presets import PRESETS, encode_settings, limited_rate
from highlight_cuts_cv.rendering.visibility import Show, parse_show, wanted_frames

__all__ = [
    "PIXEL_FORMATS",
    "PRESETS",
    "Compositor",
    "Intro",
    "Show",
    "drawable_format",
    "encode_settings",
    "frame_to_freeze",
    "limited_rate",
    "parse_intro",
    "parse_show",
    "prepare_draw",
    "wanted_for_freeze",
    "wanted_frames",
]
