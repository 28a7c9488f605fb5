"""A timeline's whole job: follow, draw and render each clip that was picked, then write the timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import UNWATCHED, Steps, no_warning, resolve_options, unwatched
from highlight_cuts_cv.files.outputs import checked_folder, checked_output, writing_sentences
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.delivery import REPLACING, Delivery, check_laid_over, setup_for
from highlight_cuts_cv.jobs.freeze import plan_freeze
from highlight_cuts_cv.jobs.media_folder import film_names, media_folder, remember_films
from highlight_cuts_cv.jobs.plugin_delivery import check_deliverer, hand_to_plugin
from highlight_cuts_cv.jobs.setup import Setup, check_owners
from highlight_cuts_cv.jobs.task import ClipResult, ClipTask, run, within_cuts
from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.tracking.picks import Pick, check_picks

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline, TimelineClip

Players = Mapping[str, Mapping[str, Sequence[Pick]]]
"""Picks by the player's name, '' where there is only one, and by clip."""


def check_setup(setup: Setup) -> None:
    """Raise BadInputError now, before any work, when a plugin's name or an option does not exist."""
    registry = get_registry()
    resolve_options(registry.detectors.find(setup.detector.name).options, setup.detector.options)
    resolve_options(registry.trackers.find(setup.tracker.name).options, setup.tracker.options)
    # Some options are only understood by who is made from them: a colour, a font, a picture.
    for indicator in (setup.indicator, *setup.indicators.values()):
        registry.indicator(indicator.name, indicator.options)
    registry.exporter(setup.exporter.name, setup.exporter.options)
    if setup.freeze and not registry.exporters.find(setup.exporter.name).freezes:
        raise BadInputError(
            f"The exporter '{setup.exporter.name}' writes beside the recording, which plays without a stop; "
            "an intro needs a film, so take 'burn' or leave the intro out."
        )
    if setup.shape and not registry.exporters.find(setup.exporter.name).crops:
        raise BadInputError(
            f"The exporter '{setup.exporter.name}' writes the picture in the recording's shape only; a {setup.shape} film "
            "is made by 'burn', or leave --shape out."
        )


def plan(
    timeline: Timeline, players: Players, output: Path, setup: Setup, delivery: Delivery = REPLACING
) -> list[ClipTask]:
    """What is to be done for each clip in which somebody was picked, in the timeline's order.

    The renders will lie in a media folder of their own beside *output*.  Nothing is written, and no
    picture is looked at.  Raises BadInputError for what can be known to fail: plugins and options, a pick
    that names no clip or does not fit its clip, an unsuitable *output*, a player's indicator without the
    player, a picture that cannot stand still without harm to the timeline.
    """
    setup = setup_for(delivery, setup)
    check_deliverer(delivery)
    from highlight_cuts_cv.timeline.formats import require_format
    from highlight_cuts_cv.timeline.handles import widened

    check_setup(setup)
    if not any(players.values()):
        raise BadInputError("Nobody was picked; give --pick CLIP=FRAME:... for at least one clip.")
    check_owners(setup.indicators, players)
    check_laid_over(delivery, setup, [player for player, picked in players.items() if picked])
    picks = by_clip(timeline, players)
    output = _timeline_file(timeline, output, delivery)
    if delivery.live and output.suffix.lower() not in delivery.live_suffixes:
        named = " or ".join(f"{output.stem}{suffix}" for suffix in delivery.live_suffixes)
        raise BadInputError(
            "With --deliver live the marker is keyframes, which only an editor's project can hold; "
            f"name the output {named}, or deliver an overlay."
        )
    if delivery.deliverer is None:
        require_format(timeline.otio, output, timeline.rate, delivery.over)
    folder = media_folder(output)
    films = film_names(timeline.clips, folder, delivery.way)
    tasks = []
    for placed in timeline.clips:
        clip_id, as_given = placed.clip_id, picks.get(placed.clip_id)
        if as_given is None:
            continue
        clip = media_clip(placed)
        of_players = {name: tuple(pick.in_frames(clip) for pick in given) for name, given in as_given.items()}
        for one in of_players.values():
            check_picks(one, clip)
        task = ClipTask(
            clip=clip,
            label=placed.name or clip_id,
            picks=of_players,
            setup=setup,
            render=folder / films[clip_id],
            timeline=output,
            rate=placed.rate,
            frame_count=placed.frame_count,
            live=delivery.live,
            fades=_fades(timeline, placed) if delivery.over else (0, 0),
        )
        tasks.append(_with_handles(task, widened(timeline, placed, delivery.handles)))
    if setup.freeze is None:
        return tasks
    return [
        replace(
            task,
            freeze=plan_freeze(
                timeline,
                timeline.clip(task.clip.clip_id),
                task.clip,
                setup.freeze,
                [pick for picks in task.picks.values() for pick in picks],
            ),
        )
        for task in tasks
    ]


