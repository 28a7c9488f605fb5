"""The plain public API: four functions over paths, for scripts and notebooks.

Each reports to whoever asks for it: ``progress(done, total)`` hears how far it is, ``warn(sentence)`` what the
user should know although the work goes on; soon after ``cancelled()`` is true it stops with CancelledError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Progress, Watch, never_cancelled, no_progress, no_warning
from highlight_cuts_cv.faces.arguments import Frames, Place, Places, read_frame_index, read_frames, read_picks
from highlight_cuts_cv.jobs.clip import detect_frame, video_clip
from highlight_cuts_cv.jobs.export import export
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.setup import DEFAULT_DETECTOR, DEFAULT_TRACKER, Setup, parse_choice
from highlight_cuts_cv.media import concat_files
from highlight_cuts_cv.model import BadInputError, BoundingBox, State, Track, TrackingFrame
from highlight_cuts_cv.tracking.numbers import numbered_players

AnyPath = str | Path
Cancelled = Callable[[], bool]
Warn = Callable[[str], None]


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
    clip = video_clip(Path(video_path), read_frames(frames))
    picks = [pick.shifted(-clip.first_frame) for pick in picks]
    track = follow(clip, picks, Setup(tracker=parse_choice(tracker)), Watch(progress, cancelled, warn))
    return [
        TrackingFrame(clip.first_frame + i, track.box(i), float(track.scores[i]), not track.visible[i])
        for i in range(len(track))
    ]


def render_indicator(
    video_path: AnyPath,
    tracking_data: Sequence[TrackingFrame],
    output_path: AnyPath,
    quality: str = "final",
    indicator_type: str = "dot",
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> Path:
    """Draw the indicator on the frames of *tracking_data* and write exactly those frames.

    ``progress(done, total)`` hears of every frame.  Raises BadInputError when the frames are empty or not
    consecutive, and CancelledError soon after ``cancelled()`` is true; no file is written then.

    >>> import tempfile
    >>> from highlight_cuts_cv.faces.demo import demo_clip
    >>> still = [TrackingFrame(i, BoundingBox(500, 300, 540, 400), 1.0, False) for i in range(3)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     render_indicator(demo_clip(), still, folder + "/marked.mp4", quality="preview").name
    'marked.mp4'
    """
    if not tracking_data:
        raise BadInputError("There is no frame to render: tracking_data is empty.")
    first = tracking_data[0].frame_index
    if [frame.frame_index for frame in tracking_data] != list(range(first, first + len(tracking_data))):
        raise BadInputError("The frames of tracking_data must follow each other without a gap.")
    clip = video_clip(Path(video_path), f"{first}:{first + len(tracking_data)}")
    setup = Setup(indicator=parse_choice(indicator_type), exporter=parse_choice(f"burn:quality={quality}"))
    watch = Watch(progress, cancelled, warn)
    return export(clip, _as_track(tracking_data), Path(output_path), setup, watch=watch)


def concat_tracked_clips(
    clip_paths: Sequence[AnyPath],
    output_path: AnyPath,
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never_cancelled,
    warn: Warn = no_warning,
) -> Path:
    """Join films into one file, without encoding again those that are of one kind.

    The first decides size, rate and colours, and the first with sound the kind of sound; the others
    are fitted into that.  ``progress(done, total)`` hears of every picture, of those to encode again twice.
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
    return concat_files(
        [Path(path) for path in clip_paths],
        Path(output_path),
        reencode=True,
        watch=Watch(progress, cancelled, warn),
    )


def _as_track(frames: Sequence[TrackingFrame]) -> Track:
    shown = [frame.bbox if not frame.lost else None for frame in frames]
    return Track(
        np.array([box.as_xyxy() if box else [np.nan] * 4 for box in shown], np.float32),
        np.array(
            [frame.confidence if box else 0 for frame, box in zip(frames, shown, strict=True)], np.float32
        ),
        np.array([State.OBSERVED if box else State.LOST for box in shown], np.uint8),
    )
