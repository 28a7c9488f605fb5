"""Mark one player through the clips of an edit timeline.

The names below are the plain public API; they load what they need when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highlight_cuts_cv.faces.python import (
        TrackedTimeline,
        concat_tracked_clips,
        detect_players,
        render_indicator,
        run_timeline,
        track_player,
    )
    from highlight_cuts_cv.model import BoundingBox, TrackingFrame

__version__ = "0.1.0"
__all__ = [
    "BoundingBox",
    "TrackedTimeline",
    "TrackingFrame",
    "__version__",
    "concat_tracked_clips",
    "detect_players",
    "render_indicator",
    "run_timeline",
    "track_player",
]

_HOMES = {
    "BoundingBox": "model",
    "TrackedTimeline": "faces.python",
    "TrackingFrame": "model",
    "concat_tracked_clips": "faces.python",
    "detect_players": "faces.python",
    "render_indicator": "faces.python",
    "run_timeline": "faces.python",
    "track_player": "faces.python",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"highlight_cuts_cv.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
