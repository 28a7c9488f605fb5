"""Everybody in a clip, in pieces that are one person's each: looked at a few times a second, broken at every doubt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.analysis.workbench import View
from highlight_cuts_cv.contracts import Sighting, Watch
from highlight_cuts_cv.model import (
    BoundingBox,
    CancelledError,
    Detections,
    FloatArray,
    Frame,
    box_areas,
    box_intersections,
)
from highlight_cuts_cv.recognition.looks import look_of

LOOKS_PER_SECOND = 6
_SMALLEST = 30.0
"""Pixels of height below which nobody's look says anything."""
_REACH = 0.6
"""Body heights that somebody moves over the ground between two looks, at most."""
_GROWS = 0.35
"""By how much, as a logarithm, the height changes between two looks, at most."""
_LOOK_WEIGHT = 0.4
"""What a difference of looks weighs against a body height of way."""
_CLEARER = 1.3, 0.1
"""Whom somebody goes on as must be nearer than anybody else by this factor and so many body heights more."""
_SIGHTINGS = 24
"""Pictures that are kept of each piece."""
_MARGIN = 0.1
"""Share of the height that a kept picture shows around the box."""


@dataclass(slots=True, eq=False)
class Person:
    """One person over some looks, k of them, rising in time.

    ``frames`` count within the clip; ``boxes`` has k boxes (4,) float64 xyxy, ``looks`` k looks, ``weights`` how much each
    tells: less where others cover the box or the detector was unsure.  ``sightings`` are the clearest pictures.
    """

    frames: list[int] = field(default_factory=list)
    boxes: list[NDArray[np.float64]] = field(default_factory=list)
    looks: list[FloatArray] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    sightings: list[tuple[float, Sighting]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def best(self) -> int:
        """The look that is clearest and largest: where to point at the person."""
        return int(np.argmax([w * (b[3] - b[1]) for w, b in zip(self.weights, self.boxes, strict=True)]))

    def clearest(self, sightings: Collection[Sighting]) -> int:
        """The look of which the clearest of these *sightings*, of the kept ones, is the picture."""
        frames = {one.frame_index for one in sightings}
        _, best = max(
            ((worth, one.frame_index) for worth, one in self.sightings if one.frame_index in frames),
            key=lambda one: one[0],
        )
        return self.frames.index(best)

    def between(self, first: int, stop: int) -> Person:
        """The looks from *first* up to but not including *stop*, as somebody of their own, with what is kept of their pictures."""
        part = slice(first, stop)
        frames = self.frames[part]
        sightings = [one for one in self.sightings if one[1].frame_index in frames]
        return Person(frames, self.boxes[part], self.looks[part], self.weights[part], sightings)

    def shown(self) -> list[Sighting]:
        """The kept pictures in time's order."""
        return sorted((one for _, one in self.sightings), key=lambda one: one.frame_index)


def everybody(view: View, rate: float, watch: Watch) -> list[Person]:
    """All people in the view's frames, of which *rate* are shown a second.  Raises CancelledError."""
    step = max(1, round(rate / LOOKS_PER_SECOND))
    gathered = _Gathering()
    count = len(view.kept)
    last = 0
    motion = np.eye(3)
    for shown in view.scene.stream(0, count):
        place = shown.frame.index
        if watch.cancelled():
            raise CancelledError("Looking for the player was stopped.")
        motion = np.vstack([shown.motion, [0, 0, 1]]) @ motion
        if place % step == 0:
            cut = any(last < start <= place for start in view.scene.cuts())
            gathered.see(int(view.kept[place]), shown.frame, view.detections[place], None if cut else motion)
            motion, last = np.eye(3), place
        watch.progress(place + 1, count)
    return gathered.everybody


class _Gathering:
    """People so far, and who of them was seen in the look before."""

    def __init__(self) -> None:
        self.everybody: list[Person] = []
        self._before: list[Person] = []

    def see(self, index: int, frame: Frame, found: Detections, motion: NDArray[np.float64] | None) -> None:
        """One look further; *motion* (3, 3) maps pixels of the look before to this one's, ``None`` over a cut."""
        boxes = found.xyxy.astype(np.float64)
        limit = np.array([frame.width, frame.height, frame.width, frame.height])
        whole = np.clip(boxes, 0, limit)
        tall = whole[:, 3] - whole[:, 1] >= _SMALLEST
        boxes, whole, scores = boxes[tall], whole[tall], found.scores[tall]
        weights = _clear(boxes) * scores
        looks = [look_of(frame.part(*_pixels(box, frame))) for box in whole]
        on = self._goes_on(boxes, looks, motion) if motion is not None else {}
        now = []
        for place, box in enumerate(boxes):
            person = on.get(place)
            if person is None:
                person = Person()
                self.everybody.append(person)
            person.frames.append(index)
            person.boxes.append(box)
            person.looks.append(looks[place])
            person.weights.append(float(weights[place]))
            self._keep(person, frame, index, box, float(weights[place]))
            now.append(person)
        self._before = now

    def _goes_on(
        self, boxes: NDArray[np.float64], looks: list[FloatArray], motion: NDArray[np.float64]
    ) -> dict[int, Person]:
        """By the place of a box, who it surely is: each is the other's nearest, and nobody else comes near."""
        if not self._before or not len(boxes):
            return {}
        old = np.array([person.boxes[-1] for person in self._before])
        scale = np.sqrt(abs(np.linalg.det(motion[:2, :2])))
        centres = (old[:, :2] + old[:, 2:]) / 2 @ motion[:2, :2].T + motion[:2, 2]
        heights = (old[:, 3] - old[:, 1]) * scale
        here, tall = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 3] - boxes[:, 1]
        way = np.linalg.norm(centres[:, None] - here[None], axis=2) / heights[:, None]
        grown = np.abs(np.log(heights[:, None] / tall[None]))
        unlike = np.linalg.norm(
            np.array([person.looks[-1] for person in self._before])[:, None] - np.array(looks)[None], axis=2
        )
        unlike = unlike / max(float(np.median(unlike)), 1e-6)
        cost = way + grown + _LOOK_WEIGHT * unlike
        cost[(way > _REACH) | (grown > _GROWS)] = np.inf
        pairs = {}
        for number, person in enumerate(self._before):
            place = int(cost[number].argmin())
            best = cost[number, place]
            rivals = (
                np.delete(cost[number], place).min(initial=np.inf),
                np.delete(cost[:, place], number).min(initial=np.inf),
            )
            if np.isfinite(best) and min(rivals) > _CLEARER[0] * best + _CLEARER[1]:
                pairs[place] = person
        return pairs

    @staticmethod
    def _keep(person: Person, frame: Frame, index: int, box: NDArray[np.float64], weight: float) -> None:
        """Keep the picture if it is among the clearest."""
        around = _MARGIN * (box[3] - box[1])
        left, top, right, bottom = _pixels(box + np.array([-around, -around, around, around]), frame)
        picture = frame.part(left, top, right, bottom)
        sharp = float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.CV_32F).std())
        worth = weight * sharp * float(box[3] - box[1])
        if len(person.sightings) >= _SIGHTINGS:
            worst = min(range(_SIGHTINGS), key=lambda place: person.sightings[place][0])
            if person.sightings[worst][0] >= worth:
                return
            del person.sightings[worst]
        inside = BoundingBox(*(box - np.array([left, top, left, top])).tolist())
        person.sightings.append((worth, Sighting(index, np.ascontiguousarray(picture), inside)))


def _clear(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) how little of each box others share: 1 for nobody, 0 for half of it or more."""
    shared = box_intersections(boxes[:, None], boxes[None])
    np.fill_diagonal(shared, 0)
    covered = shared.max(axis=1, initial=0.0) / np.maximum(box_areas(boxes), 1e-6)
    return np.asarray(np.clip(1 - 2 * covered, 0, 1))


def _pixels(box: NDArray[np.float64], frame: Frame) -> tuple[int, int, int, int]:
    """The box in whole pixels within the picture, at least one wide and high."""
    left, top = (
        int(np.clip(np.floor(value), 0, side - 1))
        for value, side in zip(box[:2], (frame.width, frame.height), strict=True)
    )
    right, bottom = (
        int(np.clip(np.ceil(value), low + 1, side))
        for value, low, side in zip(box[2:], (left, top), (frame.width, frame.height), strict=True)
    )
    return left, top, right, bottom
