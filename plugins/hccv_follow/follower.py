"""Follow one player forward through a stretch of frames."""

from __future__ import annotations

from copy import copy, deepcopy

import numpy as np

from hccv_follow.absence import Absence
from hccv_follow.beginning import Beginning
from hccv_follow.candidate import Candidate, outside
from hccv_follow.confidence import Confidence, Pace
from hccv_follow.decision import OUT, Verdict, judge
from hccv_follow.evidence import Evidence
from hccv_follow.filter import peak
from hccv_follow.motion import Expected, Motion
from hccv_follow.outline import Outline
from hccv_follow.record import Record
from hccv_follow.scout import Lost, scout
from hccv_follow.search import candidates_in
from hccv_follow.settings import Settings
from hccv_follow.sight import Eye, Sight
from highlight_cuts_cv.api import Frame


class Follower:
    """State of one forward pass: where the player is expected, how it looks, and how sure that is.

    An eager follower learns a changed look at once even with others near, a patient one waits; see
    duel.py.  They are the same until the first such moment: a follower starts as both, and then
    leaves its patient half in ``patient``.  All lengths are in picture pixels.
    """

    def __init__(
        self, eye: Eye, beginning: Beginning, fps: float, settings: Settings, record: Record | None = None
    ) -> None:
        self._s, self._fps = settings, fps
        self._eye, self._record = eye, record
        self.patient: Follower | None = None
        self._motion = Motion(beginning.centre, settings.motion)
        self._shape = beginning.shape
        self._outline = Outline(
            float(beginning.shape.wh[1]), beginning.shape.mapped, beginning.shape.size, fps, settings.outline
        )
        self._evidence = Evidence(beginning.detected, settings.evidence, fps)
        self._confidence = Confidence(settings.confidence)
        self._pace = Pace(settings.confidence, fps)
        self._absence = Absence(settings.absence)
        self._others = beginning.others
        self._learning = beginning.learning
        self._lost = 0  # looks in a row without the player
        self.met = False
        self._looks = 0

    @property
    def torn(self) -> bool:
        """Whether eager and patient did different things in the last look."""
        return self._learning.torn

    def box(self) -> np.ndarray:
        """Current box, xyxy, as it is shown."""
        return self._outline.box(self._shape.box(self._motion.centre))

    def skip(self, motion: np.ndarray) -> bool:
        """True when this frame need not be looked at: alone, well seen and moving as predicted."""
        return self._pace.skip(motion)

    def step(
        self, frame: Frame, motion: np.ndarray, everyone: np.ndarray | None = None
    ) -> tuple[np.ndarray, float]:
        """One frame on; `motion` (2, 3) is the camera's, `everyone` (N, 5) full-frame detections if there are any.

        Returns the box (4,), NaN when lost, and its score.
        """
        self._looks += 1
        self.met = False
        motion, frames = self._pace.resume(motion)
        extent = np.array([frame.width, frame.height])
        expected = self._motion.expect(motion, frames, self._others, self._absence.out)
        if self._absence.out and outside(expected.middle, extent) > self._shape.size:
            # nothing to see there, unless somebody in the picture is unmistakable
            self._note(frame, [], None, Verdict(None, self._s.decision.reaccept, 0.0, OUT))
            return self._coast(expected.middle, expected, frame, everyone)
        sight = self._eye(frame, expected.middle, self._shape.size)
        candidates, likeness = self._weighed(sight, expected, extent)
        best = self._others.decide(candidates, sight, likeness, motion, frames)
        verdict = self._judged(best, candidates)
        self._note(frame, candidates, best, verdict)
        where = self._shape.box(expected.middle)
        self._others.update(sight, likeness, verdict.chosen, where, self._shape.size)
        if verdict.chosen is not None:
            found = self._take(verdict.chosen, verdict.margin, sight, likeness, expected)
            if everyone is not None and verdict.chosen.row >= 0 and not self.met:
                self._outline.compare(sight.players[verdict.chosen.row], everyone, sight.scale, extent)
            return found
        self._pace.calm = False
        # who stood still on the ground when last seen is not where the camera now points
        self._absence.out |= outside(expected.ground, extent) > 0
        place = expected.ground if self._absence.out else expected.middle
        return self._coast(place, expected, frame, everyone)

    def _weighed(
        self, sight: Sight, expected: Expected, extent: np.ndarray
    ) -> tuple[list[Candidate], np.ndarray]:
        """The candidates inside the picture, with their evidence, and the likeness (N,) of the sight's players."""
        evidence, shape = self._evidence, self._shape
        response = self._learning.filter.respond(sight.spectrum)
        found, likeness = candidates_in(
            sight, response, shape, evidence.reference, self._lost, self._s.search
        )
        found = [c for c in found if (c.centre > 0).all() and (c.centre < extent).all()]
        evidence.company(sight.players, expected.frames)
        colours_count = evidence.colours_count(self._lost)
        spread = self._motion.spread(expected.frames, self._confidence.doubt, self._lost)
        for c in found:
            c.motion = self._motion.term(c.centre, expected, shape.size, spread)
            c.scale = shape.scale(c.wh)
            evidence.weigh(c, sight, self._learning.wardrobe, colours_count)
        return found, likeness / evidence.reference

    def _judged(self, best: Candidate | None, candidates: list[Candidate]) -> Verdict:
        margin = self._confidence.margin(best, candidates, self._shape.size)
        likeness = best.response / self._evidence.reference if best is not None else 0.0
        return judge(best, margin, self._lost, likeness, self._absence, self._fps, self._s.decision)

    def _take(
        self, chosen: Candidate, margin: float, sight: Sight, likeness: np.ndarray, expected: Expected
    ) -> tuple[np.ndarray, float]:
        """The player is here: follow, learn, and say how sure that is."""
        evidence, shape, lost = self._evidence, self._shape, self._lost
        self._absence.out = False
        self._absence.compare(chosen.centre, shape.size, sight.players, likeness)
        self._motion.take(chosen.centre, expected, shape.size, lost, self._looks)
        shape.take(chosen)
        evidence.take(chosen, self._looks)
        self._lost = 0
        self._confidence.felt(chosen.total)
        player = sight.players[chosen.row] if chosen.row >= 0 else None
        self._outline.take(player, float(self._motion.centre[1]), shape.size, expected.frames)
        self.met = crowded = self._others.crowd(shape.box(self._motion.centre))
        if not crowded:
            shape.correct(chosen, self._motion.centre, sight.players)
        alone = self._learning.alone(self._others.centres(), self._motion.centre, shape.size)
        if not alone:
            self._confidence.found_among_others(lost, chosen.total)
        self._pace.calm = self._confidence.calm(
            chosen, margin, evidence.reference, float(self._motion.errors.min())
        )
        self._learning.passed()
        if self._learning.worthwhile(chosen, margin, alone, crowded, evidence.detected):
            self._learning.dress(sight, chosen, alone)
            changed = self._learning.is_changed(chosen.response, evidence.reference)
            self._learn(sight, changed, alone)
        return self.box(), self._confidence.score(chosen.total)

    def _learn(self, sight: Sight, changed: bool, alone: bool) -> None:
        """Learn; where eager and patient would do different things, part."""
        learning = self._learning
        learning.torn = changed and not alone
        if learning.torn and learning.eager is None:
            self.patient = self.clone(eager=False)
            self.patient._learn(sight, changed, alone)
            learning.eager = True
        learning.learn(sight, self._motion.centre, self._others.centres(), changed, alone)

    def _coast(
        self, place: np.ndarray, expected: Expected, frame: Frame, everyone: np.ndarray | None
    ) -> tuple[np.ndarray, float]:
        """The box and score of a lost player, who goes on to *place*, or is found again elsewhere."""
        self._lost += 1
        self._motion.coast(place, expected.linear)
        seconds = self._lost / self._fps
        if everyone is not None and self._lost > self._s.scout.after * self._fps:
            lost = Lost(self._motion.centre, seconds)

            def likeness(centre: np.ndarray, player: np.ndarray) -> float:
                return self._likeness(frame, centre, player)

            found = scout(everyone, lost, self._shape, self._others, self._absence, likeness, self._s.scout)
            if found is not None:
                self._absence.out = False
                self._confidence.maybe()
                self._motion.stand(found)
                self._lost = 1
                return self.box(), self._s.confidence.found
        return np.full(4, np.nan), 0.0

    def _likeness(self, frame: Frame, centre: np.ndarray, player: np.ndarray) -> float:
        """How like the player who is at *centre*, in the detection *player*, looks, in usual responses."""
        sight = self._eye(frame, centre, self._shape.size)
        response = self._learning.filter.respond(sight.spectrum)
        value, _ = peak(response, sight.cells(centre), self._s.scout.reach)
        strange = self._s.evidence.colours * self._learning.wardrobe.unlike(sight.colours(player))
        return float(value / self._evidence.reference - strange)

    def _note(
        self, frame: Frame, candidates: list[Candidate], best: Candidate | None, verdict: Verdict
    ) -> None:
        if self._record is not None:
            eager, size = self._learning.eager, self._shape.size
            self._record.add(frame.index, eager, candidates, best, verdict, self._lost, size)

    def rejoin(self) -> None:
        """Be both again: the patient half has come to the same."""
        self._learning.eager, self.patient = None, None

    def clone(self, eager: bool | None) -> Follower:
        """Another one that knows the same and learns in its own way; the eye and the record are shared."""
        twin = copy(self)
        for name in (
            "_motion",
            "_shape",
            "_outline",
            "_evidence",
            "_confidence",
            "_pace",
            "_absence",
            "_others",
        ):
            setattr(twin, name, deepcopy(getattr(self, name)))
        twin._learning = deepcopy(self._learning)
        twin._learning.eager = eager
        return twin
