"""A plain template tracker: OpenCV contrib's CSRT, kept honest by detections."""

from __future__ import annotations

from collections.abc import Iterable

from highlight_cuts_cv.api import JobFailedError, Options, Tracker, TrackerSpec, hookimpl


def _create(options: Options) -> Tracker:
    import cv2

    # All builds of OpenCV share one folder: the one that was installed last is there.
    if not hasattr(cv2, "TrackerCSRT_create"):
        raise JobFailedError(
            "The OpenCV that is installed has no CSRT; 'pip install --force-reinstall --no-deps "
            "opencv-contrib-python-headless' installs the one that has."
        )
    from hccv_csrt.tracker import CsrtTracker

    return CsrtTracker()


@hookimpl
def hccv_trackers() -> Iterable[TrackerSpec]:
    """Yield the one tracker of this package."""
    yield TrackerSpec(
        name="csrt",
        create=_create,
        summary="CSRT template tracker, corrected by detections that agree with it; slow.",
    )
