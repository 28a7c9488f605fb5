"""Which picture of a clip stands still, and what that means for the timeline around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import highlight_cuts_cv.timeline as edit
from highlight_cuts_cv.contracts import Freeze, Watch
from highlight_cuts_cv.media import source_frames
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
            f"A track file does not say where the pick was; write --intro {float(wish.seconds):g}@FRAME."
        )
    asked = 0 if wish.at == "first" else int(wish.at) - clip.first_frame
    if not 0 <= asked < clip.frame_count:
        raise BadInputError(
            f"The intro's frame {wish.at} lies outside what is rendered, the frames {clip.first_frame} to "
            f"{clip.first_frame + clip.frame_count - 1}."
        )
    frame = _found(clip, track, asked, None, clip.first_frame, watch)
    return None if frame is None else Freeze(frame, wish.seconds)


class ClipFreeze:
    """The picture that stands still in one clip of a timeline.

    Raises BadInputError, before anything is followed, when the frame asked for does not exist or
    cannot stand still without harm to the timeline.
    """

    def __init__(
        self,
        timeline: Timeline,
        placed: TimelineClip,
        clip: ClipInfo,
        wish: FreezeWish,
        picks: Sequence[Pick],
    ) -> None:
        self._timeline, self._placed, self._clip = timeline, placed, clip
        # Whole frames of the timeline, so that all that moves in it moves by whole frames.
        self._length = max(1, round(wish.seconds * placed.rate))
        self._shown = np.array(source_frames(clip, placed.rate, placed.frame_count))
        self._window = edit.freeze_window(timeline, placed)
        self._asked = self._frame_of(wish, picks)
        place = self._place(self._asked)
        if self._window and place not in self._window:
            place = min(max(place, self._window[0]), self._window[-1])
        if reason := edit.why_no_freeze(timeline, placed, place):
            raise BadInputError(
                f"The clip '{placed.clip_id}' can have no intro, since {reason}. Leave --intro out, or "
                "change that in the editor."
            )

    def freeze(self, track: Track, watch: Watch) -> Freeze | None:
        """The picture that stands still now that the player is followed; ``None`` where none can."""
        frame = _found(self._clip, track, self._asked, self._allowed(), 0, watch)
        if frame is None:
            return None
        if reason := edit.why_no_freeze(self._timeline, self._placed, self._place(frame)):
            watch.warn(f"The clip '{self._placed.clip_id}' has no intro, since {reason}.")
            return None
        return Freeze(frame, self._length / self._placed.rate)

    def room(self, freeze: Freeze) -> dict[str, int]:
        """What the written timeline must know of it."""
        return {"freeze_at": self._place(freeze.frame_index), "freeze_frames": self._length}

    def _frame_of(self, wish: FreezeWish, picks: Sequence[Pick]) -> int:
        if wish.at == "first":
            return int(np.argmax(self._allowed()))
        shown = [pick.frame_index for pick in picks if pick != Pick(pick.frame_index)]
        frame = min(shown, default=0) if wish.at == "pick" else int(wish.at)
        if not frame < self._clip.frame_count:
            raise BadInputError(
                f"The intro's frame {frame} lies outside '{self._placed.clip_id}', which has the frames 0 to "
                f"{self._clip.frame_count - 1}."
            )
        return int(self._shown[self._place(frame)])  # the timeline may skip frames

    def _place(self, frame: int) -> int:
        """Where the clip's frame is first seen in the render, in frames of the timeline."""
        return min(int(np.searchsorted(self._shown, frame)), len(self._shown) - 1)

    def _allowed(self) -> NDArray[np.bool_]:
        """(F,) bool: the clip's frames that are seen, and first seen outside transitions."""
        frames = np.arange(self._clip.frame_count)
        places = np.minimum(np.searchsorted(self._shown, frames), len(self._shown) - 1)
        inside = (places >= self._window.start) & (places < self._window.stop)
        return np.asarray(inside & (self._shown[places] == frames))


def _found(
    clip: ClipInfo,
    track: Track,
    asked: int,
    allowed: NDArray[np.bool_] | None,
    counted_from: int,
    watch: Watch,
) -> int | None:
    frame = frame_to_freeze(asked, prepare_draw(clip, track).opacity, allowed)
    name = clip.name or clip.clip_id
    if frame is None:
        watch.warn(f"The player is shown nowhere in '{name}', so it has no intro.")
    elif frame != asked:
        reason = "the player is not shown" if allowed is None or allowed[asked] else "a transition is shown"
        watch.warn(
            f"In frame {asked + counted_from} of '{name}' {reason}; "
            f"frame {frame + counted_from} stands still for the intro."
        )
    return frame
