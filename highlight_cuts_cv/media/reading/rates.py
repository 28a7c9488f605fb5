"""The frame rate that time stamps tell: the exact one of even stamps, the nominal one of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

STANDARD_RATES = tuple(
    sorted(
        Fraction(*pair)
        for pair in (
            (8, 1), (10, 1), (12, 1), (15, 1), (20, 1), (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1),
            (48, 1), (50, 1), (60000, 1001), (60, 1), (72, 1), (90, 1), (100, 1), (120000, 1001), (120, 1),
            (144, 1), (240000, 1001), (240, 1),
        )
    )
)  # fmt: skip
_ONE_TICK = 1.01
"""Stamps rounded to ticks lie within one tick of each other's even places."""
_JITTER = Fraction(2, 1000)
"""Seconds; as much again where stamps were once whole milliseconds (MKV, FLV) and then copied."""
_PART_OF_FRAME = 0.6
_EXPLAINED = 0.2
"""Of a frame: the mean distance of the steps from whole frames up to which a rate explains them."""
_NEIGHBOUR = Fraction(13, 10)
"""Rates up to so many times the lowest that explains the steps may explain them better."""
_AS_GOOD = 1.25
_DRIFT = 0.5
"""Of a frame, over the whole file; below that a rate in whole frames is as likely as an NTSC one."""
_TELLING = 4
"""Steps needed to tell what rate they are of."""


def frame_rate(
    pts: NDArray[np.int64], end_pts: int, time_base: Fraction, declared: Sequence[Fraction]
) -> tuple[Fraction, bool]:
    """The rate of frames shown at *pts* (N,) and until *end_pts*, and whether they stray from it.

    Containers round times to ticks and state averages, so a *declared* rate counts where it puts every
    frame in its place.  Even stamps give their rate exactly; jitter below a millisecond is none.  Where
    the rate varies, this is the nominal one: that of the recorder's clock, of which frames are missing.
    """
    average = len(pts) / ((end_pts - int(pts[0])) * time_base)
    if len(pts) == 1:
        return (declared[0] if declared else average), False
    relative = (pts - pts[0]).astype(np.float64)
    fitted = _fitted(relative, time_base)
    near = sorted(STANDARD_RATES, key=lambda rate: abs(rate - fitted))[:2]
    usual = [rate for rate in near if rate in declared]
    agreed = [declared[0]] if len(set(declared)) == 1 else []
    steps = np.diff(pts)
    exact = [1 / (int(steps[0]) * time_base)] if (steps == steps[0]).all() else []
    # A rate that nothing but the stamps tells is the simplest one that they fit.
    simplest = [fitted.limit_denominator(most) for most in (1, 2, 10, 100, 1001, 100_000)]
    said = [rate for rate in exact if rate in declared]
    for rate in (*said, *usual, *agreed, *exact, *near, *declared, *simplest):
        if _spread(relative, rate, time_base) <= min(_ONE_TICK, _tolerable(rate, time_base)):
            return rate, False
    slack = max(2 * _ONE_TICK, float(_JITTER / time_base) + _ONE_TICK)
    for rate in (*usual, *sorted(near, key=lambda rate: rate.denominator), *agreed, *declared):
        if _spread(relative, rate, time_base) <= min(slack, _tolerable(rate, time_base)):
            return rate, False
    return _nominal(steps * float(time_base), declared, average), True


def _tolerable(rate: Fraction, time_base: Fraction) -> float:
    """The ticks by which frames at *rate* may stray: where a tick is as long as a frame (AVI), one that is missing
    is no jitter."""
    frame = float(1 / (rate * time_base)) if rate > 0 else 0.0
    return _PART_OF_FRAME * frame if frame < 2 else float("inf")


def _fitted(relative: NDArray[np.float64], time_base: Fraction) -> Fraction:
    """The rate of the straight line nearest to the times."""
    numbers = np.arange(len(relative)) - (len(relative) - 1) / 2
    slope = float(numbers @ (relative - relative.mean()) / (numbers @ numbers))
    return 1 / (Fraction(slope) * time_base)


def _spread(relative: NDArray[np.float64], rate: Fraction, time_base: Fraction) -> float:
    """How far apart, in ticks, the frames' distances from even places at *rate* lie."""
    if rate <= 0:
        return float("inf")
    return float(np.ptp(relative - np.arange(len(relative)) * float(1 / (rate * time_base))))


def _nominal(steps: NDArray[np.float64], declared: Iterable[Fraction], average: Fraction) -> Fraction:
    """The lowest rate of whose frames all *steps*, in seconds, are about whole numbers."""
    median = Fraction(float(np.median(steps)))
    usual = min(STANDARD_RATES, key=lambda rate: abs(rate * median - 1))
    if len(steps) < _TELLING:
        return usual
    own = sorted({rate for rate in declared if STANDARD_RATES[0] <= rate <= STANDARD_RATES[-1]})
    for rates in (STANDARD_RATES, own):
        misfits = {rate: _misfit(steps, rate) for rate in rates}
        lowest = next((rate for rate in rates if misfits[rate][0] <= _EXPLAINED), None)
        if lowest is None:
            continue
        alike = [rate for rate in rates if lowest <= rate <= lowest * _NEIGHBOUR]
        best = min(misfits[rate][0] for rate in alike)
        # What tells 30 from 30000/1001, or 50 from 48 under jitter, is not single steps but their sum.
        good = [rate for rate in alike if misfits[rate][0] <= _AS_GOOD * best]
        stated = [rate for rate in good if own == [rate]]
        return min(
            stated or good, key=lambda rate: (misfits[rate][1] > _DRIFT, rate.denominator, misfits[rate][1])
        )
    return usual if abs(usual * median - 1) < Fraction(1, 10) else average.limit_denominator(1001)


def _misfit(steps: NDArray[np.float64], rate: Fraction) -> tuple[float, float]:
    """The mean distance of *steps* from whole frames (one at least), in frames, and that of their sum."""
    lengths = steps * float(rate)
    off = lengths - np.maximum(1, np.round(lengths))
    return float(np.abs(off).mean()), abs(float(off.sum()))
