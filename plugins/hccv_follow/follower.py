"""Follow one player forward through a stretch of frames."""

from __future__ import annotations

from copy import copy, deepcopy
from dataclasses import dataclass

import numpy as np

from hccv_follow.absence import Absence
from hccv_follow.candidate import Candidate, box_of, chain, outside, size_of
from hccv_follow.colours import Wardrobe
from hccv_follow.filter import Filter, peak
from hccv_follow.look import Look
from hccv_follow.mapping import Mapping
from hccv_follow.net import CELL, GRID, CropNet, overlaps
from hccv_follow.others import CLEAR, Others, inside
from hccv_follow.rehearse import rehearsals
from hccv_follow.sight import Eye, Sight
from highlight_cuts_cv.api import Frame


@dataclass(frozen=True)
class Settings:
    """Tunable constants; lengths are in units of the player's size (the larger of height and 1.3 widths)."""

    player: float = 72.0  # the player's size in the crop, pixels
    accept: float = 0.48  # evidence needed to follow
    reaccept: float = 0.55  # the same after a gap
    w_response: float = 0.50
    w_motion: float = 0.20
    w_detector: float = 0.20
    w_scale: float = 0.10
    w_colours: float = 0.30
    learn_every: int = 4
    least_hz: float = 10.0  # calm stretches are looked at this often, the frames between are interpolated
    rate: float = 0.1


COMPANY = 1.5
"""Seconds that somebody who was near may still be somewhere near."""
MAYBE = 0.85
"""Highest score, until the next pick, of who was found again elsewhere or was hardly seen beside others."""
LONG_AWAY = 0.4
"""Seconds after which a lost player may have gone anywhere, and only looks tell."""


