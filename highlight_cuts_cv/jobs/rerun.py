"""The tasks of a timeline of which some are done already: only those that changed are done again."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from highlight_cuts_cv.contracts import Steps, Watch, never_cancelled
from highlight_cuts_cv.errors import CancelledError, HighlightCutsError
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.files.outputs import checked_output, writing_sentences
from highlight_cuts_cv.jobs import task as tasks
from highlight_cuts_cv.jobs.currency import task_key
from highlight_cuts_cv.jobs.doing import ALONE, HERE, Doer, Stretch
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.media_folder import take_folder
from highlight_cuts_cv.jobs.task import ClipResult, ClipTask
from highlight_cuts_cv.jobs.together import Piece, together
from highlight_cuts_cv.media.reading.held import holding_pictures
from highlight_cuts_cv.model import ClipInfo, Track
from highlight_cuts_cv.project.changing import Claim
from highlight_cuts_cv.project.state import ClipTrackingState, Work
from highlight_cuts_cv.project.store import ProjectStore

_LOOKS_AGAIN = 0.2
"""Seconds after which who waits for another program's film looks again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task of a session, and what is remembered of its clip."""

    session_id: str
    state: ClipTrackingState
    task: ClipTask


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a wanted task: its ``result``, or ``failure``, why there is none; ``made`` says that it was not there before."""

    result: ClipResult | None
    failure: str
    made: bool


def rerun(
    store: ProjectStore,
    session_id: str,
    planned: Sequence[ClipTask],
    states: Mapping[str, ClipTrackingState],
    steps: Steps,
    doer: Doer = HERE,
) -> tuple[list[ClipResult], set[str], dict[str, str]]:
    """Do those of the *planned* tasks whose films are not there, by what *states* (by the task's clip id) say.

    As :func:`rerun_all`.  The results of all that have a film now, in their order; the clip ids of those that were made;
    and why others failed.
    """
    wanted = [Wanted(session_id, states[task.clip.clip_id], task) for task in planned]
    return told_apart(wanted, rerun_all(store, wanted, steps, doer))


def told_apart(
    wanted: Sequence[Wanted], came: Sequence[Came]
) -> tuple[list[ClipResult], set[str], dict[str, str]]:
    """What *came* of the *wanted* tasks of one timeline: results, the clip ids of those made now, and failures."""
    ids = [one.task.clip.clip_id for one in wanted]
    each = list(zip(ids, came, strict=True))
    return (
        [one.result for one in came if one.result is not None],
        {clip_id for clip_id, one in each if one.made},
        {clip_id: one.failure for clip_id, one in each if one.result is None},
    )


def rerun_all(store: ProjectStore, wanted: Sequence[Wanted], steps: Steps, doer: Doer = HERE) -> list[Came]:
    """Do those of the *wanted* tasks whose films are not there; what came of each, in their order.

    *doer* does them; what is remembered of it is this process's.  Tasks that show the same pictures of a recording are done
    one after another, so that what one finds out serves the next.
    Steps are told as ``2/4 Following in goal``.  Raises CancelledError; what is done by then is remembered.
    """
    keys = [task_key(one.task) for one in wanted]
    groups = stretches([one.task.clip for one in wanted])
    todo = [
        place
        for group in groups
        for place in group
        if _film(wanted[place].task, wanted[place].state, keys[place]) is None
    ]
    if len(todo) < doer.worthwhile:
        doer = HERE
    came: dict[int, Came] = {}

    def do_one(place: int, steps: Steps, cancelled: Callable[[], bool], stretch: Stretch = ALONE) -> None:
        one, key = wanted[place], keys[place]
        number = f"{todo.index(place) + 1}/{len(todo)} " if place in todo else ""

        def numbered(title: str) -> Watch:
            return steps(f"{number}{title}")

        def do() -> ClipResult:
            return doer.do(one.task, key, numbered, cancelled, stretch)

        try:
            whole = _done(store, one.session_id, one.state.clip_id, one.task, key, numbered, do)
            came[place] = Came(tasks.within_cuts(one.task, whole), "", place in todo)
        except CancelledError:
            raise
        except HighlightCutsError as error:
            came[place] = Came(None, str(error), False)

    def piece_of(places: Sequence[int]) -> Piece:
        name = secrets.token_hex(8) if len(places) > 1 else ""

        def piece(steps: Steps, cancelled: Callable[[], bool]) -> None:
            for place in places:
                do_one(place, steps, cancelled, Stretch(name, place != places[-1]))

        return piece

    elsewhere = [] if doer is HERE else todo
    for group in groups:
        here = [place for place in group if place not in elsewhere]
        with holding_pictures(len({*here} & {*todo}) > 1):
            piece_of(here)(steps, never_cancelled)
    if elsewhere:
        away = [[place for place in group if place in elsewhere] for group in groups]
        # The longest first: nobody is to wait for one that began last.
        away.sort(key=lambda places: -sum(wanted[place].task.clip.frame_count for place in places))
        pieces = [piece_of(places) for places in away if places]
        together(pieces, doer.places, steps, steps(f"Marking {len(elsewhere)} clips"))
    return [came[place] for place in range(len(wanted))]


def stretches(clips: Sequence[ClipInfo]) -> list[list[int]]:
    """Places of the *clips* by stretch of a recording: those that overlap, or hang together by others that do.

    The stretches, and the places in each, are in the clips' order.
    """
    order = sorted(
        range(len(clips)), key=lambda place: (str(clips[place].media.path), clips[place].first_frame)
    )
    groups: list[list[int]] = []
    end = 0
    for before, place in zip([None, *order], order, strict=False):
        clip = clips[place]
        if before is None or clips[before].media.path != clip.media.path or clip.first_frame >= end:
            groups.append([])
            end = 0
        groups[-1].append(place)
        end = max(end, clip.first_frame + clip.frame_count)
    return sorted(sorted(group) for group in groups)


def _done(
    store: ProjectStore,
    session_id: str,
    stored_id: str,
    task: ClipTask,
    key: str,
    steps: Steps,
    do: Callable[[], ClipResult],
) -> ClipResult:
    state = store.clip(session_id, stored_id)
    film, tracks = _film(task, state, key), _tracks(task, state)
    if film is not None and tracks is not None:
        return _result(task, film, tracks, steps)
    claim = _claimed(store, session_id, stored_id, task, steps)
    with store.at_work(claim):
        # Whoever had the clip meanwhile may have done it.
        film, tracks = _film(task, claim.clip, key), _tracks(task, claim.clip)
        if film is None:
            film = _copied(task, claim.clip, key)
        result = do() if film is None else _result(task, film, tracks or _followed(task, steps), steps)
        store.keep_tracks(claim, result.tracks, task.clip.first_frame)
        store.finish(claim, result.render, key)
    return result


def _film(task: ClipTask, state: ClipTrackingState, key: str) -> Path | None:
    """The film that the task would make, where it is there already; a writer may have chosen another suffix."""
    # A live marker's keyframes are nowhere but in the timeline.
    if state.final_path is None or state.final_key != key or task.live:
        return None
    film = task.render.with_suffix(state.final_path.suffix)
    return film if film.absolute() == state.final_path and film.is_file() else None


def _copied(task: ClipTask, state: ClipTrackingState, key: str) -> Path | None:
    """The same film, made for another timeline, as this task's."""
    film = state.final_path
    if film is None or state.final_key != key or task.live or not film.is_file():
        return None
    copy = task.render.with_suffix(film.suffix)
    with writing_sentences(copy):
        take_folder(copy.parent, task.timeline)
        checked_output(copy, [task.clip.media.path])
        with atomic_output(copy) as temporary:
            shutil.copyfile(film, temporary)
    return copy


def _tracks(task: ClipTask, state: ClipTrackingState) -> Mapping[str, Track] | None:
    known = state.tracks
    if known is None or known.first_frame != task.clip.first_frame or {*known.players} != {*task.picks}:
        return None
    players = {player: known.players[player] for player in task.picks}
    return players if all(len(track) == task.clip.frame_count for track in players.values()) else None


def _followed(task: ClipTask, steps: Steps) -> dict[str, Track]:
    with workbench(task.clip, task.setup, cache_folder("analysis")) as bench:
        return tasks.follow_players(bench, task, steps)


def _result(task: ClipTask, film: Path, tracks: Mapping[str, Track], steps: Steps) -> ClipResult:
    """As :func:`~highlight_cuts_cv.jobs.task.run` gives it, of a film that is there."""
    freeze = None if task.freeze is None else task.freeze.freeze(task.clip, [*tracks.values()], Watch())
    return tasks.result_of(task, film, tracks, freeze)


def _claimed(store: ProjectStore, session_id: str, stored_id: str, task: ClipTask, steps: Steps) -> Claim:
    claim = store.claim(session_id, stored_id, Work.FINAL)
    if claim is not None:
        return claim
    watch = steps(f"Waiting for {task.label}")
    watch.warn(f"Another program is rendering '{task.label}'; this one waits until that is done.")
    while claim is None:
        if watch.cancelled():
            raise CancelledError("The run was stopped.")
        time.sleep(_LOOKS_AGAIN)
        claim = store.claim(session_id, stored_id, Work.FINAL)
    return claim
