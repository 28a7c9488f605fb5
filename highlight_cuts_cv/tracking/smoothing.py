"""Averages over time that do not lag."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TRUST = 2.0
"""Half width of a confidence interval, in standard deviations."""


def gaussian(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Smooth each column of (F, C) over the frames, *sigma* in frames.

    Both ends are continued by their own mirror image through the end point, which leaves the end
    points and steady motion where they are.
    """
    reach = min(int(np.ceil(3 * sigma)), len(values) - 1)
    if reach < 1:
        return values
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    before = 2 * values[0] - values[reach:0:-1]
    after = 2 * values[-1] - values[-2 : -reach - 2 : -1]
    padded = np.concatenate((before, values, after))
    return np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)


def adaptive(
    values: NDArray[np.float64], noise: NDArray[np.float64], sigmas: Sequence[float], alike: float = 1.0
) -> NDArray[np.float64]:
    """Smooth (F, C) as much as its own motion allows, frame by frame.

    A point that stands is averaged over the widest window, one that turns on the spot over none.
    *sigmas* are the windows tried, in frames, rising; *noise*, (F, 1), is the values' standard deviation;
    *alike* says how many neighbouring frames err together.  A single frame far off its neighbours
    is left out.  How wide the window may be is decided by the rule of intersecting confidence
    intervals (Goldenshluger and Nemirovski, 1997; Katkovnik, IEEE Trans. Signal Processing 47(9),
    1999): windows grow as long as what they say is within the noise of what every smaller one said.
    """
    values = _without_spikes(values)
    smoothed = np.stack([gaussian(values, sigma) for sigma in sigmas])
    low, high = np.full_like(values, -np.inf), np.full_like(values, np.inf)
    widest = np.zeros(len(values))
    fits = np.ones(len(values), bool)
    for number, (value, sigma) in enumerate(zip(smoothed, sigmas, strict=True)):
        averaged = max(1.0, 2 * np.sqrt(np.pi) * sigma / alike)
        reach = TRUST * noise / np.sqrt(averaged)
        low, high = np.maximum(low, value - reach), np.minimum(high, value + reach)
        fits &= (low <= high).all(axis=1)
        widest[fits] = number
    # a change of window must not show as a step
    widest = np.clip(gaussian(widest[:, None], min(filter(None, sigmas)))[:, 0], 0, widest)
    lower = np.minimum(widest.astype(int), len(sigmas) - 2)
    share = (widest - lower)[:, None]
    frames = np.arange(len(values))
    return np.asarray((1 - share) * smoothed[lower, frames] + share * smoothed[lower + 1, frames])


def _without_spikes(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each value of (F, C) and its two neighbours."""
    if len(values) < 3:
        return values
    inner = np.median(np.stack([values[:-2], values[1:-1], values[2:]]), axis=0)
    return np.concatenate([values[:1], inner, values[-1:]])
