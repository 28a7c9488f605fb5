"""What one picture and the user's box tell of the player: which detection it is, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.candidate import size_of
from hccv_follow.colours import Wardrobe
from hccv_follow.filter import Filter
from hccv_follow.learning import Learning
from hccv_follow.look import Look
from hccv_follow.mapping import Mapping
from hccv_follow.net import CELL
from hccv_follow.others import Others, inside
from hccv_follow.rehearse import rehearsals
from hccv_follow.settings import Settings
from hccv_follow.shape import Shape
from hccv_follow.sight import Eye
from highlight_cuts_cv.api import Frame, box_ious


@dataclass
class Beginning:
    """A follower's knowledge before its first step."""

    centre: np.ndarray
    shape: Shape
    detected: bool
    others: Others
    learning: Learning


def begin(eye: Eye, frame: Frame, box: np.ndarray, settings: Settings) -> Beginning:
    """Look at the player in *box* (4,), xyxy, and learn; *eye* learns the crop's components."""
    s = settings.beginning
    centre, wh = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
    size = size_of(wh)
    first = eye(frame, centre, size)
    eye.look = first.look = Look(first.fine, first.coarse)
    players = first.players
    iou = box_ious(box, players)
    best = int(np.argmax(iou * np.sqrt(players[:, 4]))) if len(players) else -1
    mapped = Mapping.same()
    # a detection inside the pick means that the user's box holds more (a stick); one that is
    # much larger belongs to a group and says nothing, and a faint one may be anything
    certain = best >= 0 and players[best, 4] > s.certain
    if certain and (iou[best] > s.same or (iou[best] > s.part and inside(players[best], box) > s.inside)):
        mapped = Mapping.between(players[best], centre, wh)
    seen = bool(best >= 0 and iou[best] > s.seen)
    neighbours = np.flatnonzero(iou < s.seen)
    others = Others(settings.others, settings.colours)
    others.start(first, neighbours)
    wardrobe = Wardrobe(first.worn(best) if seen else first.colours(box), settings.colours)
    places = np.array([(p[:2] + p[2:4]) / 2 for p in players[neighbours]]).reshape(-1, 2)
    cells = wh * (settings.sight.player / size) / CELL
    width = max(s.label_least, s.label * float(np.sqrt(cells.prod())))
    support = (
        np.clip(cells[1] * s.support, s.support_least, s.support_most),
        np.clip(cells[0] * s.support, s.support_least, s.support_most),
    )
    known = Filter(first.spectrum.shape[1], support, settings.filter)
    for view, target, real in rehearsals(frame, centre, wh, size, settings.sight.player):
        sight = eye.at(view.crop, view.corner, view.scale, centre, size)
        near = [sight.cells(place) for place in places]
        if not real:
            near.append(sight.cells(centre))
        known.remember(sight.spectrum, sight.cells(target), width, near, s.rate, pinned=True)
    known.learn(s.steps)
    learning = Learning(known, wardrobe, width, settings.learning)
    return Beginning(centre, Shape(wh, mapped, settings.shape), seen, others, learning)
