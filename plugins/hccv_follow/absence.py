"""When the player is out of sight: where to expect the return, and whom to believe it of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.tuning import setting


@dataclass(frozen=True)
class AbsenceSettings:
    """What it takes to come back, and from how far."""

    forget: float = setting(0.99, "share; what is left, a look later, of the memory of a look-alike")
    least: float = setting(0.7, "usual responses; who is less like the player is not the player come back")
    apart: float = setting(
        0.15, "usual responses; by how much somebody must be more like the player than the others ever were"
    )
    beside: float = setting(0.7, "sizes; who is nearer to the player is no look-alike")
    # Known to the ground and walking, or somewhere behind others and running.
    gone: float = setting(
        0.8, "sizes; how far from the expected place one who left the picture can be at once"
    )
    gone_speed: float = setting(1.2, "sizes a second; what is added to it")
    hidden: float = setting(1.0, "sizes; the same for one who is hidden by others")
    hidden_speed: float = setting(4.0, "sizes a second; what is added to it")


class Absence:
    """Whether the player has left the picture, and how like the player the others look.

    Who leaves the picture does so on the ground: while the camera turns away, strangers in the same
    shirt come into the picture, so whoever is far from that place is not the player.
    """

    def __init__(self, settings: AbsenceSettings | None = None) -> None:
        self._s = settings or AbsenceSettings()
        self.out = False
        self._alike = 0.0

    def compare(self, centre: np.ndarray, size: float, players: np.ndarray, likeness: np.ndarray) -> None:
        """Remember how like the player, at `centre`, the others (N, 5) look at most; (N,) in usual responses."""
        centres = (players[:, :2] + players[:, 2:4]) / 2
        apart = np.linalg.norm(centres - centre, axis=1) > self._s.beside * size
        self._alike = max(float(likeness[apart].max(initial=0.0)), self._alike * self._s.forget)

    def believes(self, likeness: float) -> bool:
        """Whether somebody this like the player is told apart from everybody else."""
        return likeness > max(self._s.least, self._alike + self._s.apart)

    def reach(self, seconds: float) -> float:
        """How far from the expected place, in sizes, the player can be after so long."""
        s = self._s
        return s.gone + s.gone_speed * seconds if self.out else s.hidden + s.hidden_speed * seconds
