"""Drawing markers into frames."""

from highlight_cuts_cv.rendering.compositor import Compositor
from highlight_cuts_cv.rendering.intro import Intro, frame_to_freeze, parse_intro, wanted_for_freeze
from highlight_cuts_cv.rendering.prepare import prepare_draw
from highlight_cuts_cv.rendering.visibility import Show, parse_show, wanted_frames

__all__ = [
    "Compositor",
    "Intro",
    "Show",
    "frame_to_freeze",
    "parse_intro",
    "parse_show",
    "prepare_draw",
    "wanted_for_freeze",
    "wanted_frames",
]
