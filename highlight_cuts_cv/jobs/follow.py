"""Follow one player through one clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from highlight_cuts_cv.analysis.code_identity import code_identity, options_identity
from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import UNWATCHED, TrackJob, Watch, resolve_options
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.files.store import ArrayStore
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import ClipInfo, JobFailedError, Track
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.tracking.doubts import with_doubts
from highlight_cuts_cv.tracking.picks import Pick, resolve_picks
from highlight_cuts_cv.tracking.steady import steadied
from highlight_cuts_cv.tracking.thinning import kept_frames, spread

_ALONE = 3
"""Players up to whom a look at the part around each costs less than one at the whole of a large picture for all."""


def workbench(clip: ClipInfo, setup: Setup, analysis: Path | None = None) -> ClipWorkbench:
    """What *clip* is worked on with; in the folder *analysis* is kept what is found out about it."""
    return ClipWorkbench(clip, setup.detector.name, setup.detector.options, analysis)


def follow(
    clip: ClipInfo,
    picks: Sequence[Pick],
    setup: Setup,
    watch: Watch = UNWATCHED,
    analysis: Path | None = None,
) -> Track:
    """As :func:`follow_on`, on a workbench of its own."""
    with workbench(clip, setup, analysis) as bench:
        return follow_on(bench, picks, setup, watch)


def follow_on(
    bench: ClipWorkbench,
    picks: Sequence[Pick],
    setup: Setup,
    watch: Watch = UNWATCHED,
    players: int = 1,
) -> Track:
    """Follow the picked player, one of so many *players*, through the workbench's clip; picks count frames within it.

    Raises BadInputError for picks that cannot be used, CancelledError when cancelled.
    """
    with warnings_to(watch):
        return _followed(bench, picks, setup, watch, players > _ALONE)


def _followed(
    bench: ClipWorkbench, picks: Sequence[Pick], setup: Setup, watch: Watch, company: bool
) -> Track:
    clip, registry = bench.clip, get_registry()
    spec = registry.trackers.find(setup.tracker.name)
    looks = spec.needs_detections
    kept, rate = kept_frames(clip, [pick.frame_index for pick in picks])
    thin = replace(clip, frame_count=len(kept), media=replace(clip.media, rate=rate))
    anchors = resolve_picks(picks, clip, bench.people)
    view = bench.view(kept, float(rate), looks)
    job = TrackJob(
        clip=thin,
        frames=view.frames,
        scene=view.scene,
        anchors=tuple(replace(a, frame_index=int(np.searchsorted(kept, a.frame_index))) for a in anchors),
        detections=view.detections if looks else None,
        store=_passes(bench, setup, len(kept), looks, company),
        company=company,
        progress=watch.progress,
        cancelled=watch.cancelled,
    )
    track = registry.tracker(setup.tracker.name, setup.tracker.options).track(job)
    if len(track) != len(kept):
        raise JobFailedError(
            f"The tracker '{setup.tracker.name}' returned {len(track)} frames for a clip of {len(kept)}."
        )
    cuts = view.scene.cuts()
    track = spread(steadied(track, view.scene, float(rate)), kept, clip.frame_count, cuts)
    track = with_doubts(track, clip, spec.sure, [int(kept[cut]) for cut in cuts], anchors, bench.people)
    bench.keep()
    return track


def _passes(bench: ClipWorkbench, setup: Setup, kept: int, looks: bool, company: bool) -> ArrayStore | None:
    """What the tracker keeps: it depends on what it is given, too."""
    spec = get_registry().trackers.find(setup.tracker.name)
    options = options_identity(resolve_options(spec.options, setup.tracker.options))
    return bench.store(
        "passes", kept, looks, company, code_identity(Scene), spec.name, options, code_identity(spec.create)
    )
