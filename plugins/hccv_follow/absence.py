"""When the player is out of sight: where to expect the return, and whom to believe it of."""

from __future__ import annotations

import numpy as np

FORGET = 0.99
"""What is left, a look later, of the memory of a look-alike."""
LEAST_LIKE = 0.7
"""Likeness, in units of the player's usual response, below which nobody is the player come back."""
APART = 0.15
"""By how much somebody must be more like the player than any of the others ever was."""


class Absence:
    """Whether the player has left the picture, and how like the player the others look.

    Who leaves the picture does so on the ground: while the camera turns away, strangers in the same
    shirt come into the picture, so whoever is far from that place is not the player.
    """

    def __init__(self) -> None:
        self.out = False
        self._alike = 0.0

    def compare(self, centre: np.ndarray, size: float, players: np.ndarray, likeness: np.ndarray) -> None:
        """Remember how like the player, at `centre`, the others (N, 5) look at most; (N,) in usual responses."""
        centres = (players[:, :2] + players[:, 2:4]) / 2
        apart = np.linalg.norm(centres - centre, axis=1) > 0.7 * size
        self._alike = max(float(likeness[apart].max(initial=0.0)), self._alike * FORGET)

    def believes(self, likeness: float) -> bool:
        """Whether somebody this like the player is told apart from everybody else."""
        return likeness > max(LEAST_LIKE, self._alike + APART)

    def reach(self, seconds: float) -> float:
        """How far from the expected place, in sizes, the player can be after so long."""
        # Known to the ground and walking, or somewhere behind others and running.
        return 0.8 + 1.2 * seconds if self.out else 1.0 + 4.0 * seconds
