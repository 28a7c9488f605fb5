"""How sure the follower is: the score shown, doubt about the place, and calm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hccv_follow.candidate import Candidate, chain
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class ConfidenceSettings:
    """What a score may be, what makes for doubt, and when a look can be left out."""

    maybe: float = setting(
        0.85,
        "highest score, until the next pick, of who was found again elsewhere or hardly seen beside others",
    )
    hidden: int = setting(1, "looks; who was lost for more and comes back beside others is a maybe")
    weak: float = setting(0.5, "evidence below which a match beside others is a maybe")
    found: float = setting(0.7, "score of a frame in which the player was found again elsewhere")
    doubt_below: float = setting(0.75, "evidence below which there is doubt")
    doubt_range: float = setting(0.2, "evidence; doubt is full this much lower")
    doubt_rate: float = setting(0.5, "share; how fast doubt follows")
    elsewhere: float = setting(0.3, "sizes; a candidate this far away is another place")
    calm_shape: float = setting(0.45, "shape above which a detection can be calm")
    calm_response: float = setting(0.8, "usual responses; the response above which it can")
    calm_evidence: float = setting(0.85, "evidence above which it can")
    calm_margin: float = setting(0.3, "evidence; the margin above which it can")
    calm_error: float = setting(0.004, "sizes²; the error of the best motion model below which it can")
    least_hz: float = setting(10.0, "looks a second in a calm stretch; the frames between are interpolated")
    least_hz_room: float = setting(
        1.05, "share; a frame rate this much lower than a multiple still counts as it"
    )


class Confidence:
    """What the follower thinks of its own answers."""

    def __init__(self, settings: ConfidenceSettings) -> None:
        self._s = settings
        self.doubt = 0.0
        self._ceiling = 1.0

    def margin(self, chosen: Candidate | None, candidates: Sequence[Candidate], size: float) -> float:
        """How far the chosen candidate's evidence is above the best one elsewhere."""
        if chosen is None:
            return 0.0
        apart = self._s.elsewhere * size
        rest = [c.total for c in candidates if np.linalg.norm(c.centre - chosen.centre) > apart]
        return chosen.total - max(rest, default=0.0)

    def felt(self, evidence: float) -> None:
        """Weak evidence makes for doubt, strong evidence takes it away."""
        s = self._s
        doubt = float(np.clip((s.doubt_below - evidence) / s.doubt_range, 0, 1))
        self.doubt += s.doubt_rate * (doubt - self.doubt)

    def found_among_others(self, lost: int, evidence: float) -> None:
        """The player is beside others, after *lost* looks without: it may have been one of them."""
        if lost > self._s.hidden or evidence < self._s.weak:
            self.maybe()

    def maybe(self) -> None:
        """From here on nothing is certain until the next pick."""
        self._ceiling = self._s.maybe

    def score(self, evidence: float) -> float:
        """The frame's score, 0..1."""
        return float(np.clip(evidence, 0, self._ceiling))

    def calm(self, chosen: Candidate, margin: float, reference: float, error: float) -> bool:
        """Whether the player is alone, well seen and moves as predicted."""
        s = self._s
        steady = (
            chosen.row >= 0 and chosen.shape > s.calm_shape and chosen.response > s.calm_response * reference
        )
        return bool(
            steady and chosen.total > s.calm_evidence and margin > s.calm_margin and error < s.calm_error
        )


class Pace:
    """Which frames are looked at: in a calm stretch some are left out."""

    def __init__(self, settings: ConfidenceSettings, fps: float) -> None:
        self._s, self._fps = settings, fps
        self.calm = False
        self._skipped = 0
        self._passed = np.eye(2, 3)  # camera motion over the skipped frames

    def skip(self, motion: np.ndarray) -> bool:
        """True when this frame need not be looked at."""
        # with some room, for 29.97 is 30
        if not self.calm or (self._skipped + 2) * self._s.least_hz > self._s.least_hz_room * self._fps:
            return False
        self._skipped += 1
        self._passed = chain(self._passed, motion)
        return True

    def resume(self, motion: np.ndarray) -> tuple[np.ndarray, int]:
        """The camera's motion (2, 3) since the last look, and the frames since then."""
        motion, frames = chain(self._passed, motion), self._skipped + 1
        self._skipped, self._passed = 0, np.eye(2, 3)
        return motion, frames
