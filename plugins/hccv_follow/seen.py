"""What was seen of everybody in a clip: the same whoever is followed, so the next player's judge need not look again."""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hccv_follow.appearance import AppearanceSettings
from highlight_cuts_cv.api import Region, SceneSource

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Seen:
    """``found`` has the detections (N, 5) of frames, ``descriptors`` the looks at people, by frame and box.

    ``around`` has the part of each frame that was looked at, ``None`` for the whole.
    """

    found: dict[int, Floats] = field(default_factory=dict)
    descriptors: dict[tuple[float, ...], NDArray[np.float32]] = field(default_factory=dict)
    around: dict[int, Region | None] = field(default_factory=dict)


_of_scenes: WeakKeyDictionary[SceneSource, dict[AppearanceSettings, Seen]] = WeakKeyDictionary()


def seen_in(scene: SceneSource, settings: AppearanceSettings) -> Seen:
    """What was seen in a *scene* so far, for as long as the scene lives; looks depend on the *settings*."""
    try:
        return _of_scenes.setdefault(scene, {}).setdefault(settings, Seen())
    except TypeError:  # another's scene, which nothing can be noted of
        return Seen()
