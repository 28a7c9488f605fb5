"""Follow one player through one clip: detector, scene, tracker, and what earlier runs found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from highlight_cuts_cv.analysis.cache import AnalysisStore, clip_identity
from highlight_cuts_cv.analysis.camera import SMALL_SIDE
from highlight_cuts_cv.analysis.code_identity import code_identity, options_identity
from highlight_cuts_cv.analysis.detections import LazyDetections, WatchedFrames, packed, unpacked
from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.contracts import (
    Detector,
    Progress,
    TrackJob,
    never_cancelled,
    no_progress,
    resolve_options,
)
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.model import ClipInfo, Detections, Frame, Region, Track
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.tracking.picks import Pick, resolve_picks
from highlight_cuts_cv.tracking.steady import steadied
from highlight_cuts_cv.tracking.thinning import kept_frames, spread


def follow(
    clip: ClipInfo,
    picks: Sequence[Pick],
    setup: Setup,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = never_cancelled,
    analysis: Path | None = None,
) -> Track:
    """Follow the picked player through *clip*; picks count frames within the clip.

    In the folder *analysis* is kept what was found out about the clip, for the next run.  Raises
    BadInputError for picks that cannot be used, CancelledError when cancelled.
    """
    registry = get_registry()
    trackers = registry.trackers.find(setup.tracker.name)
    kept, rate = kept_frames(clip, [pick.frame_index for pick in picks])
    thin = replace(clip, frame_count=len(kept), media=replace(clip.media, rate=rate))
    shelf, passes = (None, None) if analysis is None else _stores(analysis, clip, setup, len(kept))
    with (
        _DetectorOnDemand(setup) as detector,
        open_frames(clip) as every,
        open_frames(clip, small_side=SMALL_SIDE, only=kept) as frames,
    ):
        people = LazyDetections(every, detector)
        with _remembered(shelf, "picked", people.found):
            anchors = resolve_picks(picks, clip, people)
        detections = LazyDetections(frames, detector) if trackers.needs_detections else None
        watched = frames if detections is None else WatchedFrames(frames, detections)
        scene = Scene(watched, detections, float(thin.rate))
        if shelf is not None:
            scene.restore(shelf.load("scene"))
        job = TrackJob(
            clip=thin,
            frames=watched,
            scene=scene,
            anchors=tuple(replace(a, frame_index=int(np.searchsorted(kept, a.frame_index))) for a in anchors),
            detections=detections,
            store=passes,
            progress=progress,
            cancelled=cancelled,
        )
        with _remembered(shelf, "detections", {} if detections is None else detections.found):
            track = registry.tracker(setup.tracker.name, setup.tracker.options).track(job)
        if shelf is not None and scene.grown:
            shelf.save("scene", scene.state())
    return spread(steadied(track, scene, float(thin.rate)), kept, clip.frame_count, scene.cuts())


@contextmanager
def _remembered(shelf: AnalysisStore | None, name: str, found: dict[int, Detections]) -> Iterator[None]:
    """Add to *found* what earlier runs kept under *name*, and on a clean exit keep what is new."""
    if shelf is None:
        yield
        return
    found.update(unpacked(shelf.load(name) or packed({})))
    known = len(found)
    yield
    if len(found) > known:
        shelf.save(name, packed(found))


def _stores(analysis: Path, clip: ClipInfo, setup: Setup, kept: int) -> tuple[AnalysisStore, AnalysisStore]:
    """What is kept about the clip, and what the tracker keeps."""
    registry = get_registry()
    wanted = registry.trackers.find(setup.tracker.name).needs_detections
    parts: list[object] = [clip_identity(clip), kept, code_identity(Scene), wanted]
    stores = []
    for specs, choice in ((registry.detectors, setup.detector), (registry.trackers, setup.tracker)):
        spec = specs.find(choice.name)
        options = resolve_options(spec.options, choice.options)
        parts += [spec.name, options_identity(options), code_identity(spec.create)]
        stores.append(AnalysisStore(analysis, *parts))
    return stores[0], stores[1]


class _DetectorOnDemand:
    """The chosen detector, made when somebody first asks for detections: a second run often needs none."""

    def __init__(self, setup: Setup) -> None:
        self._choice = setup.detector
        self._detector: Detector | None = None

    def __enter__(self) -> _DetectorOnDemand:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def detect(self, frames: Sequence[Frame], regions: Sequence[Region] | None = None) -> list[Detections]:
        if self._detector is None:
            self._detector = get_registry().detector(self._choice.name, self._choice.options)
        return self._detector.detect(frames, regions)

    def close(self) -> None:
        if self._detector is not None:
            self._detector.close()
            self._detector = None
