"""Which picture of a clip stands still, and what that means for the timeline around it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import highlight_cuts_cv.timeline as edit
from highlight_cuts_cv.contracts import Freeze, Watch
from highlight_cuts_cv.media import clip_frame_number, frame_number, source_frames
from highlight_cuts_cv.model import BadInputError, ClipInfo, Track
from highlight_cuts_cv.rendering.freeze import frame_to_freeze
from highlight_cuts_cv.rendering.prepare import prepare_draw
from highlight_cuts_cv.rendering.wishes import FreezeWish
from highlight_cuts_cv.tracking.picks import Pick

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline, TimelineClip


def freeze_in_video(clip: ClipInfo, track: Track, wish: FreezeWish, watch: Watch) -> Freeze | None:
    """The picture of a film without a timeline that stands still.

    Frames count from the video's first.  Where the marker does not show in full in the frame asked
    for, the nearest one where it does is taken, with a warning.  Raises BadInputError.
    """
    if wish.at == "pick":
        raise BadInputError(
            f"A followed path does not say where the pick was; ask for the intro {float(wish.seconds):g}@FRAME."
        )
    asked = 0 if wish.at == "first" else frame_number(clip.media, wish.at) - clip.first_frame
    if not 0 <= asked < clip.frame_count:
        raise BadInputError(
            f"The intro's frame {asked + clip.first_frame} lies outside what is rendered, the frames {clip.first_frame} to "
            f"{clip.first_frame + clip.frame_count - 1}."
        )
    frame = _found(clip, [track], asked, None, clip.first_frame, watch)
    return None if frame is None else Freeze(frame, wish.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFreeze:
    """The picture that is to stand still in one clip of a timeline, as data.

    ``asked`` is the clip's frame that was asked for and ``length`` for how many frames of the timeline.
    By the frames of the clip's render: ``shown`` has the clip's frame in each, ``obstacles`` why it
    cannot stand still, if so; no transition lies over those in ``window``.
    """

    asked: int
    length: int
    rate: Fraction
    shown: tuple[int, ...]
    window: range
    obstacles: tuple[str | None, ...]

    def freeze(self, clip: ClipInfo, tracks: Sequence[Track], watch: Watch) -> Freeze | None:
        """The picture that stands still now that the players are followed; ``None`` where none can."""
        frame = _found(clip, tracks, self.asked, self._allowed(clip.frame_count), 0, watch)
        if frame is None:
            return None
        if reason := self.obstacles[self.place(frame)]:
            watch.warn(f"The clip '{clip.clip_id}' has no intro, since {reason}.")
            return None
        return Freeze(frame, self.length / self.rate)

    def place(self, frame: int) -> int:
        """Where the clip's frame is first seen in the render, in frames of the timeline."""
        return min(bisect_left(self.shown, frame), len(self.shown) - 1)

    def _allowed(self, count: int) -> NDArray[np.bool_]:
        """(F,) bool: the clip's frames that are seen, and first seen outside transitions."""
        frames, shown = np.arange(count), np.array(self.shown)
        places = np.minimum(np.searchsorted(shown, frames), len(shown) - 1)
        inside = (places >= self.window.start) & (places < self.window.stop)
        return np.asarray(inside & (shown[places] == frames))


def plan_freeze(
    timeline: Timeline, placed: TimelineClip, clip: ClipInfo, wish: FreezeWish, picks: Sequence[Pick]
) -> ClipFreeze:
    """What *wish* means for one clip of a timeline, whoever is picked in it.

    Raises BadInputError when the frame asked for does not exist or cannot stand still without harm to
    the timeline.
    """
    plan = ClipFreeze(
        asked=0,
        # Whole frames of the timeline, so that all that moves in it moves by whole frames.
        length=max(1, round(wish.seconds * placed.rate)),
        rate=placed.rate,
        shown=tuple(source_frames(clip, placed.rate, placed.frame_count)),
        window=edit.freeze_window(timeline, placed),
        obstacles=edit.freeze_obstacles(timeline, placed),
    )
    if wish.at == "first":
        asked = int(np.argmax(plan._allowed(clip.frame_count)))
    else:
        told = [pick.frame_index for pick in picks if pick != Pick(pick.frame_index)]
        frame = min(told, default=0) if wish.at == "pick" else clip_frame_number(clip, wish.at)
        if not frame < clip.frame_count:
            raise BadInputError(
                f"The intro's frame {frame} lies outside '{placed.clip_id}', which has the frames 0 to "
                f"{clip.frame_count - 1}."
            )
        asked = plan.shown[plan.place(frame)]  # the timeline may skip frames
    place = plan.place(asked)
    if plan.window and place not in plan.window:
        place = min(max(place, plan.window[0]), plan.window[-1])
    if reason := plan.obstacles[place]:
        raise BadInputError(
            f"The clip '{placed.clip_id}' can have no intro, since {reason}. Leave the intro out, or "
            "change that in the editor."
        )
    return replace(plan, asked=asked)


def _found(
    clip: ClipInfo,
    tracks: Sequence[Track],
    asked: int,
    allowed: NDArray[np.bool_] | None,
    counted_from: int,
    watch: Watch,
) -> int | None:
    shown = np.array([prepare_draw(clip, track).opacity for track in tracks])
    # With all markers if there is such a picture, else with any.
    frame = frame_to_freeze(asked, shown.min(axis=0), allowed)
    if frame is None:
        frame = frame_to_freeze(asked, shown.max(axis=0), allowed)
    name = clip.name or clip.clip_id
    if frame is None:
        watch.warn(f"The player is shown nowhere in '{name}', so it has no intro.")
    elif frame != asked:
        if allowed is not None and not allowed[asked]:
            reason = "a transition is shown"
        elif any(track.doubtful[asked] and track.visible[asked] for track in tracks):
            reason = "the player may be somebody else"
        else:
            reason = "the player is not shown"
        watch.warn(
            f"In frame {asked + counted_from} of '{name}' {reason}; "
            f"frame {frame + counted_from} stands still for the intro."
        )
    return frame
