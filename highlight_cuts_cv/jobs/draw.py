"""The sprites of the chosen indicator for a followed player."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.analysis.camera import SMALL_SIDE
from highlight_cuts_cv.analysis.detections import LazyDetections
from highlight_cuts_cv.analysis.nearby import frames_with_others
from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.contracts import (
    Freeze,
    never_cancelled,
)
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import frame_times, open_frames
from highlight_cuts_cv.model import (
    CancelledError,
    ClipInfo,
    SpriteTrack,
    Track,
)
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.rendering import (
    parse_show,
    prepare_draw,
    wanted_for_freeze,
    wanted_frames,
)

if TYPE_CHECKING:
    pass


def draw(
    clip: ClipInfo,
    track: Track,
    setup: Setup,
    cancelled: Callable[[], bool] = never_cancelled,
    freeze: Freeze | None = None,
) -> SpriteTrack:
    """The sprites of the chosen indicator for a followed player, where they are to show.

    A picture that stands still has them in any case.
    """
    show = parse_show(setup.show)
    wanted = None
    if not show.always:
        near = _with_others(clip, track, setup, cancelled) if show.near else None
        wanted = wanted_frames(show, frame_times(clip), near)
        if freeze is not None:
            wanted = wanted_for_freeze(wanted, freeze.frame_index, clip)
    job = prepare_draw(clip, track, wanted)
    if get_registry().indicators.find(setup.indicator.name).needs_motion:
        job = replace(job, motion=_camera_motion(clip, cancelled))
    return get_registry().indicator(setup.indicator.name, setup.indicator.options).draw(job)


def _camera_motion(clip: ClipInfo, cancelled: Callable[[], bool]) -> NDArray[np.float64]:
    """(F, 2, 3) maps of each frame's predecessor to it."""
    with open_frames(clip, small_side=SMALL_SIDE) as frames:
        scene = Scene(frames, None, float(clip.rate))
        for _ in scene.stream(0, clip.frame_count):
            if cancelled():
                raise CancelledError("Drawing was stopped; no file was written.")
        return np.stack([scene.motion(index) for index in range(clip.frame_count)])


def _with_others(
    clip: ClipInfo, track: Track, setup: Setup, cancelled: Callable[[], bool]
) -> NDArray[np.bool_]:
    detector = get_registry().detector(setup.detector.name, setup.detector.options)
    try:
        with open_frames(clip) as frames:
            return frames_with_others(clip, track, LazyDetections(frames, detector), cancelled)
    finally:
        detector.close()
