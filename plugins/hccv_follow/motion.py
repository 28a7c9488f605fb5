"""Where the player is expected: three motion models that compete, each trusted as it predicted of late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.others import Others
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class MotionSettings:
    """How far a prediction is believed.  A size is the player's: the larger of height and 1.3 widths."""

    first_error: float = setting(0.02, "sizes²; the squared error that every model begins with")
    trusted_error: float = setting(
        0.01, "sizes²; a model with an error this much larger counts e^-0.5 as much"
    )
    trusted_most: float = setting(20.0, "times trusted_error; errors beyond it count as this")
    error_rate: float = setting(0.2, "share; how fast a model's error follows the newest one")
    error_most: float = setting(0.2, "sizes²; the largest newest error that counts")
    near: float = setting(
        0.07, "sizes; standard deviation of where the player is, without any frames between"
    )
    near_per_frame: float = setting(0.03, "sizes; what every frame since the last look adds to it")
    near_per_doubt: float = setting(1.5, "share; what full doubt adds to it")
    near_per_lost: float = setting(0.05, "sizes; what every look at which the player was lost adds to it")
    lost_most: int = setting(12, "looks; more of them add nothing")
    spread_most: float = setting(0.05, "sizes²; the largest error of a model that widens it")
    deviations: float = setting(4.0, "deviations²; at this distance the motion term is 0")
    worst: float = setting(-3.0, "the motion term of who is anywhere else")
    slower_ground: float = setting(
        0.95, "share; what is left of the speed over the ground after a look without the player"
    )
    slower_image: float = setting(0.9, "share; what is left of the speed in the picture")
    velocity_rate: float = setting(0.35, "share; how fast the speeds follow the newest place")
    velocity_first: float = setting(0.4, "looks; the n-th place counts 1 / (n + this) where that is more")
    velocity_back: float = setting(0.15, "share; the same for the first place after a loss")


@dataclass(frozen=True)
class Expected:
    """Where each model (3, 2) and all together (2,) expect the player, picture pixels."""

    places: np.ndarray
    middle: np.ndarray
    linear: np.ndarray  # (2, 2), the camera motion without its shift
    frames: int  # since the last look

    @property
    def ground(self) -> np.ndarray:
        """Where who moves steadily over the ground is expected."""
        return np.asarray(self.places[0])


class Motion:
    """The player's place and speeds, picture pixels (per frame).

    The models: steady over the ground, steady in the picture (the operator follows the player), and
    moving with the neighbours.
    """

    def __init__(self, centre: np.ndarray, settings: MotionSettings) -> None:
        self._s = settings
        self.centre = centre
        self.ground = np.zeros(2)
        self.image = np.zeros(2)
        self.errors = np.full(3, settings.first_error)  # running squared error of the models, sizes^2

    def expect(self, motion: np.ndarray, frames: int, others: Others, gone: bool) -> Expected:
        """The place *frames* later, given the camera's *motion* (2, 3); who is *gone* moves over the ground."""
        s = self._s
        linear = motion[:, :2]
        ground = linear @ (self.centre + frames * self.ground) + motion[:, 2]
        image = self.centre + frames * self.image
        group = self.centre + frames * others.drift() if others.count() else image
        places = np.stack([ground, image, group] if not gone else [ground] * 3)
        trust = np.exp(-0.5 * np.minimum(self.errors / s.trusted_error, s.trusted_most))
        trust /= trust.sum() + 1e-9
        return Expected(places, trust @ places, linear, frames)

    def spread(self, frames: int, doubt: float, lost: int) -> float:
        """Standard deviation of the player's place, sizes.  Weak evidence lately puts the place itself in doubt."""
        s = self._s
        widened = (s.near + s.near_per_frame * frames) * (1 + s.near_per_doubt * doubt)
        return widened + s.near_per_lost * min(lost, s.lost_most)

    def term(self, centre: np.ndarray, expected: Expected, size: float, spread: float) -> float:
        """1 where the best model expects the player, 0 at two standard deviations, at worst -3."""
        s = self._s
        d2 = (((centre - expected.places) / size) ** 2).sum(1) / (
            spread**2 + np.minimum(self.errors, s.spread_most)
        )
        return float(max(1 - d2.min() / s.deviations, s.worst))

    def coast(self, place: np.ndarray, linear: np.ndarray) -> None:
        """The player was not seen: go on to *place*, ever slower."""
        self.ground = linear @ self.ground * self._s.slower_ground
        self.image *= self._s.slower_image
        self.centre = place

    def take(self, centre: np.ndarray, expected: Expected, size: float, lost: int, looks: int) -> None:
        """The player is at *centre*, after *lost* looks without and *looks* in all."""
        s = self._s
        errors = (((centre - expected.places) / size) ** 2).sum(1)
        if lost == 0:
            self.errors += s.error_rate * (np.minimum(errors, s.error_most) - self.errors)
        # few frames known: the newest counts most, as in a Kalman filter
        rate = max(s.velocity_rate, 1 / (looks + s.velocity_first)) if lost == 0 else s.velocity_back
        self.ground = expected.linear @ self.ground
        self.ground += rate / expected.frames * (centre - expected.places[0])
        self.image += rate / expected.frames * (centre - expected.places[1])
        self.centre = centre

    def stand(self, centre: np.ndarray) -> None:
        """The player was found elsewhere, with unknown speed."""
        self.centre = centre
        self.ground[:] = 0
        self.image[:] = 0
