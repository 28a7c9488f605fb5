"""Drawing a marker on the player who was followed: indicators, and what one is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts.progress import Progress, never_cancelled, no_progress
from highlight_cuts_cv.model import ClipInfo, SpriteTrack, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawJob:
    """Everything an indicator needs: the track and how visible the marker is.

    ``opacity`` is (F,) float32 from 0 to 1: the fade-out when the player is lost and the fade-in
    when found.  ``xyxy`` is (F, 4) float32 without NaN wherever ``opacity`` > 0 (while fading out,
    the last known box); ``heights`` is (F,) float32, the player's smoothed height in pixels.
    ``motion`` is (F, 2, 3) float64 where the indicator asked for it: the camera map of pixels of the
    frame before to those of each frame, identity where unknown.
    """

    clip: ClipInfo
    track: Track
    xyxy: NDArray[np.float32]
    heights: NDArray[np.float32]
    opacity: NDArray[np.float32]
    motion: NDArray[np.float64] | None = None
    progress: Progress = no_progress
    cancelled: Callable[[], bool] = never_cancelled


@runtime_checkable
class Indicator(Protocol):
    """Draws a marker as small sprites; never paints on frames."""

    def draw(self, job: DrawJob) -> SpriteTrack:
        """Return the sprites and where they go, for every frame with opacity > 0."""
        ...
