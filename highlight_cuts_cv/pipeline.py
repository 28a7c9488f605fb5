"""The whole job: detect, follow, draw, export; one clip at a time, then a timeline.

Faces (command line, plain API, web) call these functions; nothing here prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv import __version__
from highlight_cuts_cv.choices import Choice, Setup
from highlight_cuts_cv.contracts import (
    ExportJob,
    Freeze,
    Progress,
    never_cancelled,
    no_progress,
    resolve_options,
)
from highlight_cuts_cv.following import follow
from highlight_cuts_cv.intros import ClipIntro
from highlight_cuts_cv.media import clip_of, frame_at_time, frame_times, open_frames, probe
from highlight_cuts_cv.media.kit import PyAvKit
from highlight_cuts_cv.model import (
    BadInputError,
    CancelledError,
    ClipInfo,
    Detections,
    Frame,
    SpriteTrack,
    State,
    Track,
)
from highlight_cuts_cv.registry import get_registry
from highlight_cuts_cv.rendering import (
    parse_intro,
    parse_show,
    prepare_draw,
    wanted_for_freeze,
    wanted_frames,
)
from highlight_cuts_cv.timeline import safe_name
from highlight_cuts_cv.tracking.camera import SMALL_SIDE
from highlight_cuts_cv.tracking.detections import LazyDetections
from highlight_cuts_cv.tracking.files import read_track
from highlight_cuts_cv.tracking.nearby import frames_with_others
from highlight_cuts_cv.tracking.picks import Pick, parse_pick
from highlight_cuts_cv.tracking.scene import Scene

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline, TimelineClip

StepProgress = Callable[[str], Progress]
"""Given what a step is called, returns where that step reports its frames."""


def silent(step: str) -> Progress:
    """A :data:`StepProgress` that reports to nobody."""
    return no_progress


def check_setup(setup: Setup) -> None:
    """Raise BadInputError now, before any work, when a plugin's name or an option does not exist."""
    registry = get_registry()
    resolve_options(registry.detectors.find(setup.detector.name).options, setup.detector.options)
    resolve_options(registry.trackers.find(setup.tracker.name).options, setup.tracker.options)
    resolve_options(registry.indicators.find(setup.indicator.name).options, setup.indicator.options)
    resolve_options(registry.exporters.find(setup.exporter.name).options, setup.exporter.options)
    parse_show(setup.show)
    if parse_intro(setup.intro) and not registry.exporters.find(setup.exporter.name).freezes:
        raise BadInputError(
            f"The exporter '{setup.exporter.name}' writes beside the recording, which plays without a stop; "
            "an intro needs a film, so take 'burn' or leave --intro out."
        )


def video_clip(video: Path, frames: str | None = None) -> ClipInfo:
    """A video, or its frames ``START:END`` (from 0, END excluded), as a clip.  Raises BadInputError."""
    info = probe(video)
    start, stop = 0, info.frame_count
    if frames is not None:
        first, colon, last = frames.partition(":")
        if not colon or not (first or "0").isdecimal() or not (last or "0").isdecimal():
            raise BadInputError(f"The range '{frames}' is not START:END, two frame numbers counted from 0.")
        start, stop = int(first or 0), int(last or info.frame_count)
        if not 0 <= start < stop <= info.frame_count:
            raise BadInputError(
                f"The range '{frames}' does not fit {video}, which has the frames 0 to {info.frame_count - 1} "
                f"(END is excluded, so at most {info.frame_count})."
            )
    return clip_of(info, start, stop, clip_id=safe_name(video.stem), name=video.name)


def track_over_clip(path: Path, clip: ClipInfo) -> Track:
    """Read a track file and lay it over *clip*: frames that it says nothing about are lost.

    Raises BadInputError when the file cannot be read or none of its frames lies in the clip.
    """
    stored, first = read_track(path)
    offset = first - clip.first_frame
    start, stop = max(0, offset), min(clip.frame_count, offset + len(stored))
    if start >= stop:
        raise BadInputError(
            f"{path} follows the frames {first} to {first + len(stored) - 1}, none of which is rendered; "
            "check --range and that the track belongs to this video."
        )
    xyxy = np.full((clip.frame_count, 4), np.nan, np.float32)
    scores = np.zeros(clip.frame_count, np.float32)
    states = np.full(clip.frame_count, State.LOST, np.uint8)
    part = slice(start - offset, stop - offset)
    xyxy[start:stop], scores[start:stop], states[start:stop] = (
        stored.xyxy[part],
        stored.scores[part],
        stored.states[part],
    )
    return Track(xyxy, scores, states)


def media_clip(clip: TimelineClip) -> ClipInfo:
    """The media frames that a timeline's clip shows, from the one on screen when it begins."""
    info = clip.info
    first = min(frame_at_time(info, clip.start), info.frame_count - 1)
    last = min(frame_at_time(info, clip.start + (clip.frame_count - 1) / clip.rate), info.frame_count - 1)
    found = clip_of(info, first, last + 1, clip_id=clip.clip_id, name=clip.name)
    begin = clip.start - (found.start_pts - info.start_pts) * info.time_base
    return replace(found, start_offset=max(Fraction(0), begin))


def parse_clip_picks(texts: Sequence[str]) -> dict[str, list[Pick]]:
    """Read ``CLIP=PICK`` arguments, several per clip allowed.  Raises BadInputError.

    >>> {clip: list(map(str, picks)) for clip, picks in parse_clip_picks(["a=0:#1", "a=9:none"]).items()}
    {'a': ['0:#1', '9:none']}
    """
    picks: dict[str, list[Pick]] = {}
    for text in texts:
        clip_id, equals, pick = text.partition("=")
        if not equals or not clip_id:
            raise BadInputError(
                f"The pick '{text}' is not CLIP=FRAME:...; 'hccv clips' lists the clips' names."
            )
        picks.setdefault(clip_id, []).append(parse_pick(pick))
    return picks


