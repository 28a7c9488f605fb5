"""A plain template tracker: OpenCV contrib's CSRT, kept honest by detections."""

from __future__ import annotations

from collections.abc import Iterable

from highlight_cuts_cv.api import JobFailedError, Options, Tracker, TrackerSpec, hookimpl


def _create(options: Options) -> Tracker:
    import cv2

    # Packages that require opencv-python put it over the OpenCV of our own requirements.
    if not hasattr(cv2, "TrackerCSRT_create"):
        raise JobFailedError(
            "The OpenCV that is installed has no CSRT, because another package replaced it; "
            "'pip install --force-reinstall --no-deps opencv-contrib-python-headless' puts it back."
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
