"""What the user points at: picks as text, and the boxes they mean."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from highlight_cuts_cv.contracts import DetectionSource
from highlight_cuts_cv.model import Anchor, BadInputError, BoundingBox, ClipInfo, Detections

_NUMBER = re.compile(r"#(\d+)")
FORMS = "FRAME:X,Y,W,H (a box), FRAME:X,Y (a point), FRAME:#N (a number from 'hccv detect') or FRAME:none (not visible)"


@dataclass(frozen=True, slots=True)
class Pick:
    """One pick: the frame, and a box, a point, a detection's number (from 1) or nothing (not visible)."""

    frame_index: int
    box: BoundingBox | None = None
    point: tuple[float, float] | None = None
    number: int | None = None

    def shifted(self, frames: int) -> Pick:
        """The same pick with its frame counted from elsewhere.  Raises BadInputError below 0."""
        if self.frame_index + frames < 0:
            raise BadInputError(
                f"The pick's frame {self.frame_index} lies before the range, which starts at {-frames}."
            )
        return replace(self, frame_index=self.frame_index + frames)

    def __str__(self) -> str:
        if self.box is not None:
            return (
                f"{self.frame_index}:{self.box.x1:g},{self.box.y1:g},{self.box.width:g},{self.box.height:g}"
            )
        if self.point is not None:
            return f"{self.frame_index}:{self.point[0]:g},{self.point[1]:g}"
        return f"{self.frame_index}:#{self.number}" if self.number is not None else f"{self.frame_index}:none"


def parse_pick(text: str) -> Pick:
    """Read ``FRAME:X,Y,W,H``, ``FRAME:X,Y``, ``FRAME:#N`` or ``FRAME:none``.  Raises BadInputError.

    >>> parse_pick("12:100,50,20,60").box
    BoundingBox(x1=100.0, y1=50.0, x2=120.0, y2=110.0, confidence=1.0)
    >>> parse_pick("0:#3").number
    3
    """
    wrong = BadInputError(f"The pick '{text}' is not one of {FORMS}.")
    frame_text, colon, rest = text.partition(":")
    if not colon or not frame_text.strip().isdecimal():
        raise wrong
    frame, rest = int(frame_text), rest.strip()
    if rest.lower() == "none":
        return Pick(frame)
    if match := _NUMBER.fullmatch(rest):
        return Pick(frame, number=int(match[1]))
    try:
        values = [float(part) for part in rest.split(",")]
    except ValueError:
        raise wrong from None
    if not all(math.isfinite(value) for value in values):
        raise wrong
    if len(values) == 2:
        return Pick(frame, point=(values[0], values[1]))
    if len(values) == 4:
        left, top, width, height = values
        if width <= 0 or height <= 0:
            raise BadInputError(f"The box of the pick '{text}' needs a width and a height above 0.")
        return Pick(frame, box=BoundingBox(left, top, left + width, top + height))
    raise wrong


def resolve_picks(picks: Sequence[Pick], clip: ClipInfo, detections: DetectionSource) -> tuple[Anchor, ...]:
    """Turn picks (frames counted within the clip) into anchors, sorted by frame.

    Raises BadInputError for a frame outside the clip, two picks in one frame, no pick that shows
    the player, a box outside the picture, a number or a point where nobody is.
    """
    anchors: dict[int, Anchor] = {}
    for pick in picks:
        if pick.frame_index >= clip.frame_count:
            raise BadInputError(
                f"The pick's frame {pick.frame_index} lies outside '{clip.name or clip.clip_id}', "
                f"which has the frames 0 to {clip.frame_count - 1}."
            )
        if pick.frame_index in anchors:
            raise BadInputError(f"There are two picks in frame {pick.frame_index}; keep one.")
        anchors[pick.frame_index] = Anchor(pick.frame_index, _box_of(pick, clip, detections))
    if not any(anchor.box for anchor in anchors.values()):
        raise BadInputError(
            f"No pick shows the player in '{clip.name or clip.clip_id}'; give at least one as {FORMS}."
        )
    return tuple(anchors[frame] for frame in sorted(anchors))


def _box_of(pick: Pick, clip: ClipInfo, detections: DetectionSource) -> BoundingBox | None:
    if pick.box is not None:
        return _inside(pick.box, clip)
    if pick.number is not None:
        boxes = detections[pick.frame_index].boxes()
        if not 1 <= pick.number <= len(boxes):
            raise BadInputError(
                f"There is no player #{pick.number} in frame {pick.frame_index}: {len(boxes)} were found; "
                "'hccv detect' shows them with their numbers."
            )
        return boxes[pick.number - 1]
    if pick.point is not None:
        return _box_at(pick.point, pick.frame_index, detections[pick.frame_index])
    return None


def _inside(box: BoundingBox, clip: ClipInfo) -> BoundingBox:
    x1, y1 = max(0.0, box.x1), max(0.0, box.y1)
    x2, y2 = min(float(clip.width), box.x2), min(float(clip.height), box.y2)
    if x2 - x1 < 2 or y2 - y1 < 2:
        raise BadInputError(
            f"The box {box.x1:g},{box.y1:g},{box.width:g},{box.height:g} lies outside the "
            f"{clip.width}x{clip.height} picture."
        )
    return box


def _box_at(point: tuple[float, float], frame: int, found: Detections) -> BoundingBox:
    """The smallest detected box under the point: who stands in front has the smaller box as often
    as not, but who is far away is only ever reachable this way."""
    x, y = point
    boxes = found.boxes()
    under = [box for box in boxes if box.x1 <= x < box.x2 and box.y1 <= y < box.y2]
    if under:
        return min(under, key=lambda box: box.width * box.height)
    nearest = sorted(range(len(boxes)), key=lambda i: math.dist(boxes[i].center, point))[:3]
    offers = "; ".join(f"#{i + 1} at {boxes[i].center[0]:.0f},{boxes[i].center[1]:.0f}" for i in nearest)
    hint = f"The nearest are {offers}." if offers else "Nobody was found in that frame; give a box instead."
    raise BadInputError(f"There is no player at {x:g},{y:g} in frame {frame}. {hint}")
