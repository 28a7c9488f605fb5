"""A timeline's whole job: follow, draw and render each clip that was picked, then write the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv import __version__
from highlight_cuts_cv.analysis.cache_folder import cache_folder
from highlight_cuts_cv.analysis.nearby import looks
from highlight_cuts_cv.contracts import (
    Cadence,
    Steps,
    resolve_options,
    unwatched,
)
from highlight_cuts_cv.files.outputs import checked_output
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.export import export
from highlight_cuts_cv.jobs.follow import follow_on, workbench
from highlight_cuts_cv.jobs.freeze import ClipFreeze
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import (
    BadInputError,
    Track,
)
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.tracking.picks import Pick, check_picks

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline


def check_setup(setup: Setup) -> None:
    """Raise BadInputError now, before any work, when a plugin's name or an option does not exist."""
    registry = get_registry()
    resolve_options(registry.detectors.find(setup.detector.name).options, setup.detector.options)
    resolve_options(registry.trackers.find(setup.tracker.name).options, setup.tracker.options)
    # Some options are only understood by who is made from them: a colour, a font, a picture.
    registry.indicator(setup.indicator.name, setup.indicator.options)
    registry.exporter(setup.exporter.name, setup.exporter.options)
    if setup.freeze and not registry.exporters.find(setup.exporter.name).freezes:
        raise BadInputError(
            f"The exporter '{setup.exporter.name}' writes beside the recording, which plays without a stop; "
            "an intro needs a film, so take 'burn' or leave --intro out."
        )


@dataclass(frozen=True, slots=True)
class ClipResult:
    """What became of one clip of a timeline."""

    clip_id: str
    render: Path
    track: Track


def run_timeline(
    timeline: Timeline,
    picks: Mapping[str, Sequence[Pick]],
    output: Path,
    setup: Setup,
    steps: Steps = unwatched,
) -> list[ClipResult]:
    """Follow, draw and render each clip that has picks, then write the tracked timeline.

    Renders lie in the folder ``<output's stem>.media`` beside *output*.  Clips without picks stay
    as they are.  Raises BadInputError before any work when a pick names no clip or does not fit its clip,
    or when an intro would harm the timeline.
    """
    from highlight_cuts_cv.jobs.media_folder import film_names, media_folder, take_folder
    from highlight_cuts_cv.timeline import TrackedRender, write_tracked

    check_setup(setup)
    if not picks:
        raise BadInputError("Nobody was picked; give --pick CLIP=FRAME:... for at least one clip.")
    if not get_registry().exporters.find(setup.exporter.name).film:
        raise BadInputError(
            f"What the exporter '{setup.exporter.name}' writes cannot stand in for a clip; "
            "use it with 'hccv export', and 'burn' for timelines."
        )
    named: dict[str, list[Pick]] = {}
    for clip_id, clip_picks in picks.items():
        named.setdefault(timeline.clip(clip_id).clip_id, []).extend(clip_picks)
    picks = named
    clips = {clip_id: timeline.clip(clip_id) for clip_id in picks}
    output = checked_output(
        output.with_suffix(".otio") if output.suffix.lower() in (".csv", ".tsv") else output,
        [timeline.path, *(clip.media_path for clip in timeline.clips)],
        (".otio",),
    )
    pieces = {clip_id: media_clip(clip) for clip_id, clip in clips.items()}
    for clip_id, clip_picks in picks.items():
        check_picks(clip_picks, pieces[clip_id])
    freezes = {}
    if setup.freeze is not None:
        freezes = {
            clip_id: ClipFreeze(timeline, clips[clip_id], pieces[clip_id], setup.freeze, clip_picks)
            for clip_id, clip_picks in picks.items()
        }
    folder, films = media_folder(output), film_names(timeline.clips)
    take_folder(folder, output)
    results = []
    renders = {}
    for clip_id, clip_picks in picks.items():
        clip = pieces[clip_id]
        label = clips[clip_id].name or clip_id
        with workbench(clip, setup, cache_folder("analysis")) as bench:
            if setup.show.near:
                bench.look_at(looks(clip))
            track = follow_on(bench, clip_picks, setup, steps(f"Following in {label}"))
            rendering = steps(f"Rendering {label}")
            freeze = freezes[clip_id].freeze(track, rendering) if clip_id in freezes else None
            render = export(
                clip,
                track,
                folder / films[clip_id],
                setup,
                Cadence(clips[clip_id].rate, clips[clip_id].frame_count, freeze),
                rendering,
                bench,
            )
        results.append(ClipResult(clip_id, render, track))
        renders[clip_id] = TrackedRender(
            path=render.resolve(),
            metadata={
                "version": __version__,
                "pick": [str(pick) for pick in clip_picks],
                "tracker": setup.tracker.name,
                "indicator": setup.indicator.name,
                "tracked": round(track.coverage, 4),
            },
            **(freezes[clip_id].room(freeze) if freeze is not None else {}),
        )
    write_tracked(timeline, renders, output)
    return results
