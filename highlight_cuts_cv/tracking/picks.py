"""What the user points at: picks as text, and the boxes they mean."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

from highlight_cuts_cv.media import clip_frame_number
from highlight_cuts_cv.media.moments import Moment, parse_moment
from highlight_cuts_cv.model import Anchor, BadInputError, BoundingBox, ClipInfo, Detections, Frame
from highlight_cuts_cv.tracking.crowded import two_in
from highlight_cuts_cv.tracking.numbers import numbered_players, player_at, players_at

_log = logging.getLogger(__name__)

_NUMBER = re.compile(r"#(\d+)")
FORMS = (
    "FRAME:X,Y,W,H (a box), FRAME:X,Y (a point), FRAME:#N (a number from 'hccv detect') or FRAME:none (not visible), "
    "where FRAME is a number or a time as 31.5s or 0:31.5"
)

_TOUCHES = 0.2
"""Share of the smaller of two boxes that both must cover for one to be a pick of the other."""


class Lookout(Protocol):
    """Who is in a clip's frames, and the means to look again.

    :class:`highlight_cuts_cv.analysis.detections.LazyDetections` is one.
    """

    def __getitem__(self, index: int) -> Detections:
        """Who was found in the whole picture of a frame."""
        ...

    def closer(self, index: int, x: float, y: float) -> Detections:
        """Who is found when the surroundings of a point are enlarged, best first."""
        ...

    def frame(self, index: int) -> Frame:
        """The picture itself."""
        ...


@dataclass(frozen=True, slots=True)
class Pick:
    """One pick: the frame, and a box, a point, a detection's number (from 1) or nothing (not visible).

    With a number and a box, the box is whom the number meant when the user gave it.  ``shown`` is a number of the
    picture that the user was shown last, whose frame is not known here.  ``origin`` is what the user calls the frame 0: messages use the user's numbers.  Where ``seconds`` are
    given, the frame is not known before :meth:`in_frames`.
    """

    frame_index: int
    box: BoundingBox | None = None
    point: tuple[float, float] | None = None
    number: int | None = None
    origin: int = 0
    seconds: Fraction | None = None
    shown: bool = False

    @property
    def told(self) -> int:
        """The frame's number as the user counts."""
        return self.frame_index + self.origin

    def in_frames(self, clip: ClipInfo) -> Pick:
        """The same pick with its frame, where it has a time, counted from the beginning of *clip*.

        Raises BadInputError for a time outside it, and for a number in no frame.
        """
        if self.shown:
            name = clip.name or clip.clip_id
            raise BadInputError(
                f"No picture of '{name}' was shown of which #{self.number} could be; let 'hccv detect' show the timeline's "
                f"clips, or say the frame: FRAME:#{self.number}."
            )
        if self.seconds is None:
            return self
        frame = clip_frame_number(clip, self.seconds)
        if frame >= clip.frame_count:
            raise BadInputError(
                f"The pick's time {float(self.seconds):g} s lies outside '{clip.name or clip.clip_id}', "
                f"which lasts {float(clip.frame_count / clip.rate):.2f} s."
            )
        return replace(self, frame_index=frame, seconds=None)

    def shifted(self, frames: int) -> Pick:
        """The same pick with its frame counted from elsewhere.  Raises BadInputError below 0."""
        if self.frame_index + frames < 0:
            raise BadInputError(
                f"The pick's frame {self.frame_index} lies before the range, which starts at {-frames}."
            )
        return replace(self, frame_index=self.frame_index + frames, origin=self.origin - frames)

    def __str__(self) -> str:
        when = self.frame_index if self.seconds is None else f"{float(self.seconds):g}s"
        if self.number is not None:
            return f"#{self.number}" if self.shown else f"{when}:#{self.number}"
        if self.box is not None:
            return f"{when}:{self.box.x1:g},{self.box.y1:g},{self.box.width:g},{self.box.height:g}"
        if self.point is not None:
            return f"{when}:{self.point[0]:g},{self.point[1]:g}"
        return f"{when}:none"


def parse_pick(text: str) -> Pick:
    """Read ``FRAME:X,Y,W,H``, ``FRAME:X,Y``, ``FRAME:#N`` or ``FRAME:none``; FRAME may be a time.

    Raises BadInputError.

    >>> parse_pick("12:100,50,20,60").box
    BoundingBox(x1=100.0, y1=50.0, x2=120.0, y2=110.0, confidence=1.0)
    >>> parse_pick("0:#3").number, str(parse_pick("0:31.5:#3"))
    (3, '31.5s:#3')
    """
    wrong = BadInputError(f"The pick '{text}' is not one of {FORMS}.")
    # No place has a colon, so what stands before the last one is the frame: "0:31.5:#2" is no frame 0.
    when, _, rest = text.rpartition(":")
    moment, rest = parse_moment(when), rest.strip()
    if moment is None:
        raise wrong
    pick = Pick(moment) if isinstance(moment, int) else Pick(0, seconds=moment)
    if rest.lower() == "none":
        return pick
    if match := _NUMBER.fullmatch(rest):
        return replace(pick, number=int(match[1]))
    try:
        values = [float(part) for part in rest.split(",")]
    except ValueError:
        raise wrong from None
    if not all(math.isfinite(value) for value in values):
        raise wrong
    if len(values) == 2:
        return replace(pick, point=(values[0], values[1]))
    if len(values) == 4:
        left, top, width, height = values
        if width <= 0 or height <= 0:
            raise BadInputError(f"The box of the pick '{text}' needs a width and a height above 0.")
        return replace(pick, box=BoundingBox(left, top, left + width, top + height))
    raise wrong


