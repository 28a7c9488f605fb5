"""Ultralytics YOLO detectors, BoT-SORT and ByteTrack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from highlight_cuts_cv.api import (
    Detector,
    DetectorSpec,
    Option,
    Options,
    Tracker,
    TrackerSpec,
    hookimpl,
)

from hccv_ultralytics.weights import MEGABYTES, local_weights, named_weights

DETECTOR_OPTIONS = (
    Option(
        name="device",
        kind=str,
        default="auto",
        choices=("auto", "cpu", "cuda", "mps"),
        summary="What to compute on; auto takes a GPU where torch finds one.",
    ),
    Option(name="half", kind=bool, default=False, summary="Half precision: faster on a GPU, not for a CPU."),
    Option(
        name="score",
        kind=float,
        default=0.25,
        minimum=0.01,
        maximum=1.0,
        summary="Lowest score of a reported player.",
    ),
    Option(
        name="size",
        kind=int,
        default=0,
        minimum=0,
        maximum=4096,
        summary="Long side, in pixels, that a picture is resized to; 0 is 640. Exports keep the size they were made for.",
    ),
    Option(
        name="batch", kind=int, default=8, minimum=1, maximum=256, summary="Most pictures in one inference."
    ),
    Option(
        name="classes",
        kind=str,
        default="",
        summary="Class names that are players, joined by '+'; empty is 'person', or all of a model without persons.",
    ),
)
WEIGHTS_OPTION = Option(
    name="weights",
    kind=str,
    default="",
    summary="Path of the weights: .pt, .onnx, .engine (TensorRT) or an OpenVINO folder.",
)


def _share(name: str, default: float, summary: str) -> Option:
    return Option(name=name, kind=float, default=default, minimum=0.0, maximum=1.0, summary=summary)


# Names, meanings and defaults of Ultralytics' bytetrack.yaml and botsort.yaml.
BYTETRACK_OPTIONS = (
    _share("track_high_thresh", 0.25, "Detections from this score on are matched first."),
    _share("track_low_thresh", 0.1, "Detections below this score are left out."),
    _share("new_track_thresh", 0.25, "Lowest score that starts an identity."),
    Option(
        name="track_buffer",
        kind=int,
        default=30,
        minimum=1,
        maximum=10_000,
        summary="Frames for which a lost player's identity is kept.",
    ),
    _share("match_thresh", 0.8, "Largest distance of a match, 1 - IoU (times score)."),
    Option(name="fuse_score", kind=bool, default=True, summary="Weigh the IoU by the detection's score."),
)
BOTSORT_OPTIONS = (
    *BYTETRACK_OPTIONS,
    Option(
        name="gmc_method",
        kind=str,
        default="sparseOptFlow",
        choices=("sparseOptFlow", "orb", "sift", "ecc", "none"),
        summary="How the camera's own motion is measured.",
    ),
    Option(
        name="with_reid",
        kind=bool,
        default=False,
        summary="Compare appearances too; needs a model.",
    ),
    Option(name="model", kind=str, default="", summary="Path of the re-identification weights."),
    _share("proximity_thresh", 0.5, "Least IoU at which appearances are compared."),
    _share("appearance_thresh", 0.8, "Least similarity of the same player's appearances."),
)


def _detector(find: Callable[[], Path], options: Options) -> Detector:
    weights = find()  # before the import that takes seconds
    from hccv_ultralytics.detector import UltralyticsDetector

    return UltralyticsDetector(weights, options)


def _detector_of_path(options: Options) -> Detector:
    return _detector(lambda: local_weights(str(options["weights"]), "weights"), options)


def _tracker(name: str, options: Options) -> Tracker:
    from hccv_ultralytics.tracker import UltralyticsTracker

    return UltralyticsTracker(name, options)


@hookimpl
def hccv_detectors() -> Iterable[DetectorSpec]:
    """Yield one detector per published model, and one for any weights."""
    for name, size in MEGABYTES.items():
        yield DetectorSpec(
            name=name,
            create=partial(_detector, partial(named_weights, name)),
            summary=f"Ultralytics {name}, COCO persons; weights of {size} MB.",
            options=DETECTOR_OPTIONS,
        )
    yield DetectorSpec(
        name="ultralytics",
        create=_detector_of_path,
        summary="Any Ultralytics detection model from a local path.",
        options=(WEIGHTS_OPTION, *DETECTOR_OPTIONS),
    )


@hookimpl
def hccv_trackers() -> Iterable[TrackerSpec]:
    """Yield Ultralytics' two best-known trackers."""
    yield TrackerSpec(
        name="botsort",
        create=partial(_tracker, "botsort"),
        summary="Ultralytics BoT-SORT. Keeps one identity; lost when that ends.",
        options=BOTSORT_OPTIONS,
    )
    yield TrackerSpec(
        name="bytetrack",
        create=partial(_tracker, "bytetrack"),
        summary="Ultralytics ByteTrack. Keeps one identity; lost when that ends.",
        options=BYTETRACK_OPTIONS,
    )
