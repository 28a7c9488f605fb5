"""A plain template tracker: OpenCV contrib's CSRT, kept honest by detections."""

from __future__ import annotations

from collections.abc import Iterable

from highlight_cuts_cv.api import Options, Tracker, TrackerSpec, hookimpl


def _create(options: Options) -> Tracker:
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