def _with_handles(task: ClipTask, wide: TimelineClip) -> ClipTask:
    """*task* for all that *wide* has of its clip; frames, and seconds of the marker's times, count from there."""
    if not any(wide.handles):
        return task
    clip = media_clip(wide)
    before = task.clip.first_frame - clip.first_frame
    earlier = float(before / clip.rate)
    spans = tuple((start + earlier, stop + earlier) for start, stop in task.setup.show.spans)
    return replace(
        task,
        clip=clip,
        picks={player: tuple(pick.shifted(before) for pick in picks) for player, picks in task.picks.items()},
        setup=replace(task.setup, show=replace(task.setup.show, spans=spans)),
        frame_count=wide.frame_count,
        handles=wide.handles,
        beyond=(before, clip.frame_count - task.clip.frame_count - before),
    )


def deliver(
    timeline: Timeline,
    results: Sequence[ClipResult],
    output: Path,
    delivery: Delivery = REPLACING,
    warn: Callable[[str], None] = no_warning,
    steps: Steps = unwatched,
) -> Path:
    """Write the tracked timeline with the films of *results*, in the way of *delivery*; return its path.

    *warn* hears what the editor that it is for will not read.

    Raises BadInputError and JobFailedError as :func:`~highlight_cuts_cv.timeline.write_tracked`.
    """
    from highlight_cuts_cv.timeline import TrackedRender, write_tracked
    from highlight_cuts_cv.timeline.bundles import SUFFIXES as BUNDLES
    from highlight_cuts_cv.timeline.handles import with_handles

    renders = {
        result.clip_id: TrackedRender(
            path=result.render.resolve(),
            metadata=result.note,
            freeze_at=result.freeze_at,
            freeze_frames=result.freeze_frames,
            over=delivery.over,
            marks=result.marks,
            live=result.live,
        )
        for result in results
    }
    output = _timeline_file(timeline, output, delivery)
    with writing_sentences(output):
        remember_films(output, timeline.clips, {result.clip_id: result.render for result in results})
    if delivery.deliverer is not None:
        return hand_to_plugin(timeline, results, renders, output, delivery.deliverer, warn)
    watch = steps(f"Writing {output.name}") if output.suffix.lower() in BUNDLES else UNWATCHED
    wide = with_handles(timeline, delivery.handles)
    return write_tracked(wide, renders, output, delivery.target, warn=warn, watch=watch)


def run_timeline(
    timeline: Timeline,
    players: Players,
    output: Path,
    setup: Setup,
    steps: Steps = unwatched,
    delivery: Delivery = REPLACING,
) -> list[ClipResult]:
    """Follow, draw and render each clip in which somebody was picked, then write the tracked timeline.

    :func:`plan`, :func:`~highlight_cuts_cv.jobs.task.run` for each task, and :func:`deliver`.  Clips
    without picks stay as they are.
    """
    tasks = plan(timeline, players, output, setup, delivery)
    results = [within_cuts(task, run(task, steps)) for task in tasks]
    deliver(timeline, results, output, delivery, steps=steps)
    return results


def _fades(timeline: Timeline, clip: TimelineClip) -> tuple[int, int]:
    """The frames over which an overlay fades, since transitions do not reach it.  Raises BadInputError for a clip that can have none."""
    from highlight_cuts_cv.timeline.overlays import why_no_overlay
    from highlight_cuts_cv.timeline.places import crossed_frames

    if obstacle := why_no_overlay(timeline, clip):
        raise BadInputError(f"Nothing can be laid above the clip '{clip.clip_id}', since {obstacle}.")
    return crossed_frames(timeline, clip)


def by_clip(timeline: Timeline, players: Players) -> dict[str, dict[str, tuple[Pick, ...]]]:
    """The picks by the clip's id, which may be called as people call it, and by player.  Raises BadInputError."""
    picks: dict[str, dict[str, tuple[Pick, ...]]] = {}
    for player, of_clips in players.items():
        for clip, of_clip in of_clips.items():
            here = picks.setdefault(timeline.clip(clip).clip_id, {})
            here[player] = (*here.get(player, ()), *of_clip)
    return picks


def _timeline_file(timeline: Timeline, output: Path, delivery: Delivery = REPLACING) -> Path:
    from highlight_cuts_cv.timeline.formats import SUFFIXES, written_as

    inputs = [timeline.path, *(clip.media_path for clip in timeline.clips)]
    for path in (output.absolute(), *inputs):
        try:
            str(path).encode()
        except UnicodeEncodeError:
            raise BadInputError(
                f"The path {path} has bytes that are no letters, which a timeline cannot name; rename that file or folder."
            ) from None
    if delivery.deliverer is not None:
        return checked_output(output, inputs, (delivery.suffix,))
    output = written_as(output)
    if output.suffix.lower() == ".otiod":
        return checked_folder(output, [*inputs, timeline.base], "content.otio")
    return checked_output(output, inputs, SUFFIXES)
