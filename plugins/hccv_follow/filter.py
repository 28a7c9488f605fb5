"""A discriminative correlation filter on deep features, learnt and updated online.

The idea follows Danelljan et al., "ECO" (CVPR 2017) and "DiMP" (Bhat et al., ICCV 2019): one
linear filter per feature channel, whose support is the player's box only (Galoogahi et al.,
"Background-aware correlation filters", ICCV 2017), fitted to a small memory of past frames
by steepest descent with an exact step. Convolutions go through the FFT.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from hccv_follow.net import GRID
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class FilterSettings:
    """How the filter is fitted."""

    memory: int = setting(22, "kept samples")
    ridge: float = setting(0.05, "penalty on the filter's energy; larger is smoother and weaker")
    target: float = setting(40.0, "weight of the player's place, beside 1 for the background")
    others: float = setting(20.0, "weight of the others' places")
    pick: float = setting(0.3, "share of the pick's samples among all")
    shown: float = setting(
        0.02, "label above which a place is the player's, where negative responses cost too"
    )


def bump(centre: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian of height 1 around `centre` (x, y in cells) on the (GRID, GRID) grid."""
    axis = np.arange(GRID, dtype=np.float32)
    gx = np.exp(-0.5 * ((axis - centre[0]) / sigma) ** 2)
    gy = np.exp(-0.5 * ((axis - centre[1]) / sigma) ** 2)
    return np.outer(gy, gx).astype(np.float32)


HALF = GRID // 2 + 1


def to_spectrum(maps: np.ndarray) -> np.ndarray:
    """(n, GRID, GRID) float32 -> (bins, n) complex64, one half of each spectrum (OpenCV beats numpy tenfold here)."""
    half = np.empty((len(maps), GRID, HALF, 2), np.float32)
    for i, one in enumerate(maps):
        half[i] = cv2.dft(one, flags=cv2.DFT_COMPLEX_OUTPUT)[:, :HALF]
    return np.ascontiguousarray(half.view(np.complex64).reshape(len(maps), -1).T)


