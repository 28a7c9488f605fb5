"""Mark one player through the clips of an edit timeline.

The names below are the plain public API; they load what they need when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from highlight_cuts_cv.faces.python import TrackedTeam, TrackedTimeline, run_team, run_timeline
    from highlight_cuts_cv.faces.python_films import (
        Verdict,
        concat_tracked_clips,
        detect_players,
        render_indicator,
        track_player,
        verify_film,
    )
    from highlight_cuts_cv.model import BoundingBox, TrackingFrame

__version__ = "1.0.0"
__all__ = [
    "BoundingBox",
    "TrackedTeam",
    "TrackedTimeline",
    "TrackingFrame",
    "Verdict",
    "__version__",
    "concat_tracked_clips",
    "detect_players",
    "render_indicator",
    "run_team",
    "run_timeline",
    "track_player",
    "verify_film",
]

_HOMES = {
    "BoundingBox": "model",
    "TrackedTeam": "faces.python",
    "TrackedTimeline": "faces.python",
    "TrackingFrame": "model",
    "Verdict": "faces.python_films",
    "concat_tracked_clips": "faces.python_films",
    "detect_players": "faces.python_films",
    "render_indicator": "faces.python_films",
    "run_team": "faces.python",
    "run_timeline": "faces.python",
    "track_player": "faces.python_films",
    "verify_film": "faces.python_films",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"highlight_cuts_cv.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
