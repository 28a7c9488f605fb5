"""The default tracker: follows one player by fusing appearance, detections, camera motion and neighbours."""

from __future__ import annotations

from collections.abc import Iterable

from highlight_cuts_cv.api import Options, Tracker, TrackerSpec, hookimpl


def _create(options: Options) -> Tracker:
    from hccv_follow.tracker import FollowTracker

    return FollowTracker()


@hookimpl
def hccv_trackers() -> Iterable[TrackerSpec]:
    """Yield the one tracker of this package."""
    yield TrackerSpec(
        name="follow",
        create=_create,
        summary="Fuses appearance, detections, camera motion and neighbours; says lost when unsure.",
        glimpses=True,
        sure=0.61,
    )