def detect_frame(video: Path, frame_index: int, choice: Choice) -> tuple[Frame, Detections]:
    """The frame *frame_index* of a video (from 0) and who is in it.

    Raises BadInputError for an unreadable video or a frame outside it.
    """
    info = probe(video)
    if not 0 <= frame_index < info.frame_count:
        raise BadInputError(
            f"{video} has the frames 0 to {info.frame_count - 1}; there is no frame {frame_index}."
        )
    detector = get_registry().detector(choice.name, choice.options)
    try:
        with open_frames(clip_of(info)) as frames:
            frame = frames[frame_index]
        return frame, detector.detect([frame])[0]
    finally:
        detector.close()


def draw(
    clip: ClipInfo,
    track: Track,
    setup: Setup,
    cancelled: Callable[[], bool] = never_cancelled,
    freeze: Freeze | None = None,
) -> SpriteTrack:
    """The sprites of the chosen indicator for a followed player, where they are to show.

    A picture that stands still has them in any case.
    """
    show = parse_show(setup.show)
    wanted = None
    if not show.always:
        near = _with_others(clip, track, setup, cancelled) if show.near else None
        wanted = wanted_frames(show, frame_times(clip), near)
        if freeze is not None:
            wanted = wanted_for_freeze(wanted, freeze.frame_index, clip)
    job = prepare_draw(clip, track, wanted)
    if get_registry().indicators.find(setup.indicator.name).needs_motion:
        job = replace(job, motion=_camera_motion(clip, cancelled))
    return get_registry().indicator(setup.indicator.name, setup.indicator.options).draw(job)


def _camera_motion(clip: ClipInfo, cancelled: Callable[[], bool]) -> NDArray[np.float64]:
    """(F, 2, 3) maps of each frame's predecessor to it."""
    with open_frames(clip, small_side=SMALL_SIDE) as frames:
        scene = Scene(frames, None, float(clip.rate))
        for _ in scene.stream(0, clip.frame_count):
            if cancelled():
                raise CancelledError("Drawing was stopped; no file was written.")
        return np.stack([scene.motion(index) for index in range(clip.frame_count)])


def _with_others(
    clip: ClipInfo, track: Track, setup: Setup, cancelled: Callable[[], bool]
) -> NDArray[np.bool_]:
    detector = get_registry().detector(setup.detector.name, setup.detector.options)
    try:
        with open_frames(clip) as frames:
            return frames_with_others(clip, track, LazyDetections(frames, detector), cancelled)
    finally:
        detector.close()


def export(
    clip: ClipInfo,
    track: Track,
    output: Path,
    setup: Setup,
    rate: Fraction | None = None,
    frame_count: int | None = None,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = never_cancelled,
    warn: Callable[[str], None] = lambda sentence: None,
    freeze: Freeze | None = None,
) -> Path:
    """Draw the indicator and write *output* with the chosen exporter; return the file written."""
    job = ExportJob(
        clip=clip,
        track=track,
        sprites=draw(clip, track, setup, cancelled, freeze),
        output=output,
        media=PyAvKit(),
        rate=rate,
        frame_count=frame_count,
        progress=progress,
        cancelled=cancelled,
        warn=warn,
        freeze=freeze,
    )
    return get_registry().exporter(setup.exporter.name, setup.exporter.options).export(job)


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
    progress: StepProgress = silent,
    cancelled: Callable[[], bool] = never_cancelled,
    warn: Callable[[str], None] = lambda sentence: None,
) -> list[ClipResult]:
    """Follow, draw and render each clip that has picks, then write the tracked timeline.

    Renders lie in the folder ``<output's name>.media`` beside *output*.  Clips without picks stay
    as they are.  Raises BadInputError before any work when a pick names no clip, or when an intro
    would harm the timeline.
    """
    from highlight_cuts_cv.timeline import TrackedRender, write_tracked

    check_setup(setup)
    clips = {clip_id: timeline.clip(clip_id) for clip_id in picks}
    if not picks:
        raise BadInputError("Nobody was picked; give --pick CLIP=FRAME:... for at least one clip.")
    if not get_registry().exporters.find(setup.exporter.name).film:
        raise BadInputError(
            f"What the exporter '{setup.exporter.name}' writes cannot stand in for a clip; "
            "use it with 'hccv export', and 'burn' for timelines."
        )
    intro = parse_intro(setup.intro)
    stops = {}
    if intro is not None:
        stops = {
            clip_id: ClipIntro(timeline, clips[clip_id], media_clip(clips[clip_id]), intro, clip_picks)
            for clip_id, clip_picks in picks.items()
        }
    folder = output.parent / f"{safe_name(output.name.split('.')[0])}.media"
    folder.mkdir(parents=True, exist_ok=True)
    results = []
    renders = {}
    for clip_id, clip_picks in picks.items():
        clip = media_clip(clips[clip_id])
        label = clips[clip_id].name or clip_id
        track = follow(
            clip, clip_picks, setup, progress(f"Following in {label}"), cancelled, folder / "analysis"
        )
        freeze = stops[clip_id].freeze(track, warn) if clip_id in stops else None
        render = export(
            clip,
            track,
            folder / f"{safe_name(clip_id)}.tracked.mp4",
            setup,
            clips[clip_id].rate,
            clips[clip_id].frame_count,
            progress(f"Rendering {label}"),
            cancelled,
            warn,
            freeze,
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
            **(stops[clip_id].room(freeze) if freeze is not None else {}),
        )
    write_tracked(timeline, renders, output)
    return results
