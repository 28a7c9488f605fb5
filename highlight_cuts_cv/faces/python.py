"""The plain public API for timelines: the whole job of ``hccv run`` as a function.

Each reports to whoever asks for it: ``progress(done, total)`` hears how far it is, ``warn(sentence)`` what the
user should know although the work goes on; soon after ``cancelled()`` is true it stops with CancelledError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv.contracts import Watch, never_cancelled, no_warning
from highlight_cuts_cv.executors.crew import Crew
from highlight_cuts_cv.faces.arguments import (
    AnyPath,
    Cancelled,
    Place,
    Places,
    Warn,
    read_player_picks,
)
from highlight_cuts_cv.faces.shared import Reading, load_remembered, target_path
from highlight_cuts_cv.faces.tracking_frames import frames_of
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.doing import HERE
from highlight_cuts_cv.jobs.filling import Filling, check_filling, run_filling
from highlight_cuts_cv.jobs.remembered import Project
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_IDENTIFIER,
    parse_choice,
)
from highlight_cuts_cv.jobs.wishes import Given, style_of, styled
from highlight_cuts_cv.model import BoundingBox, TrackingFrame
from highlight_cuts_cv.timeline.formats import is_table
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
    players = {} if picks is None else read_player_picks(picks)
    root = None if media_root is None else Path(media_root)
    wanted = style_of(style)
    if wanted is not None and padding is None and is_table(source):
        padding = wanted.padding
    given = Given(
        indicators=[indicator_type] if isinstance(indicator_type, str) else indicator_type,
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
        handles=None if handles is None else str(handles),
    )
    given = styled(given, wanted)
    how = Reading(
        media_root=root,
        player=player,
        padding=padding,
        rate=None if rate is None else str(rate),
        name=timeline_name,
    )
    chosen = how.chosen
    output = target_path(source, chosen, None if output_path is None else Path(output_path), given)

    def steps(title: str) -> Watch:
        return Watch(lambda done, total: progress(title, done, total), cancelled, warn)

    filling = Filling(number=number, identifier=parse_choice(identifier)) if same_player or number else None
    if filling is not None:
        check_filling(filling)
    timeline, reading = load_remembered(source, output, how, warn, steps)
    with Project(timeline, chosen, output) as project:
        forgotten = [parse_forgotten(text) for text in forget]
        doer = HERE if executor is None else Crew(executor)
        outcome, filled = run_filling(
            project, timeline, players, given, {"reading": reading}, filling, steps, warn, forgotten, doer
        )
    candidates: dict[str, dict[str, list[tuple[int, BoundingBox]]]] = {}
    for one in filled:
        candidates.setdefault(one.proposal.clip_id, {})[one.player] = [
            (each.pick.frame_index, replace(each.pick.box, confidence=each.probability))
            for each in one.proposal.candidates
            if each.pick.box is not None
        ]
    first = {clip.clip_id: media_clip(clip).first_frame for clip in timeline.clips}
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
