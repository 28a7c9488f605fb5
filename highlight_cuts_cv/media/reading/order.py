"""Files in which a time stamp does not say where a packet is: their packets are counted instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLOCK_FALLS = Fraction(1, 2)
"""Seconds by which stamps fall, other than before a keyframe, only where a clock starts again."""

CLOCK_LEAPS = Fraction(3600)
"""Seconds by which the stamps of a broadcast stream rise only where another recording's clock begins; less is a pause."""


@dataclass(frozen=True, slots=True)
class PacketOrder:
    """Where the frames of a stream are that cannot be sought by their time.

    Clocks start again where recordings were joined as bytes, and edit lists show pieces of a file in
    another order than that of their stamps.  Packets are counted in decode order from 0: ``frames`` (N,)
    are those of the frames, ``keys`` (K,), rising, those that decoding can start at, and ``key_pts`` (K,)
    their times.  From packet ``starts[i]`` on, ``shifts[i]`` ticks are to be added to the file's stamps.
    Where the file has no stamps, ``stamps`` (P,) int64 are those to give to its packets, all of which are
    counted; otherwise only packets with stamps are.
    """

    frames: NDArray[np.int64]
    keys: NDArray[np.int64]
    key_pts: NDArray[np.int64]
    starts: tuple[int, ...] = (0,)
    shifts: tuple[int, ...] = (0,)
    stamps: NDArray[np.int64] | None = None

    def key_before(self, number: int, pts: int) -> int:
        """The packet to start decoding at to get frame *number*, shown at *pts*."""
        usable = self.keys[(self.keys <= self.frames[number]) & (self.key_pts <= pts)]
        return int(usable[-1]) if len(usable) else 0

    def on_clock(self, packets: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        """All *packets* of a file read from its beginning, their stamps set right, with the count before each."""
        count = 0
        for packet in packets:
            counts = packet.size > 0
            if self.stamps is None:
                counts = packet.pts is not None or packet.dts is not None
                if counts and (shift := self._shift(count)):
                    packet.pts = None if packet.pts is None else packet.pts + shift
                    packet.dts = None if packet.dts is None else packet.dts + shift
            elif counts and count < len(self.stamps):
                packet.pts = packet.dts = int(self.stamps[count])
            yield count, packet
            count += counts

    def _shift(self, packet: int) -> int:
        return self.shifts[int(np.searchsorted(self.starts, packet, "right")) - 1]


def clock_starts(
    dts: NDArray[np.int64], key: NDArray[np.bool_], least: int, leap: int | None = None
) -> list[int]:
    """The packets, in decode order, at which the clock starts again, the first one among them.

    That is where it falls by *least* ticks, or at all before a keyframe, or rises by *leap* ticks.
    """
    fall = dts[:-1] - dts[1:]
    again = (fall >= least) | ((fall > 0) & key[1:])
    if leap is not None:
        again |= fall <= -leap
    return [0, *(np.flatnonzero(again) + 1).tolist()]


def continued(
    pts: NDArray[np.int64], hidden: NDArray[np.bool_], starts: list[int], length: int
) -> tuple[int, ...]:
    """The ticks to add to the stamps from each of *starts* on so that each run follows the one before.

    *length* is a frame's, in ticks.
    """
    shifts: list[int] = []
    free = None
    for start, stop in zip(starts, [*starts[1:], len(pts)], strict=True):
        run = pts[start:stop][~hidden[start:stop]]
        if not len(run):
            shifts.append(shifts[-1] if shifts else 0)
            continue
        shifts.append(0 if free is None else free - int(run.min()))
        free = int(run.max()) + shifts[-1] + length
    return tuple(shifts)


def on_one_clock(packets: Iterable[Any], order: PacketOrder, time_base: Fraction) -> Iterator[Any]:
    """Packets of sound, their stamps moved as *order*, in ticks of *time_base*, moves those of the pictures.

    Where a run's sound is longer than its pictures, the next run's begins later.
    """
    last: dict[int, int] = {}
    runs: dict[int, int] = {}
    ends: dict[int, int] = {}
    for packet in packets:
        if packet.pts is None:
            yield packet
            continue
        index = packet.stream.index
        run = runs.setdefault(index, 0)
        rise = packet.pts - last.get(index, packet.pts)
        if -rise > (packet.duration or 0) // 2 or rise * packet.time_base >= CLOCK_LEAPS:
            run = runs[index] = min(run + 1, len(order.shifts) - 1)
        last[index] = packet.pts
        shift = round(order.shifts[run] * time_base / packet.time_base)
        packet.pts += shift
        packet.dts = packet.pts if packet.dts is None else packet.dts + shift
        if packet.pts < ends.get(index, packet.pts):
            continue
        # Half a packet is forgiven: stamps are rounded.
        ends[index] = packet.pts + (packet.duration or 0) // 2
        yield packet
