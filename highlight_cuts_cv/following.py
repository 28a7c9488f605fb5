"""Follow one player through one clip: detector, scene, tracker, and what earlier runs found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from highlight_cuts_cv.choices import Setup
from highlight_cuts_cv.contracts import (
    Detector,
    Progress,
    TrackJob,
    never_cancelled,
    no_progress,
    resolve_options,
)
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.model import ClipInfo, Detections, Frame, JobFailedError, Region, Track
from highlight_cuts_cv.registry import get_registry
from highlight_cuts_cv.tracking.camera import SMALL_SIDE
from highlight_cuts_cv.tracking.detections import LazyDetections, WatchedFrames
from highlight_cuts_cv.tracking.picks import Pick, resolve_picks
from highlight_cuts_cv.tracking.scene import Scene
from highlight_cuts_cv.tracking.store import AnalysisStore, clip_identity, code_identity


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
    wanted = trackers.needs_detections
    kept, passes = (None, None) if analysis is None else _stores(analysis, clip, setup)
    with _DetectorOnDemand(setup) as detector, open_frames(clip, small_side=SMALL_SIDE) as frames:
        detections = LazyDetections(frames, detector)
        watched = WatchedFrames(frames, detections)
        scene = Scene(watched, detections if wanted else None, float(clip.rate))
        if kept is not None:
            scene.restore(kept.load("scene"))
            detections.found.update(scene.found)
        job = TrackJob(
            clip=clip,
            frames=watched,
            scene=scene,
            anchors=resolve_picks(picks, clip, detections),
            detections=detections if wanted else None,
            store=passes,
            progress=progress,
            cancelled=cancelled,
        )
        track = registry.tracker(setup.tracker.name, setup.tracker.options).track(job)
        scene.add(detections.found)
        if kept is not None and scene.grown:
            kept.save("scene", scene.state())
    if len(track) != clip.frame_count:
        raise JobFailedError(
            f"The tracker '{setup.tracker.name}' returned {len(track)} frames for a clip of {clip.frame_count}."
        )
    return track


def analysis_folder() -> Path:
    """Where what is found out about single videos is kept between runs; it may be deleted at any time."""
    from platformdirs import user_cache_path

    return user_cache_path("highlight-cuts-cv", appauthor=False) / "analysis"


def _stores(analysis: Path, clip: ClipInfo, setup: Setup) -> tuple[AnalysisStore, AnalysisStore]:
    """What is kept about the clip, and what the tracker keeps."""
    registry = get_registry()
    wanted = registry.trackers.find(setup.tracker.name).needs_detections
    parts: list[object] = [clip_identity(clip), code_identity(Scene), wanted]
    stores = []
    for specs, choice in ((registry.detectors, setup.detector), (registry.trackers, setup.tracker)):
        spec = specs.find(choice.name)
        options: Mapping[str, object] = resolve_options(spec.options, choice.options)
        parts += [spec.name, dict(options), code_identity(spec.create)]
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
