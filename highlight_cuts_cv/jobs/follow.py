"""Follow one player through one clip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.analysis.code_identity import code_identity, options_identity
from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.analysis.workbench import ClipWorkbench, View
from highlight_cuts_cv.contracts import UNWATCHED, TrackJob, Watch, resolve_options
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.files.store import ArrayStore
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import Anchor, ClipInfo, JobFailedError, Track
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


def follow_all(
    bench: ClipWorkbench,
    players: Mapping[str, Sequence[Pick]],
    setup: Setup,
    follow_one: Callable[[str], Track],
) -> dict[str, Track]:
    """What *follow_one* gives for each of the *players*, by name, as if they were followed one after another.

    Who is followed in frames of which all is known that is the same for everybody streams them together with the others:
    they are decoded once for all.  So the first is followed alone.  Raises what *follow_one* raises.
    """
    tracks: dict[str, Track] = {}
    left = [*players]
    while left:
        together = _sharing(bench, players, setup, left)
        if together is None:
            tracks[left[0]] = follow_one(left[0])
            left = left[1:]
            continue
        view, names = together
        size = bench.clip.width, bench.clip.height
        found = view.shared.do([partial(follow_one, name) for name in names], size)
        tracks.update(zip(names, found, strict=True))
        left = [name for name in left if name not in names]
    # The view that was last made is what is drawn by: the last player's, as one after another.
    view_of(bench, players[[*players][-1]], setup)
    return {name: tracks[name] for name in players}


def _sharing(
    bench: ClipWorkbench, players: Mapping[str, Sequence[Pick]], setup: Setup, left: Sequence[str]
) -> tuple[View, list[str]] | None:
    """Who of those *left* can be followed together, in which view; ``None`` where the first had better be alone."""
    if len(left) == len(players) or len(left) < 2:
        return None
    frames = _kept(bench, players[left[0]])[0].tolist()
    names = [name for name in left if _kept(bench, players[name])[0].tolist() == frames]
    view = view_of(bench, players[left[0]], setup)
    return (view, names) if len(names) > 1 and view.scene.analysed(0, len(frames)) else None


def _kept(bench: ClipWorkbench, picks: Sequence[Pick]) -> tuple[NDArray[np.int64], Fraction]:
    return kept_frames(bench.clip, [pick.frame_index for pick in picks])


def glimpse_on(bench: ClipWorkbench, pick: Pick, setup: Setup, watch: Watch = UNWATCHED) -> Track:
    """As :func:`follow_on`, of a moment that is shown while the whole clip is followed: without doubts, and without looking
    at everybody where the tracker can do without.
    """
    spec = get_registry().trackers.find(setup.tracker.name)
    with warnings_to(watch):
        looks = spec.needs_detections and not spec.glimpses
        return _tracked(bench, [pick], setup, watch, False, looks)[0]


def view_of(bench: ClipWorkbench, picks: Sequence[Pick], setup: Setup) -> View:
    """The frames of the workbench's clip in which whoever has these *picks* is followed."""
    kept, rate = _kept(bench, picks)
    return bench.view(kept, float(rate), get_registry().trackers.find(setup.tracker.name).needs_detections)


def _followed(
    bench: ClipWorkbench, picks: Sequence[Pick], setup: Setup, watch: Watch, company: bool
) -> Track:
    spec = get_registry().trackers.find(setup.tracker.name)
    track, cuts, anchors = _tracked(bench, picks, setup, watch, company, spec.needs_detections)
    track = with_doubts(track, bench.clip, spec.sure, cuts, anchors, bench.people)
    bench.keep()
    return track


def _tracked(
    bench: ClipWorkbench, picks: Sequence[Pick], setup: Setup, watch: Watch, company: bool, looks: bool
) -> tuple[Track, list[int], tuple[Anchor, ...]]:
    """The track without doubts, the clip's frames that begin a new shot, and what the picks point at."""
    clip, registry = bench.clip, get_registry()
    kept, rate = _kept(bench, picks)
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
    return track, [int(kept[cut]) for cut in cuts], anchors


def _passes(bench: ClipWorkbench, setup: Setup, kept: int, looks: bool, company: bool) -> ArrayStore | None:
    """What the tracker keeps: it depends on what it is given, too."""
    spec = get_registry().trackers.find(setup.tracker.name)
    options = options_identity(resolve_options(spec.options, setup.tracker.options))
    return bench.store(
        "passes", kept, looks, company, code_identity(Scene), spec.name, options, code_identity(spec.create)
    )
