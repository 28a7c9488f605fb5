"""The plain public API for recordings and films: follow, draw, join and prove.

Each reports to whoever asks for it: ``progress(done, total)`` hears how far it is, ``warn(sentence)`` what the
user should know although the work goes on; soon after ``cancelled()`` is true it stops with CancelledError.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Cadence, Progress, Watch, never_cancelled, no_progress, no_warning
from highlight_cuts_cv.faces.arguments import (
    AnyPath,
    Cancelled,
    Frames,
    Place,
    Places,
    Warn,
    read_frame_index,
    read_frames,
    read_picks,
)
from highlight_cuts_cv.faces.shared import make_setup
from highlight_cuts_cv.faces.tracking_frames import frames_of, track_of
from highlight_cuts_cv.jobs.clip import detect_frame, video_clip
from highlight_cuts_cv.jobs.export import export
from highlight_cuts_cv.jobs.film import join_titled
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.freeze import freeze_in_video
from highlight_cuts_cv.jobs.setup import (
    DEFAULT_DETECTOR,
    DEFAULT_EXPORTER,
    DEFAULT_INDICATOR,
    DEFAULT_TRACKER,
    Setup,
    parse_choice,
)
from highlight_cuts_cv.jobs.timeline import check_setup
from highlight_cuts_cv.jobs.title_card import title_lines
from highlight_cuts_cv.jobs.verify import Verdict as Verdict
from highlight_cuts_cv.jobs.verify import verify
from highlight_cuts_cv.model import BadInputError, BoundingBox, TrackingFrame
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.tracking.numbers import numbered_players

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
    return frames_of(track, clip.first_frame)


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
    track, watch = track_of(tracking_data), Watch(progress, cancelled, warn)
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
