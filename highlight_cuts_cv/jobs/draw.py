"""The sprites of the chosen indicators for the followed players."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from highlight_cuts_cv.analysis.nearby import frames_with_others
from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import UNWATCHED, Freeze, Watch
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import frame_times
from highlight_cuts_cv.model import (
    SpriteTrack,
    Track,
    merged_sprites,
)
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.rendering.freeze import wanted_for_freeze
from highlight_cuts_cv.rendering.prepare import prepare_draw
from highlight_cuts_cv.rendering.visibility import wanted_frames
from highlight_cuts_cv.tracking.thinning import kept_frames


def draw(
    bench: ClipWorkbench,
    track: Track,
    setup: Setup,
    watch: Watch = UNWATCHED,
    freeze: Freeze | None = None,
) -> SpriteTrack:
    """The sprites of the chosen indicator for a followed player, where they are to show.

    A picture that stands still has them in any case.
    """
    clip, show = bench.clip, setup.show
    wanted = None
    if not show.always:
        near = frames_with_others(clip, track, bench.people, watch.cancelled) if show.near else None
        wanted = wanted_frames(show, frame_times(clip), near)
        if freeze is not None:
            wanted = wanted_for_freeze(wanted, freeze.frame_index, clip)
    job = prepare_draw(clip, track, wanted)
    if get_registry().indicators.find(setup.indicator.name).needs_motion:
        kept, rate = kept_frames(clip, [])
        job = replace(job, motion=bench.motions(kept, float(rate), watch.cancelled))
    bench.keep()
    return get_registry().indicator(setup.indicator.name, setup.indicator.options).draw(job)


def draw_all(
    bench: ClipWorkbench,
    tracks: Mapping[str, Track],
    setup: Setup,
    watch: Watch = UNWATCHED,
    freeze: Freeze | None = None,
) -> SpriteTrack:
    """As :func:`draw`, for several players (by name), each with the indicator chosen for them.

    Where two markers meet, the later player's lies on top.
    """
    drawn = [
        draw(bench, track, replace(setup, indicator=setup.indicator_of(player)), watch, freeze)
        for player, track in tracks.items()
    ]
    dimming = [player for player, sprites in zip(tracks, drawn, strict=True) if sprites.shades]
    if len(dimming) > 1:
        watch.warn(
            f"The picture can be dimmed around one player at a time: where '{dimming[0]}' is shown, "
            f"it is not around {' and '.join(repr(player) for player in dimming[1:])}."
        )
    return merged_sprites(drawn)
