"""How much speaks for each candidate: response, motion, detection, size, colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.candidate import Candidate, Terms, box_of
from hccv_follow.colours import Wardrobe
from hccv_follow.sight import Sight
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class EvidenceSettings:
    """The weights of the terms, and what is usual of the player."""

    response: float = setting(0.50, "weight of the filter's response")
    motion: float = setting(0.20, "weight of being where expected")
    detector: float = setting(0.20, "weight of being detected")
    scale: float = setting(0.10, "weight of having the player's size")
    colours: float = setting(0.30, "weight of wearing other colours; it counts against")
    colours_lost: float = setting(0.2, "what is added to that weight while the player is lost")
    colours_alone: float = setting(
        3.0, "that weight is divided by this where nobody is to be mistaken for the player"
    )
    company: float = setting(1.5, "seconds that somebody who was near may still be somewhere near")
    company_certain: float = setting(0.3, "score of a detection that is company")
    usual: float = setting(0.6, "share of the response term that compares with the usual height")
    unrivalled: float = setting(0.4, "share of it that compares with the strongest response elsewhere")
    response_most: float = setting(1.2, "the most that either share counts for")
    rival: float = setting(2.2, "rivals; a response this much stronger has none")
    rival_least: float = setting(0.09, "response; a weaker rival counts as this")
    any_shape: float = setting(0.4, "share of the detection term that counts whatever the box's shape")
    same_shape: float = setting(0.6, "share of it that counts by the box's shape")
    undetected: float = setting(0.7, "detection term of a bare peak where the player is never detected")
    bare_colours: float = setting(0.5, "share of the colours in a bare peak's box that is believed")
    missing: float = setting(0.03, "what speaks against a bare peak for every look without detection")
    missing_most: int = setting(20, "looks; more of them add nothing")
    missing_from: float = setting(0.3, "share of looks with a detection above which missing ones are odd")
    first_response: float = setting(0.8, "response that is usual at the pick")
    first_detected: float = setting(0.5, "share of looks with a detection, before anything is known")
    picked_detected: float = setting(0.8, "the same where the pick is a detection")
    detected_rate: float = setting(0.04, "share; how fast it follows")
    response_rate: float = setting(0.05, "share; how fast the usual response follows")
    response_first: float = setting(0.5, "the n-th response counts this / (n + 1) where that is more")
    response_low: float = setting(0.25, "a weaker response counts as this in the usual one")
    response_high: float = setting(0.9, "a stronger response counts as this in it")


class Evidence:
    """What is usual of the player, and what a candidate is worth by it."""

    def __init__(self, detected: bool, settings: EvidenceSettings, fps: float) -> None:
        self._s, self._fps = settings, fps
        self.reference = settings.first_response  # the usual response
        self.detected = settings.picked_detected if detected else settings.first_detected
        self._bare = 0  # looks in a row without a detection
        self._alone_for = 0  # frames since others were near

    def company(self, players: np.ndarray, frames: int) -> None:
        """Note who is around, *frames* after the last look."""
        together = (players[:, 4] > self._s.company_certain).sum() > 1
        self._alone_for = 0 if together else self._alone_for + frames

    def colours_count(self, lost: int) -> float:
        """The weight of other colours now."""
        s = self._s
        weight = s.colours + (s.colours_lost if lost else 0)
        if self._alone_for > s.company * self._fps:
            weight /= s.colours_alone  # nobody to be mistaken for
        return weight

    def weigh(self, c: Candidate, sight: Sight, wardrobe: Wardrobe, colours_count: float) -> None:
        """Sum up what speaks for a candidate whose motion and scale are known."""
        s = self._s
        c.unlike = self._unlike(c, sight, wardrobe)
        c.terms = Terms(
            response=s.response * self._looks(c),
            motion=s.motion * c.motion,
            detector=s.detector * self._presence(c),
            scale=s.scale * c.scale,
            colours=colours_count * c.unlike,
            missing=self._missing(c),
        )
        c.total = c.terms.total()

    def _looks(self, c: Candidate) -> float:
        """Response against its usual height and against the strongest one elsewhere in the crop."""
        s = self._s
        usual = np.clip(c.response / self.reference, 0, s.response_most)
        alone = np.clip(c.response / (s.rival * max(c.rival, s.rival_least)), 0, s.response_most)
        return float(s.usual * usual + s.unrivalled * alone)

    def _presence(self, c: Candidate) -> float:
        s = self._s
        if c.row < 0:
            return s.undetected - self.detected
        return float(np.sqrt(c.detector) * (s.any_shape + s.same_shape * c.shape))

    def _missing(self, c: Candidate) -> float:
        """A player whom the detector normally sees does not turn invisible for long."""
        s = self._s
        if c.row >= 0:
            return 0.0
        return s.missing * min(self._bare, s.missing_most) * max(self.detected - s.missing_from, 0)

    def _unlike(self, c: Candidate, sight: Sight, wardrobe: Wardrobe) -> float:
        """Whether the candidate wears other colours than the player, as far as they can be seen, 0..1."""
        if c.row >= 0:
            return sight.unlike_row(c.row, wardrobe)
        return self._s.bare_colours * wardrobe.unlike(sight.colours(box_of(c.centre, c.wh)))

    def take(self, chosen: Candidate, looks: int) -> None:
        """This was the player, after *looks* in all."""
        s = self._s
        self._bare = 0 if chosen.row >= 0 else self._bare + 1
        self.detected += s.detected_rate * ((chosen.row >= 0) - self.detected)
        self.reference += max(s.response_rate, s.response_first / (looks + 1)) * (
            np.clip(chosen.response, s.response_low, s.response_high) - self.reference
        )