def check_picks(picks: Sequence[Pick], clip: ClipInfo) -> None:
    """Raise BadInputError for picks that cannot be used whoever is in the pictures; none is looked at.

    That is what :func:`check_places` refuses, and no pick that shows the player.
    """
    check_places(picks, clip)
    if not any(map(shows_player, picks)):
        raise BadInputError(
            f"No pick shows the player in '{clip.name or clip.clip_id}'; give at least one as {FORMS}."
        )


def check_places(picks: Sequence[Pick], clip: ClipInfo) -> None:
    """Raise BadInputError for a frame outside the clip, two picks in one frame, a box or a point outside the picture."""
    seen: set[int] = set()
    for pick in picks:
        if pick.frame_index >= clip.frame_count:
            raise BadInputError(
                f"The pick's frame {pick.told} lies outside '{clip.name or clip.clip_id}', "
                f"which has the frames {pick.origin} to {pick.origin + clip.frame_count - 1}."
            )
        if pick.frame_index in seen:
            raise BadInputError(f"There are two picks in frame {pick.told}; keep one.")
        seen.add(pick.frame_index)
        if pick.box is not None:
            _check_box(pick.box, clip)
        if pick.point is not None:
            _check_point(pick.point, clip)


def shows_player(pick: Pick) -> bool:
    """Whether a pick says where the player is, and not that nobody can see them."""
    return pick.box is not None or pick.point is not None or pick.number is not None


def resolve_picks(picks: Sequence[Pick], clip: ClipInfo, people: Lookout) -> tuple[Anchor, ...]:
    """Turn picks (frames counted within the clip) into anchors, sorted by frame.

    A box that touches nobody who can be found is taken as it is, and a warning is logged.  Raises
    BadInputError for what :func:`check_picks` refuses, a number that nobody has, a point where nobody is.
    """
    check_picks(picks, clip)
    anchors = [_anchor(pick, people) for pick in picks]
    return tuple(sorted(anchors, key=lambda anchor: anchor.frame_index))


def _anchor(pick: Pick, people: Lookout) -> Anchor:
    """Who is picked, and who else may be meant: a box that holds two people is that of one of them."""
    box = picked_box(pick, people)
    if box is None:
        return Anchor(pick.frame_index, None)
    meant = pick.point or box.center
    found = people[pick.frame_index]
    two = two_in(box, found) or two_in(box, people.closer(pick.frame_index, *box.center))
    if two:
        two.sort(key=lambda one: math.dist(one.center, meant))
    elif pick.point is not None:
        two = players_at(pick.point, found)
    if len(two) < 2:
        return Anchor(pick.frame_index, box)
    _log.warning(
        "There are %s people in the pick in frame %d; the one at %.0f,%.0f is followed. Pick %s instead if that is the wrong one.",
        "two" if len(two) == 2 else "several",
        pick.told,
        *two[0].center,
        " or ".join(str(Pick(pick.told, box=one.rounded())) for one in two[1:]),
    )
    return Anchor(pick.frame_index, two[0], tuple(two[1:]))


def picked_box(pick: Pick, people: Lookout) -> BoundingBox | None:
    """The box of whom a pick shows, ``None`` where it shows nobody, at the cost of one look where a number is picked.

    Whether two people are in it is not asked.  Raises BadInputError for a number that nobody has and a point where nobody is.
    """
    if pick.box is not None:
        return _known_box(pick, pick.box, people)
    if pick.number is not None:
        boxes = numbered_players(people[pick.frame_index])
        if not 1 <= pick.number <= len(boxes):
            raise BadInputError(
                f"There is no player #{pick.number} in frame {pick.told}: {len(boxes)} were found; "
                "'hccv detect' shows them with their numbers."
            )
        return boxes[pick.number - 1]
    if pick.point is not None:
        return _box_at(pick, pick.point, people)
    return None