class Follower:
    """State of one forward pass.

    An eager follower learns a changed look at once even with others near, a patient one waits; see
    duel.py.  They are the same until the first such moment: a follower starts as both, and then
    leaves its patient half in ``patient``.

    Three motion models compete: steady over the ground, steady in the picture (the operator
    follows the player), and moving with the neighbours. All lengths are in picture pixels.
    """

    def __init__(self, net: CropNet, frame: Frame, box: np.ndarray, fps: float) -> None:
        self._s, self._fps = Settings(), fps
        self._eager: bool | None = None  # both
        self._eye = Eye(net, self._s.player)
        self.patient: Follower | None = None
        self.torn = False  # whether eager and patient do different things in this frame
        self.centre = (box[:2] + box[2:]) / 2
        self.wh = box[2:] - box[:2]
        self._base = self.wh.copy()
        self.size = size_of(self.wh)
        self._v_ground = np.zeros(2)
        self._v_image = np.zeros(2)
        self._errors = np.full(3, 0.02)  # running squared error of the three motion models, sizes^2
        self._reference = 0.8
        self._seen_by_detector = 0.5
        self._gap = 0
        self._bare = 0  # frames in a row without a detection
        self._age = 0
        self._unlearnt = 0
        self._skipped = 0
        self._passed = np.eye(2, 3)  # camera motion over the skipped frames
        self._calm = False
        self._doubt = 0.0
        self._ceiling = 1.0
        self._alone_for = 0  # frames since others were near
        self.absence = Absence()
        self._mapped = Mapping.same()
        self.others = Others()
        self._start(frame, box)

    def _start(self, frame: Frame, box: np.ndarray) -> None:
        s = self._s
        first = self._eye(frame, self.centre, self.size)
        self._eye.look = first.look = Look(first.fine, first.coarse)
        channels = first.spectrum.shape[1]
        scale = self._s.player / self.size
        cells = self.wh * scale / CELL
        self._sigma = max(1.0, 0.10 * float(np.sqrt(cells.prod())))
        support = (np.clip(cells[1] * 1.1, 5, 40), np.clip(cells[0] * 1.1, 5, 40))
        players = first.players
        iou = overlaps(box[None], players)[0]
        best = int(np.argmax(iou * np.sqrt(players[:, 4]))) if len(players) else -1
        # a detection inside the pick means that the user's box holds more (a stick); one that is
        # much larger belongs to a group and says nothing, and a faint one may be anything
        certain = best >= 0 and players[best, 4] > 0.3
        if certain and (iou[best] > 0.6 or (iou[best] > 0.3 and inside(players[best], box) > 0.85)):
            self._mapped = Mapping.between(players[best], self.centre, self.wh)
        seen = best >= 0 and iou[best] > 0.4
        if seen:
            self._seen_by_detector = 0.8
        others = np.array([(p[:2] + p[2:4]) / 2 for i, p in enumerate(players) if iou[i] < 0.4]).reshape(
            -1, 2
        )
        self.others.start(first, np.flatnonzero(iou < 0.4))
        self.wardrobe = Wardrobe(first.worn(best) if seen else first.colours(box))
        self.filter = Filter(channels, support)
        for view, target, real in rehearsals(frame, self.centre, self.wh, self.size, s.player):
            sight = self._eye.at(view.crop, view.corner, view.scale, self.centre, self.size)
            near = [sight.cells(other) for other in others]
            if not real:
                near.append(sight.cells(self.centre))
            self.filter.remember(sight.spectrum, sight.cells(target), self._sigma, near, 0.1, pinned=True)
        self.filter.learn(15)

    def skip(self, motion: np.ndarray) -> bool:
        """True when this frame need not be looked at: alone, well seen and moving as predicted."""
        # with some room, for 29.97 is 30
        if not self._calm or (self._skipped + 2) * self._s.least_hz > 1.05 * self._fps:
            return False
        self._skipped += 1
        self._passed = chain(self._passed, motion)
        return True

    def step(
        self, frame: Frame, motion: np.ndarray, everyone: np.ndarray | None = None
    ) -> tuple[np.ndarray, float]:
        """One frame on; `motion` (2, 3) is the camera's, `everyone` (N, 5) full-frame detections if there are any.

        Returns the box (4,), NaN when lost, and its score.
        """
        s = self._s
        self._age += 1
        frames = self._skipped + 1
        motion = chain(self._passed, motion)
        self._skipped, self._passed = 0, np.eye(2, 3)
        linear = motion[:, :2]
        ground = linear @ (self.centre + frames * self._v_ground) + motion[:, 2]
        image = self.centre + frames * self._v_image
        group = self.centre + frames * self.others.drift() if self.others.count() else image
        guess = np.stack([ground, image, group] if not self.absence.out else [ground] * 3)
        trust = np.exp(-0.5 * np.minimum(self._errors / 0.01, 20))
        trust /= trust.sum() + 1e-9
        middle = trust @ guess
        extent = np.array([frame.width, frame.height])
        if self.absence.out and outside(middle, extent) > self.size:
            # nothing to see there, unless somebody in the picture is unmistakable
            self._coast(middle, linear)
            return self._scouted(frame, everyone)
        sight = self._eye(frame, middle, self.size)
        players = sight.players
        response = self.filter.respond(sight.spectrum)
        candidates, likeness = self._candidates(sight, response)
        likeness = likeness / self._reference
        candidates = [c for c in candidates if (c.centre > 0).all() and (c.centre < extent).all()]
        self._alone_for = 0 if (players[:, 4] > 0.3).sum() > 1 else self._alone_for + frames
        colours_count = s.w_colours + (0.2 if self._gap else 0)
        if self._alone_for > COMPANY * self._fps:
            colours_count /= 3  # nobody to be mistaken for
        # weak evidence lately: the place itself is in doubt
        sigma = (0.07 + 0.03 * frames) * (1 + 1.5 * self._doubt) + 0.05 * min(self._gap, 12)
        for c in candidates:
            d2 = (((c.centre - guess) / self.size) ** 2).sum(1) / (sigma**2 + np.minimum(self._errors, 0.05))
            c.motion = float(max(1 - d2.min() / 4, -3.0))
            c.scale = float(np.exp(-0.5 * (np.log(size_of(c.wh) / self.size) / 0.25) ** 2))
            c.total = (
                s.w_response * self._evidence(c)
                + s.w_motion * c.motion
                + s.w_detector
                * (
                    np.sqrt(c.detector) * (0.4 + 0.6 * c.shape)
                    if c.row >= 0
                    else 0.7 - self._seen_by_detector
                )
                + s.w_scale * c.scale
            )
            c.unlike = sight.unlike(c, self.wardrobe)
            c.total -= colours_count * c.unlike
            if c.row < 0:
                # a player whom the detector normally sees does not turn invisible for long
                c.total -= 0.03 * min(self._bare, 20) * max(self._seen_by_detector - 0.3, 0)
        chosen = self.others.decide(candidates, sight, likeness, motion, frames)
        margin = self._margin(chosen, candidates)
        needed = s.accept if self._gap <= 2 else s.reaccept
        if margin > 0.25:
            needed -= 0.08  # nothing else around looks like the player
        if chosen is not None and chosen.total < needed:
            chosen = None
        long_away = self.absence.out or self._gap > LONG_AWAY * self._fps
        if chosen is not None and long_away and not self.absence.believes(chosen.response / self._reference):
            chosen = None
        self.others.update(sight, likeness, chosen, self.centre_box(middle), self.size)
        self._calm = False
        if chosen is None:
            # who stood still on the ground when last seen is not where the camera now points
            self.absence.out |= outside(ground, extent) > 0
            self._coast(ground if self.absence.out else middle, linear)
            return self._scouted(frame, everyone)
        self.absence.out = False
        self.absence.compare(chosen.centre, self.size, players, likeness)
        hidden = self._gap > 1
        self._take(chosen, linear, guess, frames)
        self._doubt += 0.5 * (float(np.clip((0.75 - chosen.total) / 0.2, 0, 1)) - self._doubt)
        crowded = self.others.crowd(self.box())
        if not crowded and (chosen.row < 0 or chosen.scale < 0.5):
            self._rescale(players)
        # near others a weak match may be one of them: only a player alone is learnt from it
        near = self.others.centres()
        alone = not len(near) or float(np.linalg.norm(near - self.centre, axis=1).min()) > self.size
        if not alone and (hidden or chosen.total < 0.5):
            self._ceiling = MAYBE
        clear = chosen.total > 0.65 or (chosen.total > 0.48 and margin > 0.2 and alone)
        sure = clear and not crowded and (chosen.row >= 0 or self._seen_by_detector < 0.6)
        steady = chosen.row >= 0 and chosen.shape > 0.45 and chosen.response > 0.8 * self._reference
        self._calm = steady and chosen.total > 0.85 and margin > 0.3 and self._errors.min() < 0.004
        self._unlearnt += 1
        self.torn = False
        if sure and chosen.row >= 0 and (alone or chosen.unlike < 0.4) and sight.covered[chosen.row] < CLEAR:
            self.wardrobe.learn(sight.worn(chosen.row))
        if sure:
            changed = chosen.response < 0.7 * self._reference
            self._learn(sight, changed, alone)
        return self.box(), float(np.clip(chosen.total, 0, self._ceiling))

    def _learn(self, sight: Sight, changed: bool, alone: bool) -> None:
        """A changed look is learnt at once, a steady one only now and then."""
        self.torn = changed and not alone
        if self.torn and self._eager is None:
            self.patient = self.clone(eager=False)
            self.patient._learn(sight, changed, alone)
            self._eager = True
        hurry = changed and (alone or bool(self._eager))
        if self._unlearnt < (1 if hurry else self._s.learn_every):
            return
        self._unlearnt = 0
        at, near = sight.cells(self.centre), sight.cells(self.others.centres())
        if (at > 6).all() and (at < GRID - 7).all():
            self.filter.remember(sight.spectrum, at, self._sigma, near, self._s.rate)
            self.filter.learn(2 if hurry else 1)

    def rejoin(self) -> None:
        """Be both again: the patient half has come to the same."""
        self._eager, self.patient = None, None

    def clone(self, eager: bool | None) -> Follower:
        """Another one that knows the same and learns in its own way."""
        twin = copy(self)
        twin._eager = eager
        twin.others = deepcopy(self.others)
        twin.filter = deepcopy(self.filter)
        twin.absence = copy(self.absence)
        twin.wardrobe = copy(self.wardrobe)
        for name, value in vars(twin).items():
            if isinstance(value, np.ndarray):
                setattr(twin, name, value.copy())
        return twin

    def _evidence(self, c: Candidate) -> float:
        """Response against its usual height and against the strongest one elsewhere in the crop."""
        usual = np.clip(c.response / self._reference, 0, 1.2)
        alone = np.clip(c.response / (2.2 * max(c.rival, 0.09)), 0, 1.2)
        return float(0.6 * usual + 0.4 * alone)

    def _margin(self, chosen: Candidate | None, candidates: list[Candidate]) -> float:
        """How far the chosen candidate's evidence is above the best one elsewhere."""
        if chosen is None:
            return 0.0
        rest = [c.total for c in candidates if np.linalg.norm(c.centre - chosen.centre) > 0.3 * self.size]
        return chosen.total - max(rest, default=0.0)

    def _scouted(self, frame: Frame, everyone: np.ndarray | None) -> tuple[np.ndarray, float]:
        """The box and score of a lost player, found again or not."""
        if everyone is not None and self._gap > 0.4 * self._fps and self._scout(frame, everyone):
            return self.box(), 0.7
        return np.full(4, np.nan), 0.0

    def _scout(self, frame: Frame, everyone: np.ndarray) -> bool:
        """Look for the lost player among the full-frame detections; True when one stands out.

        Only those are tried that the player can have reached, nearest first. A look-alike
        nearly as good as the best means that the evidence does not tell them apart.
        """
        reach = self.size * self.absence.reach(self._gap / self._fps)
        options = []
        for player in everyone[everyone[:, 4] > 0.3]:
            centre, wh = self._mapped(player)
            far = float(np.linalg.norm(centre - self.centre))
            if far < reach and abs(np.log(size_of(wh) / self.size)) < 0.4 and not self.others.own(player):
                options.append((far, centre, wh, player))
        options.sort(key=lambda o: o[0])
        found = []
        for _, centre, wh, player in options[:6]:
            sight = self._eye(frame, centre, self.size)
            value, _ = peak(self.filter.respond(sight.spectrum), sight.cells(centre), 3)
            strange = self._s.w_colours * self.wardrobe.unlike(sight.colours(player))
            found.append((value / self._reference - strange, centre, wh))
        found.sort(key=lambda f: -f[0])
        if not found or found[0][0] < 0.75 or (len(found) > 1 and found[1][0] > found[0][0] - 0.2):
            return False
        if not self.absence.believes(found[0][0]):
            return False
        self.absence.out = False
        self._ceiling = MAYBE
        self.centre = found[0][1]
        self._v_ground[:] = 0
        self._v_image[:] = 0
        self._gap = 1
        return True

    def _candidates(self, sight: Sight, response: np.ndarray) -> tuple[list[Candidate], np.ndarray]:
        players, corner, scale = sight.players, sight.corner, sight.scale
        found = []
        likeness = np.zeros(len(players))
        # half-way between the box of late and the user's proportions, lest a pair of people slowly take over
        anchor = self._base * np.sqrt(self.wh.prod() / self._base.prod())
        usual = np.sqrt(self.wh * anchor)
        for row, player in enumerate(players):
            centre, wh = self._mapped(player)
            at = sight.cells(centre)
            shape = float(np.exp(-0.5 * (np.log(wh / usual) ** 2).sum() / 0.35**2))
            # a box of another shape (two people, half a body) says roughly where, the filter exactly
            value, top = peak(response, at, 2 if shape > 0.5 else 4)
            likeness[row] = value
            odd = abs(np.log(size_of(wh) / self.size)) > 0.45 + 0.02 * min(self._gap, 20)
            if value > -1 and not odd:
                if value > 0.3 * self._reference:
                    exact = (top + 0.5) * CELL / scale + corner
                    doubt = np.clip(1.3 - value / self._reference, 0.5, 0.9)
                    centre = exact + (0.1 + doubt * shape) * (centre - exact)
                found.append(Candidate(centre, wh, row, value, float(player[4]), shape=shape))
        masked = response.copy()
        masked[:4], masked[-4:], masked[:, :4], masked[:, -4:] = -1, -1, -1, -1
        peaks: list[tuple[float, np.ndarray]] = []
        for _ in range(4):
            y, x = np.unravel_index(int(np.argmax(masked)), masked.shape)
            value, at = peak(response, np.array([x, y], np.float64), 0)
            if value < 0.1:
                break
            centre = (at + 0.5) * CELL / scale + corner
            peaks.append((value, centre))
            near = [c for c in found if np.abs((c.centre - centre) / c.wh).max() < 0.3 and c.row >= 0]
            if not near:
                found.append(Candidate(centre, self.wh.copy(), -1, value, 0.0))
            masked[max(y - 5, 0) : y + 6, max(x - 5, 0) : x + 6] = -1
        for c in found:
            elsewhere = [v for v, at in peaks if np.linalg.norm(at - c.centre) > 0.35 * self.size]
            c.rival = max(elsewhere, default=0.0)
        return found, likeness

    def _coast(self, middle: np.ndarray, linear: np.ndarray) -> None:
        self._gap += 1
        self._v_ground = linear @ self._v_ground * 0.95
        self._v_image *= 0.9
        self.centre = middle

    def _take(self, chosen: Candidate, linear: np.ndarray, guess: np.ndarray, frames: int) -> None:
        errors = (((chosen.centre - guess) / self.size) ** 2).sum(1)
        if self._gap == 0:
            self._errors += 0.2 * (np.minimum(errors, 0.2) - self._errors)
        # few frames known: the newest counts most, as in a Kalman filter
        alpha = max(0.35, 1 / (self._age + 0.4)) if self._gap == 0 else 0.15
        self._v_ground = linear @ self._v_ground
        self._v_ground += alpha / frames * (chosen.centre - guess[0])
        self._v_image += alpha / frames * (chosen.centre - guess[1])
        self.centre = chosen.centre
        if chosen.row >= 0:
            ratio = np.log(chosen.wh / self.wh)
            trust = 0.4 * chosen.scale * max(chosen.shape, 0.15)
            self.wh = self.wh * np.exp(np.clip(ratio, -0.3, 0.3) * trust)
            # detections of two people or half a person must not reshape the user's box for good
            aspect = np.log(self.wh[0] / self.wh[1]) - np.log(self._base[0] / self._base[1])
            self.wh[0] *= np.exp(-aspect * (0.06 + 0.1 * (1 - chosen.shape)))
            self.size *= float(np.exp(np.clip(np.log(size_of(self.wh) / self.size), -0.1, 0.1)))
        self._bare = 0 if chosen.row >= 0 else self._bare + 1
        self._seen_by_detector += 0.04 * ((chosen.row >= 0) - self._seen_by_detector)
        self._reference += max(0.05, 0.5 / (self._age + 1)) * (
            np.clip(chosen.response, 0.25, 0.9) - self._reference
        )
        self._gap = 0

    def _rescale(self, players: np.ndarray) -> None:
        """Drift towards the size of a good detection at the same place; one frame alone changes little."""
        for player in players[players[:, 4] > 0.35]:
            centre, wh = self._mapped(player)
            if np.linalg.norm(centre - self.centre) < 0.25 * self.size:
                factor = float(np.exp(0.1 * np.clip(np.log(size_of(wh) / size_of(self.wh)), -1, 1)))
                self.wh = self.wh * factor
                self.size *= factor
                return

    def box(self) -> np.ndarray:
        """Current box, xyxy."""
        return self.centre_box(self.centre)

    def centre_box(self, centre: np.ndarray) -> np.ndarray:
        """Box of the current size around `centre`."""
        return box_of(centre, self.wh)
