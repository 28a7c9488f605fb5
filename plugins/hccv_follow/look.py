"""The appearance model's input: the network's own maps, reduced, and colour."""

from __future__ import annotations

import cv2
import numpy as np

from hccv_follow.net import GRID


class Look:
    """Turns a crop's maps into the filter's input: principal components of both stages, and colour.

    Components and scales are those of the anchor frame.
    """

    def __init__(self, fine: np.ndarray, coarse: np.ndarray, keep: int = 12) -> None:
        self._bases = [self._components(fine, keep + 4), self._components(coarse, keep)]
        self._spread: np.ndarray | None = None
        edge = np.minimum(np.arange(GRID), np.arange(GRID)[::-1])
        ramp = np.clip((edge + 0.5) / 5, 0, 1).astype(np.float32)
        self._taper = np.outer(ramp, ramp)

    @staticmethod
    def _components(maps: np.ndarray, keep: int) -> tuple[np.ndarray, np.ndarray]:
        flat = maps.reshape(len(maps), -1)
        mean, spread = flat.mean(1), flat.std(1) + 1e-3
        values, vectors = np.linalg.eigh(np.cov(flat / spread[:, None]))
        # half-way whitening: weak components still count
        basis = vectors[:, -keep:] / np.maximum(values[-keep:], 1e-3) ** 0.15
        return mean, np.ascontiguousarray((basis / spread[:, None]).T).astype(np.float32)

    def __call__(self, crop: np.ndarray, fine: np.ndarray, coarse: np.ndarray) -> np.ndarray:
        """(CROP, CROP, 3), (32, GRID, GRID), (64, GRID / 2, GRID / 2) -> (C, GRID, GRID) float32."""
        parts = []
        for (mean, basis), maps in zip(self._bases, (fine, coarse), strict=True):
            # not "@": OpenBLAS would wake threads that then spin for 20 ms and starve the decoder
            flat = np.einsum("kc,cn->kn", basis, maps.reshape(len(maps), -1) - mean[:, None])
            parts.append(flat.reshape(-1, *maps.shape[1:]))
        parts[1] = parts[1].repeat(2, 1).repeat(2, 2)
        lab = cv2.cvtColor(cv2.resize(crop, (GRID, GRID), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2LAB)
        colour = lab.transpose(2, 0, 1).astype(np.float32) - 128
        if self._spread is None:
            self._spread = np.concatenate(
                [np.full(len(part), np.sqrt((part**2).mean())) for part in parts]
                + [0.7 * np.maximum(colour.std((1, 2)), 2.5)]
            )[:, None, None].astype(np.float32)
        return np.asarray(np.concatenate([*parts, colour]) * (self._taper / self._spread))
