"""The hooks a plugin may implement.  Each hook takes nothing and yields specs.

A plugin is a module (or package) named by an entry point of the group ``highlight_cuts_cv``:

.. code-block:: toml

    [project.entry-points.highlight_cuts_cv]
    my_plugin = "my_plugin"
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from highlight_cuts_cv.contracts import (
    DelivererSpec,
    DetectorSpec,
    ExporterSpec,
    IdentifierSpec,
    IndicatorSpec,
    TrackerSpec,
)

GROUP = "highlight_cuts_cv"
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def hccv_detectors() -> Iterable[DetectorSpec]:  # type: ignore[empty-body]
    """Provide detectors: things that find players in pictures.

    A complete plugin, which "finds" one player in the middle of whatever it searches::

        import numpy as np
        from highlight_cuts_cv.api import Detections, DetectorSpec, hookimpl

        class Middle:
            def detect(self, frames, regions=None):
                found = []
                for frame, region in zip(frames, regions or [None] * len(frames)):
                    x1, y1, x2, y2 = 0, 0, frame.width, frame.height
                    if region is not None:
                        x1, y1 = max(x1, region.x1), max(y1, region.y1)
                        x2, y2 = min(x2, region.x2), min(y2, region.y2)
                    box = [0.6 * x1 + 0.4 * x2, 0.7 * y1 + 0.3 * y2, 0.4 * x1 + 0.6 * x2, y2]
                    found.append(Detections(np.array([box], np.float32), np.ones(1, np.float32)))
                return found

            def close(self):
                pass

        @hookimpl
        def hccv_detectors():
            yield DetectorSpec(name="middle", create=lambda options: Middle(), summary="Always the middle.")
    """


@hookspec
def hccv_trackers() -> Iterable[TrackerSpec]:  # type: ignore[empty-body]
    """Provide trackers: things that follow one player through a clip.

    A complete plugin, for a player who never moves::

        import numpy as np
        from highlight_cuts_cv.api import State, Track, TrackerSpec, hookimpl

        class Still:
            def track(self, job):
                count = job.clip.frame_count
                box = next(anchor.box for anchor in job.anchors if anchor.box is not None)
                return Track(
                    np.tile(np.float32(box.as_xyxy()), (count, 1)),
                    np.full(count, 0.5, np.float32),
                    np.full(count, State.INTERPOLATED, np.uint8),
                )

        @hookimpl
        def hccv_trackers():
            yield TrackerSpec(name="still", create=lambda options: Still(), needs_detections=False)
    """


@hookspec
def hccv_indicators() -> Iterable[IndicatorSpec]:  # type: ignore[empty-body]
    """Provide indicators: things that draw a marker as sprites.

    A complete plugin, a plain white square above the head::

        import numpy as np
        from highlight_cuts_cv.api import IndicatorSpec, Placement, Sprite, SpriteTrack, hookimpl

        class Square:
            def draw(self, job):
                sprite = Sprite(np.full((12, 12, 4), 255, np.uint8))
                placements = []
                for index in np.flatnonzero(job.opacity > 0):
                    x1, y1, x2, _ = job.xyxy[index]
                    at = (x1 + x2) / 2 - 6, y1 - 18
                    placements.append(Placement(int(index), sprite, *at, float(job.opacity[index])))
                return SpriteTrack(placements)

        @hookimpl
        def hccv_indicators():
            yield IndicatorSpec(name="square", create=lambda options: Square(), summary="A white square.")
    """


@hookspec
def hccv_exporters() -> Iterable[ExporterSpec]:  # type: ignore[empty-body]
    """Provide exporters: things that write what was followed and drawn.

    A complete plugin, which writes how many frames show the player::

        from highlight_cuts_cv.api import ExporterSpec, hookimpl

        class Count:
            def export(self, job):
                job.output.write_text(f"{int(job.track.visible.sum())}\\n")
                return job.output

        @hookimpl
        def hccv_exporters():
            yield ExporterSpec(name="count", create=lambda options: Count(), suffix=".txt")
    """


@hookspec
def hccv_deliverers() -> Iterable[DelivererSpec]:  # type: ignore[empty-body]
    """Provide deliverers: things that hand over a whole timeline.

    A complete plugin, which lists the clips and in how much of each the player is shown::

        from highlight_cuts_cv.api import DelivererSpec, hookimpl

        class Listing:
            def deliver(self, job):
                lines = []
                for placed in job.clips:
                    shown = [f"{track.coverage:.0%}" for track in placed.tracks.values()]
                    lines.append(" ".join([str(placed.position), placed.name, *shown]))
                job.output.write_text("\\n".join(lines) + "\\n")
                return job.output

        @hookimpl
        def hccv_deliverers():
            yield DelivererSpec(name="listing", create=lambda options: Listing(), suffix=".txt")
    """


@hookspec
def hccv_identifiers() -> Iterable[IdentifierSpec]:  # type: ignore[empty-body]
    """Provide identifiers: things that say who somebody is, from pictures of one person.

    A complete plugin, which knows one player by a shirt in blazing red::

        from highlight_cuts_cv.api import IdentifierSpec, Identity, hookimpl

        class RedShirt:
            def identify(self, job):
                seen = []
                for place, sighting in enumerate(job.sightings):
                    x1, y1, x2, y2 = (max(0, int(value)) for value in sighting.box.as_xyxy())
                    blue, green, red = sighting.picture[y1:y2, x1:x2].reshape(-1, 3).mean(axis=0)
                    if red > 2 * max(blue, green):
                        seen.append(place)
                if 2 * len(seen) <= len(job.sightings):
                    return []
                return [Identity("Sam", 0.9, tuple(seen))]

            def close(self):
                pass

        @hookimpl
        def hccv_identifiers():
            yield IdentifierSpec(name="red-shirt", create=lambda options: RedShirt())
    """
