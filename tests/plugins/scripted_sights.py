"""Scripted sights for the follower: who is where, how like the player and in what colours; no network, no pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
from hccv_follow.beginning import Beginning
from hccv_follow.candidate import size_of
from hccv_follow.colours import Wardrobe
from hccv_follow.filter import bump
from hccv_follow.follower import Follower
from hccv_follow.learning import Learning
from hccv_follow.mapping import Mapping
from hccv_follow.net import CROP, GRID
from hccv_follow.others import Others
from hccv_follow.record import Record
from hccv_follow.settings import Settings
from hccv_follow.shape import Shape
from hccv_follow.sight import Sight

from highlight_cuts_cv.api import box_ious

FPS = 30.0
STILL = np.eye(2, 3)
EXTENT = np.array([1280.0, 720.0])
_PLAYER = Settings().sight.player


@dataclass(frozen=True)
class Person:
    """Somebody at (x, y), 36 x 72 pixels; `like` is the filter's response, `score` the detector's, 0 for unseen."""

    x: float
    y: float = 360.0
    like: float = 0.8
    score: float = 0.8
    shirt: int = 0
    size: float = 1.0

    @property
    def row(self) -> np.ndarray:
        """The detection (5,)."""
        half = np.array([18.0, 36.0]) * self.size
        centre = np.array([self.x, self.y])
        return np.array([*(centre - half), *(centre + half), self.score])

    def moved(self, x: float = 0.0, y: float = 0.0) -> Person:
        """The same, elsewhere."""
        return replace(self, x=self.x + x, y=self.y + y)


class ScriptedSight(Sight):
    """The part of a script's frame around a centre; the filter's response is drawn instead of calculated."""

    people: Sequence[Person] = ()

    @property
    def spectrum(self) -> np.ndarray:
        response = np.zeros((GRID, GRID), np.float32)
        for one in self.people:
            response = np.maximum(response, one.like * bump(self.cells(np.array([one.x, one.y])), 1.5))
        return response

    def colours(self, box: np.ndarray) -> np.ndarray:
        colours = np.zeros((2, 512), np.float32)
        rows = np.array([one.row for one in self.people]).reshape(-1, 5)
        shared = box_ious(box, rows)
        # grass, where nobody is
        shirt = self.people[int(shared.argmax())].shirt if len(shared) and shared.max() > 0.1 else 500
        colours[:, shirt] = 1
        return colours.ravel()


def sight(people: Sequence[Person], centre: np.ndarray, size: float) -> ScriptedSight:
    """What the follower is shown of *people*."""
    scale = _PLAYER / size
    corner = centre - CROP / scale / 2
    crop = np.zeros((1, 1, 3), np.uint8)
    none = np.zeros((0, 1, 1), np.float32)
    rows = np.array([one.row for one in people if one.score > 0]).reshape(-1, 5)
    middles = (rows[:, :2] + rows[:, 2:4]) / 2
    rows = rows[((middles > corner) & (middles < corner + CROP / scale)).all(1)]
    shown = ScriptedSight(centre, size, crop, none, none, rows, corner, scale)
    shown.people = people
    return shown


class Filter:
    """Responds as the script says and counts its lessons."""

    def __init__(self) -> None:
        self.lessons = 0

    def respond(self, spectrum: np.ndarray) -> np.ndarray:
        return spectrum

    def remember(self, *sample: object) -> None:
        self.lessons += 1

    def learn(self, steps: int) -> None:
        pass


class Run:
    """A follower of the first of *people*, led through a script frame by frame."""

    def __init__(self, *people: Person, settings: Settings | None = None) -> None:
        s = settings or Settings()
        self._script: Sequence[Person] = people
        self.filter, self.record, self.frame = Filter(), Record(), 0
        self.record.begin(0, 10_000, back=False)
        centre, wh = np.array([people[0].x, people[0].y]), people[0].row[2:4] - people[0].row[:2]
        first = sight(people, centre, size_of(wh))
        others = Others(s.others, s.colours)
        others.start(first, np.arange(1, len(first.players)))
        learning = Learning(self.filter, Wardrobe(first.worn(0), s.colours), 1.5, s.learning)  # type: ignore[arg-type]
        beginning = Beginning(centre, Shape(wh, Mapping.same(), s.shape), True, others, learning)
        self.follower = Follower(self._see, beginning, FPS, s, self.record)  # type: ignore[arg-type]

    def _see(self, frame: object, centre: np.ndarray, size: float) -> ScriptedSight:
        return sight(self._script, centre, size)

    def look(
        self, *people: Person, everyone: bool = False, whole: Sequence[Person] = ()
    ) -> tuple[np.ndarray | None, float]:
        """One frame on, never left out: the box's centre, None when lost, and the score.

        The whole picture is searched for *everyone*, or shows those in *whole*.
        """
        self._script, self.frame = people, self.frame + 1
        frame = SimpleNamespace(index=self.frame, width=int(EXTENT[0]), height=int(EXTENT[1]))
        seen = whole or (people if everyone else ())
        rows = np.array([one.row for one in seen]).reshape(-1, 5) if seen or everyone else None
        box, score = self.follower.step(frame, STILL, rows)  # type: ignore[arg-type]
        return (None if np.isnan(box[0]) else (box[:2] + box[2:]) / 2), score

    def stand(self, looks: int, *people: Person) -> None:
        """The same sight for a while."""
        for _ in range(looks):
            self.look(*people)


def at(found: np.ndarray | None, one: Person, within: float = 12.0) -> bool:
    """Whether the follower shows *one*."""
    return found is not None and float(np.hypot(found[0] - one.x, found[1] - one.y)) < within