def _check_box(box: BoundingBox, clip: ClipInfo) -> None:
    x1, y1 = max(0.0, box.x1), max(0.0, box.y1)
    x2, y2 = min(float(clip.width), box.x2), min(float(clip.height), box.y2)
    if x2 - x1 < 2 or y2 - y1 < 2:
        raise BadInputError(
            f"The box {box.x1:g},{box.y1:g},{box.width:g},{box.height:g} lies outside the "
            f"{clip.width}x{clip.height} picture."
        )


def _check_point(point: tuple[float, float], clip: ClipInfo) -> None:
    x, y = point
    if not (0 <= x < clip.width and 0 <= y < clip.height):
        raise BadInputError(f"The point {x:g},{y:g} lies outside the {clip.width}x{clip.height} picture.")


def _known_box(pick: Pick, box: BoundingBox, people: Lookout) -> BoundingBox:
    found = people[pick.frame_index]
    if not any(_touch(box, one) for one in found.boxes()):
        near = people.closer(pick.frame_index, *box.center).boxes()
        if not any(_touch(box, one) for one in near):
            _log.warning(
                "The box %g,%g,%g,%g in frame %d touches nobody whom the detector finds; it is followed all the same. %s",
                *(box.x1, box.y1, box.width, box.height, pick.told),
                _offer(pick, box.center, found),
            )
    return box


def _touch(a: BoundingBox, b: BoundingBox) -> bool:
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    smaller = min(a.width * a.height, b.width * b.height)
    return width > 0 and height > 0 and width * height >= _TOUCHES * smaller


def _box_at(pick: Pick, point: tuple[float, float], people: Lookout) -> BoundingBox:
    """The likeliest person under the point, else of a closer look, else what stands out there."""
    x, y = point
    found = people[pick.frame_index]
    under = player_at(point, found) or player_at(point, people.closer(pick.frame_index, x, y))
    if under is None:
        # OpenCV is loaded only where it is needed.
        from highlight_cuts_cv.tracking.grow import grow_box

        under = grow_box(people.frame(pick.frame_index).bgr, point, found)
    if under is None:
        raise BadInputError(
            f"There is no player at {x:g},{y:g} in frame {pick.told}. {_offer(pick, point, found)}"
        )
    return under


def _offer(pick: Pick, point: tuple[float, float], found: Detections) -> str:
    """The sentence that names the nearest players as picks."""
    boxes = numbered_players(found)
    nearest = sorted(range(len(boxes)), key=lambda i: math.dist(boxes[i].center, point))[:3]
    offers = "; ".join(
        f"{pick.told}:#{i + 1} at {boxes[i].center[0]:.0f},{boxes[i].center[1]:.0f}" for i in nearest
    )
    if not offers:
        return "Nobody was found in that frame" + ("." if pick.box else "; give a box instead.")
    return f"The nearest are {offers}."


def parse_player_picks(texts: Sequence[str]) -> dict[str, dict[str, list[Pick]]]:
    """Read ``CLIP=PICK`` and ``PLAYER@CLIP=PICK`` arguments, as picks by player and clip.

    Several per clip are allowed; the player without a name is ''.  ``CLIP=#N`` is a number of the picture that
    was shown last of the clip.  Raises BadInputError.

    >>> picks = parse_player_picks(["a=0:#1", "a=9:none", "Sam@a=0:#2"])
    >>> {player: {clip: list(map(str, of)) for clip, of in clips.items()} for player, clips in picks.items()}
    {'': {'a': ['0:#1', '9:none']}, 'Sam': {'a': ['0:#2']}}
    """
    picks: dict[str, dict[str, list[Pick]]] = {}
    for text in texts:
        # No pick has an equals sign, but an editor's name for a clip may.
        place, equals, pick = text.rpartition("=")
        player, at, clip_id = place.rpartition("@")
        if not equals or not clip_id or (at and not player):
            raise BadInputError(
                f"The pick '{text}' is not CLIP=FRAME:... or PLAYER@CLIP=FRAME:...; "
                "'hccv clips' lists the clips' names."
            )
        number = _NUMBER.fullmatch(pick.strip())
        read = Pick(0, number=int(number[1]), shown=True) if number else parse_pick(pick)
        picks.setdefault(player, {}).setdefault(clip_id, []).append(read)
    return picks


def parse_forgotten(text: str) -> tuple[str, str, Moment | None]:
    """Read ``[PLAYER@]CLIP[=FRAME]``: player ('' is every one), clip, and the frame or time, ``None`` for all.

    Raises BadInputError.

    >>> parse_forgotten("Sam@01-goal=31.5s"), parse_forgotten("goal")
    (('Sam', '01-goal', Fraction(63, 2)), ('', 'goal', None))
    """
    place, _, when = text.rpartition("=")
    moment = parse_moment(when) if place else None
    player, at, clip = (place if moment is not None else text).rpartition("@")
    if not clip or (at and not player):
        raise BadInputError(f"'{text}' is not CLIP, CLIP=FRAME, PLAYER@CLIP or PLAYER@CLIP=FRAME.")
    return player, clip, moment
