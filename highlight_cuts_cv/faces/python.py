"""The plain public API for timelines: the whole job of ``hccv run`` as two functions, for one reel and for a team's.

Each reports to whoever asks for it: ``progress(done, total)`` hears how far it is, ``warn(sentence)`` what the
user should know although the work goes on; soon after ``cancelled()`` is true it stops with CancelledError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv.contracts import Steps, Watch, never_cancelled, no_warning
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.executors.crew import Crew
from highlight_cuts_cv.faces.arguments import (
    AnyPath,
    Cancelled,
    Place,
    Places,
    Warn,
    read_player_picks,
)
from highlight_cuts_cv.faces.reels import Reel, Wish, read_reel
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.teams import opened_team
from highlight_cuts_cv.faces.tracking_frames import frames_of
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.doing import HERE, Doer
from highlight_cuts_cv.jobs.filling import Filled, Filling, check_filling, run_filling
from highlight_cuts_cv.jobs.remembered import Outcome
from highlight_cuts_cv.jobs.setup import DEFAULT_IDENTIFIER, parse_choice
from highlight_cuts_cv.jobs.wishes import Given
from highlight_cuts_cv.model import BoundingBox, TrackingFrame
from highlight_cuts_cv.timeline.csv_input import team_of
from highlight_cuts_cv.tracking.picks import parse_forgotten


@dataclass(frozen=True, slots=True)
class TrackedTimeline:
    """What :func:`run_timeline` wrote.

    ``path`` is the timeline, ``films`` the render of each clip in which somebody was picked, now or earlier, by
    the clip's name.  ``tracking`` has where the players are, by clip and player ('' is the one without a
    name); the frame indexes count from the recording's first frame.  ``failed`` says of each picked clip
    that was left as it is, why.  With ``same_player`` or ``number``, ``candidates`` has by clip and player who it may be
    in the clips without a pick: frames within the clip and boxes whose confidence is how probable that is, the
    likeliest first; from 0.98 on it was picked.
    """

    path: Path
    films: Mapping[str, Path]
    tracking: Mapping[str, Mapping[str, list[TrackingFrame]]]
    failed: Mapping[str, str]
    candidates: Mapping[str, Mapping[str, list[tuple[int, BoundingBox]]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrackedTeam:
    """What :func:`run_team` wrote: ``reels`` by player, and of those who have none, though picked, ``failed`` says why."""

    reels: Mapping[str, TrackedTimeline]
    failed: Mapping[str, str]


def run_timeline(
    timeline_path: AnyPath,
    picks: Mapping[str, Place | Places] | Sequence[str] | None = None,
    output_path: AnyPath | None = None,
    *,
    tracker: str | None = None,
    detector: str | None = None,
    indicator_type: str | Sequence[str] | None = None,
    quality: str | None = None,
    show: str | None = None,
    intro: str | None = None,
    shape: str | None = None,
    style: str | None = None,
    encoder: str | None = None,
    exporter: str | None = None,
    deliver: str | None = None,
    editor: str | None = None,
    handles: float | str | None = None,
    media_root: AnyPath | None = None,
    player: str | None = None,
    padding: float | None = None,
    rate: str | float | Fraction | None = None,
    timeline_name: str | None = None,
    same_player: bool = False,
    number: str | None = None,
    identifier: str = DEFAULT_IDENTIFIER,
    forget: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> TrackedTimeline:
    """The whole job of ``hccv run``: follow the picked players of a timeline's clips, render, write the timeline.

    *picks* are ``{CLIP: {frame: box, ...}}``, frames counted within the clip and boxes as
    :func:`track_player` takes them, or the command line's texts ``["CLIP=FRAME:#2", ...]``; with
    ``PLAYER@CLIP`` for several players in one clip.  They are remembered, with the options, in a project
    beside the timeline and added to those of earlier runs; *forget* takes such away, ``["CLIP", "CLIP=FRAME"]``.  Only
    what changed is followed and rendered.  *indicator_type* may be a list with ``"PLAYER@ring"`` for a player's
    own.  *style* is ``--style``, *deliver* ``--deliver`` and *editor* ``--for``.  With *same_player* those picked in some clips are picked in the
    others, too, where that is sure, and with *number* who wears that.  Without *output_path* the timeline lies beside *timeline_path*, as ``NAME.tracked.otio``.  The rest
    is what ``hccv run`` takes.

    With an *executor*, anything with the interface of :mod:`concurrent.futures`, clips are done there, several at once:
    ``ProcessPoolExecutor(4, mp_context=get_context("spawn"))``, for example, or a Dask client's ``get_executor(pure=False)``.
    It is not shut down.

    ``progress(step, done, total)`` hears of every frame, and what is being done.  Raises BadInputError
    before any work for what cannot be used, JobFailedError where no clip could be marked, and CancelledError
    soon after ``cancelled()`` is true; the timeline is not written then.
    """
    source = Path(timeline_path)
    if player is None and (players := team_of(source)):
        raise BadInputError(
            f"{source} has clips of {', '.join(players)}; give player=..., or take run_team for all of their reels."
        )
    wish = Wish(
        timeline=source,
        how=_reading(media_root, player, padding, rate, timeline_name),
        given=_given(
            indicator_type,
            handles,
            detector=detector,
            tracker=tracker,
            exporter=exporter,
            quality=quality,
            encoder=encoder,
            show=show,
            intro=intro,
            shape=shape,
            deliver=deliver,
            editor=editor,
        ),
        output=None if output_path is None else Path(output_path),
    ).in_style(style)
    picked = {} if picks is None else read_player_picks(picks)
    forgotten, filling = [parse_forgotten(text) for text in forget], _filling(same_player, number, identifier)
    steps, doer = _steps(progress, cancelled, warn), _doer(executor)
    reel = read_reel(wish, "", warn, steps)
    with reel.project as project:
        reel.check()
        outcome, filled = run_filling(
            *(project, reel.read, picked, wish.given, {"reading": reel.reading}, filling),
            *(steps, warn, forgotten, doer),
        )
    return _tracked(reel, outcome, filled)


def run_team(
    csv_path: AnyPath,
    picks: Mapping[str, Place | Places] | Sequence[str] | None = None,
    output_path: AnyPath | None = None,
    *,
    tracker: str | None = None,
    detector: str | None = None,
    indicator_type: str | Sequence[str] | None = None,
    quality: str | None = None,
    show: str | None = None,
    intro: str | None = None,
    shape: str | None = None,
    style: str | None = None,
    encoder: str | None = None,
    exporter: str | None = None,
    deliver: str | None = None,
    editor: str | None = None,
    handles: float | str | None = None,
    media_root: AnyPath | None = None,
    padding: float | None = None,
    rate: str | float | Fraction | None = None,
    same_player: bool = False,
    forget: Sequence[str] = (),
    executor: Executor | None = None,
    progress: Callable[[str, int, int], None] = lambda step, done, total: None,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> TrackedTeam:
    """As :func:`run_timeline` for all players of a CSV that has highlights of several: a reel each, made in one run.

    In *picks*, *forget* and *indicator_type* ``PLAYER@`` names the reel; a clip that is in one reel only needs no name.
    What several players' rows show is decoded and looked at once.  *output_path* gets the players' names into its own.
    Who is not picked, now or earlier, has no reel, and *warn* hears of it.

    Raises BadInputError, before any work, also for a CSV of one player, and CancelledError.
    """
    source = Path(csv_path)
    players = team_of(source)
    if not players:
        raise BadInputError(f"{source} does not have clips of several players; take run_timeline.")
    wish = Wish(
        timeline=source,
        how=_reading(media_root, None, padding, rate, None),
        given=_given(
            indicator_type,
            handles,
            detector=detector,
            tracker=tracker,
            exporter=exporter,
            quality=quality,
            encoder=encoder,
            show=show,
            intro=intro,
            shape=shape,
            deliver=deliver,
            editor=editor,
        ),
        output=None if output_path is None else Path(output_path),
    ).in_style(style)
    picked = {} if picks is None else read_player_picks(picks)
    forgotten, filling = [parse_forgotten(text) for text in forget], _filling(same_player, None, "")
    steps, doer = _steps(progress, cancelled, warn), _doer(executor)
    with opened_team(wish, players, picked, forgotten, filling, warn, steps) as team:
        made = team.make(doer, steps, warn)
        return TrackedTeam(
            reels={
                reel.whose: _tracked(reel, made.outcomes[reel.whose], made.filled.get(reel.whose, ()))
                for reel in team.reels
                if reel.whose in made.outcomes
            },
            failed=made.failed,
        )


def _reading(
    media_root: AnyPath | None,
    player: str | None,
    padding: float | None,
    rate: str | float | Fraction | None,
    name: str | None,
) -> Reading:
    root = None if media_root is None else Path(media_root)
    return Reading(
        media_root=root, player=player, padding=padding, rate=None if rate is None else str(rate), name=name
    )


def _given(
    indicators: str | Sequence[str] | None, handles: float | str | None, **options: str | None
) -> Given:
    return Given(
        indicators=[indicators] if isinstance(indicators, str) else indicators,
        handles=None if handles is None else str(handles),
        **options,
    )


def _filling(same_player: bool, number: str | None, identifier: str) -> Filling | None:
    if not (same_player or number):
        return None
    filling = Filling(number=number, identifier=parse_choice(identifier or DEFAULT_IDENTIFIER))
    check_filling(filling)
    return filling


def _steps(progress: Callable[[str, int, int], None], cancelled: Cancelled, warn: Warn) -> Steps:
    def steps(title: str) -> Watch:
        return Watch(lambda done, total: progress(title, done, total), cancelled, warn)

    return steps


def _doer(executor: Executor | None) -> Doer:
    return HERE if executor is None else Crew(executor)


def _tracked(reel: Reel, outcome: Outcome, filled: Sequence[Filled]) -> TrackedTimeline:
    candidates: dict[str, dict[str, list[tuple[int, BoundingBox]]]] = {}
    for one in filled:
        candidates.setdefault(one.proposal.clip_id, {})[one.player] = [
            (each.pick.frame_index, replace(each.pick.box, confidence=each.probability))
            for each in one.proposal.candidates
            if each.pick.box is not None
        ]
    first = {clip.clip_id: media_clip(clip).first_frame for clip in reel.read.clips}
    return TrackedTimeline(
        path=outcome.path,
        films={result.clip_id: result.render for result in outcome.results},
        tracking={
            result.clip_id: {
                name: frames_of(track, first[result.clip_id]) for name, track in result.tracks.items()
            }
            for result in outcome.results
        },
        failed=dict(outcome.failed),
        candidates=candidates,
    )
