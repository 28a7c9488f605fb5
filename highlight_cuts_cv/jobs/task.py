"""One clip's work as data, and doing it: follow everybody who was picked, draw and render.

A task and its result can be pickled: any process that has the recording and the folder of the render
can do the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv import __version__
from highlight_cuts_cv.analysis.nearby import looks
from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import Cadence, Freeze, Steps, Watch, unwatched
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.files.outputs import checked_output, writing_sentences
from highlight_cuts_cv.jobs.draw import draw_all
from highlight_cuts_cv.jobs.export import write
from highlight_cuts_cv.jobs.follow import follow_all, follow_on, workbench
from highlight_cuts_cv.jobs.freeze import ClipFreeze
from highlight_cuts_cv.jobs.live import write_live
from highlight_cuts_cv.jobs.marks import clip_marks
from highlight_cuts_cv.jobs.media_folder import take_folder
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.jobs.shape import crop_of
from highlight_cuts_cv.media.reading.held import holding_pictures
from highlight_cuts_cv.model import ClipInfo, LiveMarker, Mark, SpriteTrack, Track
from highlight_cuts_cv.rendering.fading import faded
from highlight_cuts_cv.timeline.originals import HANDLES
from highlight_cuts_cv.tracking.picks import Pick


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTask:
    """Follow players through one clip of a timeline and render it with their markers.

    ``picks`` has those of each player, by name ('' where there is only one), frames counted within the
    clip.  ``render`` is the film to write, ``frame_count`` frames at ``rate``, in a folder that belongs
    to the timeline file ``timeline``; that is not written yet.  The marker fades in and out over so many frames of
    its begin and its end as ``fades`` says.  The first and the last ``handles`` frames of the film lie beyond the cuts; in
    frames of ``clip`` they are ``beyond``.  With ``live`` no film is made: ``render`` is a picture of the marker.
    """

    clip: ClipInfo
    label: str
    picks: Mapping[str, tuple[Pick, ...]]
    setup: Setup
    render: Path
    timeline: Path
    rate: Fraction
    frame_count: int
    freeze: ClipFreeze | None = None
    live: bool = False
    handles: tuple[int, int] = (0, 0)
    beyond: tuple[int, int] = (0, 0)
    fades: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipResult:
    """What became of one clip of a timeline.

    ``tracks`` has the path of each player, by name.  At frame ``freeze_at`` of the render the picture
    stands still for ``freeze_frames`` frames.  ``note`` is what the timeline says of it, plain JSON values;
    ``marks`` what it is marked with.  ``live`` are the markers where no film is made, the first's picture being
    ``render``.
    """

    clip_id: str
    render: Path
    tracks: Mapping[str, Track]
    note: Mapping[str, object]
    marks: Sequence[Mark] = ()
    live: Sequence[LiveMarker] = ()
    freeze_at: int = 0
    freeze_frames: int = 0

    @property
    def track(self) -> Track:
        """The path of the only player, or the first one's."""
        return next(iter(self.tracks.values()))


def run(task: ClipTask, steps: Steps = unwatched) -> ClipResult:
    """Do a task: the film is written when it returns.

    Raises BadInputError for picks that nobody fits, JobFailedError when something cannot be read, drawn
    or written, CancelledError when cancelled.
    """
    clip, setup = task.clip, task.setup
    with writing_sentences(task.render.parent):
        take_folder(task.render.parent, task.timeline)
    checked_output(task.render, [clip.media.path])
    with (
        holding_pictures(len(task.picks) > 1),
        workbench(clip, setup, cache_folder("analysis")) as bench,
    ):
        if setup.show.near:
            bench.look_at(looks(clip))
        tracks = follow_players(bench, task, steps)
        watch = steps(f"Rendering {task.label}")
        freeze = None if task.freeze is None else task.freeze.freeze(clip, [*tracks.values()], watch)
        with warnings_to(watch):
            if task.live:
                live = _live_markers(bench, task, tracks, watch)
                watch.progress(1, 1)
                return replace(result_of(task, task.render, tracks, freeze), live=live)
            sprites = _faded(task, draw_all(bench, tracks, setup, watch, freeze))
            crop = crop_of(bench, next(iter(tracks.values())), setup, watch)
        cadence = Cadence(task.rate, task.frame_count, freeze)
        first = next(iter(tracks.values()))
        render = write(clip, first, sprites, task.render, setup, cadence, watch, crop)
    return result_of(task, render, tracks, freeze)


def _live_markers(
    bench: ClipWorkbench, task: ClipTask, tracks: Mapping[str, Track], watch: Watch
) -> list[LiveMarker]:
    players = {
        player: _faded(task, draw_all(bench, {player: track}, task.setup, watch))
        for player, track in tracks.items()
    }
    return write_live(task.clip, players, task.render, task.rate, task.frame_count)


def _faded(task: ClipTask, sprites: SpriteTrack) -> SpriteTrack:
    if not any(task.fades):
        return sprites
    return faded(sprites, task.clip.rate / task.rate, task.frame_count, task.fades)


def follow_players(bench: ClipWorkbench, task: ClipTask, steps: Steps) -> dict[str, Track]:
    """The paths of everybody picked in the task, by name.  Raises as :func:`run`."""

    def follow_one(player: str) -> Track:
        watch = steps(_following(player, task.label))
        return follow_on(bench, task.picks[player], task.setup, watch, len(task.picks))

    return follow_all(bench, task.picks, task.setup, follow_one)


def result_of(task: ClipTask, render: Path, tracks: Mapping[str, Track], freeze: Freeze | None) -> ClipResult:
    """What became of a task whose film is *render*, with the picture *freeze* standing still in it."""
    result = ClipResult(
        clip_id=task.clip.clip_id,
        render=render,
        tracks=tracks,
        note=_note(task, tracks),
        marks=tuple(clip_marks(task.clip, tracks, task.rate, task.frame_count, task.handles[0])),
    )
    if task.freeze is None or freeze is None:
        return result
    place = task.freeze.place(freeze.frame_index)
    return replace(result, freeze_at=place, freeze_frames=task.freeze.length)


def within_cuts(task: ClipTask, result: ClipResult) -> ClipResult:
    """*result* with paths in the frames that the timeline shows of the clip, without what lies beyond its cuts."""
    if not any(task.beyond):
        return result
    first, count = task.beyond[0], task.clip.frame_count - sum(task.beyond)
    return replace(
        result, tracks={player: track.part(first, count) for player, track in result.tracks.items()}
    )


def _note(task: ClipTask, tracks: Mapping[str, Track]) -> dict[str, object]:
    setup = task.setup
    players = [
        {
            "pick": [str(pick.shifted(-task.beyond[0])) for pick in task.picks[player]],
            "indicator": setup.indicator_of(player).name,
            "tracked": round(track.coverage, 4),
        }
        for player, track in tracks.items()
    ]
    note: dict[str, object] = {"version": __version__, "tracker": setup.tracker.name}
    if any(task.handles):
        note[HANDLES] = [*task.handles]
    if list(tracks) == [""]:
        return {**note, **players[0]}
    return {**note, "players": [{"player": name, **one} for name, one in zip(tracks, players, strict=True)]}


def _following(player: str, label: str) -> str:
    return f"Following {player} in {label}" if player else f"Following in {label}"
