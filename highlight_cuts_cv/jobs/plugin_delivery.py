"""A plugin's deliverer, given the whole timeline as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import DeliveredClip, DeliverJob, resolve_options
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.delivery import Delivery
from highlight_cuts_cv.jobs.setup import Choice
from highlight_cuts_cv.jobs.task import ClipResult
from highlight_cuts_cv.plugin.registry import get_registry

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline, TrackedRender


def check_deliverer(delivery: Delivery) -> None:
    """Raise BadInputError now, before any work, when an option of the chosen deliverer does not exist."""
    if delivery.deliverer is not None:
        spec = get_registry().deliverers.find(delivery.deliverer.name)
        resolve_options(spec.options, delivery.deliverer.options)


def hand_to_plugin(
    timeline: Timeline,
    results: Sequence[ClipResult],
    renders: Mapping[str, TrackedRender],
    output: Path,
    choice: Choice,
    warn: Callable[[str], None],
) -> Path:
    """Let the chosen deliverer write *output*; return the file written.

    Raises JobFailedError for whatever the plugin does wrong.
    """
    from highlight_cuts_cv.timeline import write_tracked

    with TemporaryDirectory() as folder:
        tracked = write_tracked(timeline, renders, Path(folder) / "tracked.otio").read_text(encoding="utf-8")
    by_clip = {result.clip_id: result for result in results}
    clips = []
    for placed in timeline.clips:
        result = by_clip.get(placed.clip_id)
        clips.append(
            DeliveredClip(
                clip=media_clip(placed),
                name=placed.name,
                track_name=placed.track_name,
                position=placed.position,
                frame_count=placed.frame_count,
                head=placed.head,
                tail=placed.tail,
                tracks={} if result is None else result.tracks,
                render=None if result is None else result.render,
                marks=() if result is None else result.marks,
            )
        )
    job = DeliverJob(
        name=timeline.name, rate=timeline.rate, clips=clips, timeline=tracked, output=output, warn=warn
    )
    return get_registry().deliverer(choice.name, choice.options).deliver(job)