def from_spectrum(spectra: np.ndarray) -> np.ndarray:
    """(bins, n) complex64 -> (n, GRID, GRID) float32."""
    n = spectra.shape[1]
    half = np.ascontiguousarray(spectra.T).view(np.float32).reshape(n, GRID, HALF, 2)
    full = np.zeros((GRID, GRID, 2), np.float32)
    maps = np.empty((n, GRID, GRID), np.float32)
    for i in range(n):
        full[:, :HALF] = half[i]
        maps[i] = cv2.dft(full, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return maps


class Filter:
    """Ridge-like classifier "is the player's centre here" for every cell of a crop.

    `support` is the filter's height and width in cells.
    """

    def __init__(self, channels: int, support: tuple[float, float], settings: FilterSettings) -> None:
        self._s = settings
        memory = settings.memory
        axis = np.minimum(np.arange(GRID), GRID - np.arange(GRID))
        self._mask = ((axis[:, None] <= support[0] / 2) & (axis[None] <= support[1] / 2)).astype(np.float32)
        self._memory = memory
        bins = GRID * (GRID // 2 + 1)
        self._spectra = np.zeros((bins, memory, channels), np.complex64)
        self._labels = np.zeros((memory, GRID, GRID), np.float32)
        self._weights = np.zeros((memory, GRID, GRID), np.float32)
        self._scores = np.zeros((memory, GRID, GRID), np.float32)  # the present kernel's responses
        self._share = np.zeros(memory, np.float32)
        self._pinned = 0
        self._filled = 0
        self._kernel = np.zeros((channels, GRID, GRID), np.float32)
        self._kernel_f = np.zeros((bins, channels), np.complex64)

    def respond(self, spectrum: np.ndarray) -> np.ndarray:
        """Response (GRID, GRID) of one crop's spectrum; about 1 at the player's centre, 0 elsewhere."""
        response: np.ndarray = from_spectrum(np.einsum("fc,fc->f", spectrum, self._kernel_f.conj())[:, None])[
            0
        ]
        return response

    def remember(
        self,
        spectrum: np.ndarray,
        centre: np.ndarray,
        sigma: float,
        others: Iterable[np.ndarray],
        rate: float,
        pinned: bool = False,
    ) -> None:
        """Keep a sample whose target is at `centre` (x, y cells); `others` (M, 2) are look-alikes' centres.

        Pinned samples (the anchor) are never dropped and keep a fixed share.
        """
        if pinned:
            slot = self._pinned
            self._pinned += 1
            self._filled = max(self._filled, self._pinned)
        elif self._filled < self._memory:
            slot = self._filled
            self._filled += 1
        else:
            slot = self._pinned + int(np.argmin(self._share[self._pinned :]))
        label = bump(centre, sigma)
        weight = 1 + self._s.target * label
        for other in others:
            weight += self._s.others * bump(other, 2 * sigma) * (1 - label)
        self._spectra[:, slot] = spectrum
        self._scores[slot] = self.respond(spectrum)
        self._labels[slot] = label
        self._weights[slot] = weight / weight.sum()
        if pinned:
            self._share[: self._pinned] = 1.0 / self._pinned
        else:
            free = self._share[self._pinned :]
            free *= 1 - rate
            self._share[slot] = rate if free.sum() > 1e-6 else 1.0
            free /= free.sum()

    def learn(self, steps: int) -> None:
        """Steepest descent on the memory; negative responses on the background cost nothing."""
        n = self._filled
        share = self._share[:n].copy()
        if n > self._pinned:
            share[: self._pinned] *= self._s.pick
            share[self._pinned :] *= 1 - self._s.pick
        spectra, labels = self._spectra[:, :n], self._labels[:n]
        weights = self._weights[:n] * share[:, None, None]
        scores = self._scores[:n]
        for _ in range(steps):
            residual = scores - labels
            active = (labels > self._s.shown) | (scores > 0)
            back = weights * residual * active
            back_f = to_spectrum(back)
            grad_f = np.matmul(back_f.conj()[:, None, :], spectra)[:, 0]
            grad = (from_spectrum(grad_f) + self._s.ridge * self._kernel) * self._mask
            step_f = to_spectrum(grad)
            move = self._forward(spectra, step_f)
            energy = float((grad**2).sum())
            curve = float((weights * active * move**2).sum()) + self._s.ridge * energy
            length = energy / max(curve, 1e-12)
            self._kernel -= length * grad
            self._kernel_f -= np.complex64(length) * step_f
            scores -= length * move

    @staticmethod
    def _forward(spectra: np.ndarray, kernel_f: np.ndarray) -> np.ndarray:
        return from_spectrum(np.matmul(spectra, kernel_f.conj()[:, :, None])[:, :, 0])


def peak(response: np.ndarray, at: np.ndarray, reach: int) -> tuple[float, np.ndarray]:
    """Largest response within `reach` cells of `at` (x, y) and its sub-cell place."""
    x, y = (round(v) for v in at)
    if not (2 <= x < GRID - 2 and 2 <= y < GRID - 2):
        return -1.0, at
    x0, y0 = max(x - reach, 1), max(y - reach, 1)
    window = response[y0 : min(y + reach, GRID - 2) + 1, x0 : min(x + reach, GRID - 2) + 1]
    dy, dx = np.unravel_index(int(np.argmax(window)), window.shape)
    x, y = x0 + int(dx), y0 + int(dy)
    place = []
    for before, here, after in (
        (response[y, x - 1], response[y, x], response[y, x + 1]),
        (response[y - 1, x], response[y, x], response[y + 1, x]),
    ):
        bend = before - 2 * here + after
        place.append(float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < -1e-6 else 0.0)
    return float(response[y, x]), np.array([x + place[0], y + place[1]])
