"""How somebody looks, as numbers: the colours from head to feet, and the colours worn above, in the middle and below."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from highlight_cuts_cv.model import ByteArray, FloatArray

STRIPES = 5
_WIDE = 0.8
"""Share of the box's width that is looked at: what is beside the body is ground."""
_PARTS = ((0.15, 0.5), (0.5, 0.75), (0.75, 1.0))
"""Shirt, shorts and legs, as shares of the height."""
_BINS, _RANGES = (6, 8, 8), ((0.0, 256.0), (64.0, 192.0), (64.0, 192.0))
"""Of lightness, green to red and blue to yellow; the ranges hold all colours that cloth has."""

STRIPE_VALUES = STRIPES * 6
LENGTH = STRIPE_VALUES + len(_PARTS) * int(np.prod(_BINS))


def look_of(picture: ByteArray) -> FloatArray:
    """(LENGTH,) float32 of a person who fills the (h, w, 3) uint8 BGR *picture*.

    For each of five stripes mean and deviation of CIELAB's three values, then the square roots of three
    histograms of them, which makes their Euclidean distance Hellinger's.
    """
    high, wide = picture.shape[:2]
    margin = int((1 - _WIDE) / 2 * wide)
    lab = cv2.cvtColor(picture[:, margin : max(margin + 1, wide - margin)], cv2.COLOR_BGR2LAB)
    values: list[FloatArray] = []
    for top, bottom in itertools.pairwise(np.linspace(0, high, STRIPES + 1).astype(int)):
        stripe = lab[min(top, high - 1) : max(bottom, top + 1)].reshape(-1, 3).astype(np.float32)
        values += [stripe.mean(axis=0), stripe.std(axis=0)]
    for first, last in _PARTS:
        part = lab[int(first * high) : max(int(first * high) + 1, int(last * high))]
        counts = cv2.calcHist(
            [part], [0, 1, 2], None, [*_BINS], [value for pair in _RANGES for value in pair]
        )
        values.append(np.sqrt(counts.reshape(-1) / part[..., 0].size))
    return np.concatenate(values).astype(np.float32)
