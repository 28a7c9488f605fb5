"""The plain public API: functions over paths, for scripts and notebooks.

Each reports to whoever asks for it: ``progress(done, total)`` hears how far it is, ``warn(sentence)`` what the
user should know although the work goes on; soon after ``cancelled()`` is true it stops with CancelledError.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Cadence, Progress, Watch, never_cancelled, no_progress, no_warning
from highlight_cuts_cv.executors.crew import Crew
from highlight_cuts_cv.faces.arguments import (
    Frames,
    Place,
    Places,
    read_frame_index,
    read_frames,
    read_picks,
    read_player_picks,
)
from highlight_cuts_cv.faces.shared import Reading, load_remembered, make_setup, target_path
from highlight_cuts_cv.jobs.clip import detect_frame, media_clip, video_clip
from highlight_cuts_cv.jobs.doing import HERE
from highlight_cuts_cv.jobs.export import export
from highlight_cuts_cv.jobs.filling import Filling, check_filling, run_filling
from highlight_cuts_cv.jobs.film import join_titled
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.freeze import freeze_in_video
from highlight_cuts_cv.jobs.remembered import Project
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_EXPORTER,
    DEFAULT_IDENTIFIER,
    DEFAULT_INDICATOR,
    DEFAULT_TRACKER,
    Setup,
    parse_choice,
)
from highlight_cuts_cv.jobs.timeline import check_setup
from highlight_cuts_cv.jobs.title_card import title_lines
from highlight_cuts_cv.jobs.verify import Verdict as Verdict
from highlight_cuts_cv.jobs.verify import verify
from highlight_cuts_cv.jobs.wishes import Given, style_of, styled
from highlight_cuts_cv.model import BadInputError, BoundingBox, Doubt, State, Track, TrackingFrame, Why
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.timeline.formats import is_table
from highlight_cuts_cv.tracking.numbers import numbered_players
from highlight_cuts_cv.tracking.picks import parse_forgotten

AnyPath = str | Path
Cancelled = Callable[[], bool]
Warn = Callable[[str], None]

DEFAULT_QUALITY = "preview"


def detect_players(
    video_path: AnyPath,
    frame_index: int = 0,
    detector: str = DEFAULT_DETECTOR,
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> tuple[NDArray[np.uint8], list[BoundingBox]]:
    """The picture of one frame (from 0), as a new (H, W, 3) uint8 BGR array, and its players.

    The boxes are in the picture's pixels, in the order of the numbers that ``hccv detect`` shows: from
    left to right.  Raises BadInputError for an unreadable video or a frame
    outside it, CancelledError when ``cancelled()`` is true before the picture is looked at.

    >>> from highlight_cuts_cv.faces.demo import demo_clip
    >>> frame_image, players = detect_players(demo_clip(), 60)
    >>> frame_image.shape, len(players) >= 5
    ((648, 1152, 3), True)
    """
    watch = Watch(progress, cancelled, warn)
    frame, found = detect_frame(
        Path(video_path), read_frame_index(frame_index), parse_choice(detector), watch
    )
    return frame.bgr.copy(), numbered_players(found)


def track_player(
    video_path: AnyPath,
    bbox: Place | Places,
    tracker: str = DEFAULT_TRACKER,
    frame_index: int = 0,
    frames: Frames | None = None,
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> list[TrackingFrame]:
    """Follow the player whose box in frame *frame_index* is *bbox*; one result per frame.

    The box is a BoundingBox or ``(x1, y1, x2, y2)``; a point ``(x, y)`` on the player will do, too.  For
    several picks give ``{frame: box, ...}`` or ``[(frame, box), ...]``, with ``None`` for a box where the
    player is not visible.  ``frames`` (``range(start, end)``, ``(start, end)`` or ``"START:END"``, from 0,
    the end excluded) limits the work to a part of the video; all frame indexes count from the video's
    first frame.

    ``progress(done, total)`` hears of every frame.  Raises BadInputError, also for the name of a tracker
    that is not installed, and CancelledError soon after ``cancelled()`` is true.

    >>> from highlight_cuts_cv.faces.demo import demo_clip
    >>> _, players = detect_players(demo_clip(), 30)
    >>> path = track_player(demo_clip(), players[0], frame_index=30, frames=range(30, 33))
    >>> [frame.frame_index for frame in path], path[0].lost
    ([30, 31, 32], False)
    """
    picks = read_picks(bbox, frame_index)
    whole, clip = video_clip(Path(video_path)), video_clip(Path(video_path), read_frames(frames))
    picks = [pick.in_frames(whole).shifted(-clip.first_frame) for pick in picks]
    track = follow(clip, picks, Setup(tracker=parse_choice(tracker)), Watch(progress, cancelled, warn))
    return _as_frames(track, clip.first_frame)


def render_indicator(
    video_path: AnyPath,
    tracking_data: Sequence[TrackingFrame],
    output_path: AnyPath,
    quality: str = DEFAULT_QUALITY,
    indicator_type: str = DEFAULT_INDICATOR,
    *,
    show: str = "",
    intro: str = "",
    shape: str = "",
    encoder: str | None = None,
    exporter: str = DEFAULT_EXPORTER,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> Path:
    """Draw the indicator on the frames of *tracking_data*, write exactly those frames, return the file written.

    *quality* is ``preview``, ``edit``, ``final`` or ``match``; *indicator_type*, *exporter*, *show*, *intro*, *shape*
    and *encoder* are what ``hccv render`` takes, for example ``"ring:color=red"``, ``"overlay"``,
    ``"first:3"``, ``"1.5@120"``, ``"vertical"`` and ``"auto"``.  Exporters without qualities ignore the default one.

    ``progress(done, total)`` hears of every frame.  Raises BadInputError when the frames are empty or not
    consecutive and for what does not exist, and CancelledError soon after ``cancelled()`` is true; no
    file is written then.

    >>> import tempfile
    >>> from highlight_cuts_cv.faces.demo import demo_clip
    >>> still = [TrackingFrame(i, BoundingBox(500, 300, 540, 400), 1.0, False) for i in range(3)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     render_indicator(demo_clip(), still, folder + "/marked.mp4").name
    'marked.mp4'
    """
    if not tracking_data:
        raise BadInputError("There is no frame to render: tracking_data is empty.")
    first = tracking_data[0].frame_index
    if [frame.frame_index for frame in tracking_data] != list(range(first, first + len(tracking_data))):
        raise BadInputError("The frames of tracking_data must follow each other without a gap.")
    asked = None if quality == DEFAULT_QUALITY and not _open_quality(exporter) else quality
    setup = make_setup(
        parse_choice(indicator_type), exporter, show, intro, quality=asked, encoder=encoder, shape=shape
    )
    check_setup(setup)
    clip = video_clip(Path(video_path), f"{first}:{first + len(tracking_data)}")
    track, watch = _as_track(tracking_data), Watch(progress, cancelled, warn)
    freeze = None if setup.freeze is None else freeze_in_video(clip, track, setup.freeze, watch)
    return export(clip, track, Path(output_path), setup, Cadence(freeze=freeze), watch)


def concat_tracked_clips(
    clip_paths: Sequence[AnyPath],
    output_path: AnyPath,
    *,
    title: Sequence[str] = (),
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> Path:
    """Join films into one file, without encoding again those that are of one kind.

    The first decides size, rate and colours, and the first with sound the kind of sound; the others
    are fitted into that.  With *title*, up to three lines, a card with a name and what stands below it comes first.  ``progress(done, total)`` hears of every picture, of those to encode again twice.
    Raises BadInputError when one is HDR and another is not, and CancelledError soon after ``cancelled()``
    is true; no file is written then.

    >>> import tempfile
    >>> from highlight_cuts_cv.faces.demo import demo_clip
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     concat_tracked_clips([demo_clip(), demo_clip()], folder + "/both.mp4").name
    'both.mp4'
    """
    if isinstance(clip_paths, (str, Path)):
        raise BadInputError(f"Give a list of films to join, not the single path {clip_paths}.")
    films, watch = [Path(path) for path in clip_paths], Watch(progress, cancelled, warn)
    return join_titled(
        films, Path(output_path), title_lines([title] if isinstance(title, str) else title), watch
    )


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
                name: _as_frames(track, first[result.clip_id]) for name, track in result.tracks.items()
            }
            for result in outcome.results
        },
        failed=dict(outcome.failed),
        candidates=candidates,
    )


def verify_film(
    video_path: AnyPath | Sequence[AnyPath],
    film_path: AnyPath,
    track_path: AnyPath | None = None,
    frames: Frames | None = None,
    indicator_type: str = DEFAULT_INDICATOR,
    *,
    show: str = "",
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> Verdict:
    """Whether a film shows the recording *video_path*: every picture, in order, untouched outside the marker, and its sound.

    For a joined film give the paths of all recordings that its clips are from.  What it was made from says the manifest beside it; without one, give the player's track file, and *frames*,
    *indicator_type* and *show* as it was rendered with.  The verdict's ``honest`` is true when nothing is amiss; ``wrong``
    and ``seen`` say in sentences what is and what was seen to hold.  ``progress(done, total)`` hears of every
    picture.  Raises BadInputError for files that cannot be read, and CancelledError soon after ``cancelled()`` is true.

    >>> import tempfile
    >>> from highlight_cuts_cv.faces.demo import demo_clip
    >>> still = [TrackingFrame(i, BoundingBox(500, 300, 540, 400), 1.0, False) for i in range(3)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     verify_film(demo_clip(), render_indicator(demo_clip(), still, folder + "/marked.mp4")).honest
    True
    """
    setup = make_setup(parse_choice(indicator_type), DEFAULT_EXPORTER, show, "")
    track = None if track_path is None else Path(track_path)
    asked = None if frames is None else read_frames(frames)
    videos = [video_path] if isinstance(video_path, (str, Path)) else video_path
    return verify(
        [Path(path) for path in videos],
        Path(film_path),
        track,
        asked,
        setup,
        Watch(progress, cancelled, warn),
    )


def _open_quality(exporter: str) -> bool:
    """Whether the exporter has qualities and leaves open which."""
    choice = parse_choice(exporter)
    options = get_registry().exporters.find(choice.name).options
    return "quality" in {option.name for option in options} - set(choice.options)


def _as_frames(track: Track, first_frame: int) -> list[TrackingFrame]:
    why = {index: str(doubt.why) for doubt in track.doubts for index in range(doubt.start, doubt.stop)}
    return [
        TrackingFrame(
            first_frame + i, track.box(i), float(track.scores[i]), not track.visible[i], why.get(i, "")
        )
        for i in range(len(track))
    ]


def _as_track(frames: Sequence[TrackingFrame]) -> Track:
    shown = [frame.bbox if not frame.lost else None for frame in frames]
    doubts = []
    places = ((frame.doubt, index) for index, frame in enumerate(frames))
    for why, group in itertools.groupby(places, key=lambda place: place[0]):
        indexes = [index for _, index in group]
        if why:
            doubts.append(Doubt(indexes[0], indexes[-1] + 1, Why(why)))
    return Track(
        np.array([box.as_xyxy() if box else [np.nan] * 4 for box in shown], np.float32),
        np.array(
            [frame.confidence if box else 0 for frame, box in zip(frames, shown, strict=True)], np.float32
        ),
        np.array([State.OBSERVED if box else State.LOST for box in shown], np.uint8),
        tuple(doubts),
    )
