"""Multi-object trackers that need no torch, from the packages ``trackers`` and ``arcsort``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from highlight_cuts_cv.api import JobFailedError, Option, Options, Tracker, TrackerSpec, hookimpl

# Names and meanings are the packages' own, so that their documentation applies.  Three defaults differ:
# the pick already says that the player is one (no waiting for confirmation), a detector's scores for
# small or blurred players are low (0.3 instead of 0.6 to 0.9), and ByteTrack matches boxes of an IoU
# of 0.3, as SORT does, not 0.1: an identity that ends is better than one that jumps to a neighbour.
_BUFFER = Option(
    name="lost_track_buffer",
    kind=int,
    default=30,
    minimum=0,
    maximum=10_000,
    summary="How long a lost player's identity is kept, in frames at 30 per second.",
)
_CONFIRM = Option(
    name="minimum_consecutive_frames",
    kind=int,
    default=1,
    minimum=1,
    maximum=1000,
    summary="Frames in a row that a new identity must be seen in before it counts.",
)


def _share(name: str, default: float, summary: str) -> Option:
    return Option(name=name, kind=float, default=default, minimum=0.0, maximum=1.0, summary=summary)


_ACTIVATION = _share("track_activation_threshold", 0.3, "Lowest detection score that starts an identity.")
_HIGH = _share("high_conf_det_threshold", 0.3, "Detections below this score are matched last.")
_TWO_STAGES = (
    _BUFFER,
    _ACTIVATION,
    _CONFIRM,
    _HIGH,
    _share("minimum_iou_threshold_first_assoc", 0.2, "Least IoU of a match in the first round."),
    _share("minimum_iou_threshold_second_assoc", 0.5, "Least IoU of a match in the round of low scores."),
)

_SORT = (_BUFFER, _ACTIVATION, _CONFIRM, _share("minimum_iou_threshold", 0.3, "Least IoU of a match."))
_BYTETRACK = (
    _BUFFER,
    _ACTIVATION,
    _CONFIRM,
    _share("minimum_iou_threshold", 0.3, "Least IoU of a match."),
    _HIGH,
)
_OCSORT = (
    _BUFFER,
    _CONFIRM,
    _share("minimum_iou_threshold", 0.3, "Least IoU of a match."),
    _share("direction_consistency_weight", 0.2, "What a steady direction is worth against IoU."),
    _HIGH,
    Option(
        name="delta_t",
        kind=int,
        default=3,
        minimum=1,
        maximum=100,
        summary="Frames over which a player's direction is measured.",
    ),
)
_BOTSORT = (
    *_TWO_STAGES,
    Option(name="enable_cmc", kind=bool, default=True, summary="Take the camera's own motion out."),
)
_CBIOU = (
    *_TWO_STAGES,
    _share("buffer_ratio_first", 0.3, "How much boxes grow before matching, first round."),
    _share("buffer_ratio_second", 0.5, "How much boxes grow before matching, second round."),
)
_ARCSORT = (
    Option(
        name="preset",
        kind=str,
        default="sportsmot",
        choices=("sportsmot", "dancetrack"),
        summary="Which of the package's configurations to start from.",
    ),
    _share("track_high_thresh", 0.3, "Detections below this score are matched last."),
    _share("new_track_thresh", 0.3, "Lowest detection score that starts an identity."),
    Option(
        name="track_buffer",
        kind=int,
        default=30,
        minimum=1,
        maximum=10_000,
        summary="Frames for which a lost player's identity is kept.",
    ),
    Option(
        name="min_hits",
        kind=int,
        default=1,
        minimum=1,
        maximum=1000,
        summary="Frames in a row that a new identity must be seen in before it counts.",
    ),
)


def _trackers_package(class_name: str, options: Options) -> Tracker:
    from hccv_mot.roboflow import RoboflowTracker

    return RoboflowTracker(class_name, options)


def _arcsort_package(options: Options) -> Tracker:
    from hccv_mot.arc import ArcSort

    return ArcSort(options)


def _create(make: Callable[[Options], Tracker], options: Options) -> Tracker:
    try:
        return make(options)
    except ImportError as error:
        raise JobFailedError(
            f"A package that this tracker needs cannot be imported ({error}); "
            "install it with 'pip install highlight-cuts-cv-mot'."
        ) from error


@hookimpl
def hccv_trackers() -> Iterable[TrackerSpec]:
    """Yield one tracker per algorithm."""
    for name, class_name, options, summary in (
        ("mot-sort", "SORTTracker", _SORT, "SORT: Kalman filter and IoU."),
        ("mot-bytetrack", "ByteTrackTracker", _BYTETRACK, "ByteTrack: as SORT, low scores matched last."),
        ("mot-ocsort", "OCSORTTracker", _OCSORT, "OC-SORT: as SORT, looking back after occlusions."),
        ("mot-botsort", "BoTSORTTracker", _BOTSORT, "BoT-SORT: as ByteTrack, camera motion taken out."),
        ("mot-cbiou", "CBIoUTracker", _CBIOU, "C-BIoU: grown boxes, for fast or irregular motion."),
    ):
        yield TrackerSpec(
            name=name,
            create=partial(_create, partial(_trackers_package, class_name)),
            summary=f"{summary} Keeps one identity; lost when that ends.",
            options=options,
        )
    yield TrackerSpec(
        name="arcsort",
        create=partial(_create, _arcsort_package),
        summary="ARC-SORT: for fast motion under moving cameras. Keeps one identity; lost when that ends.",
        options=_ARCSORT,
    )
