"""numbers: read windows over the chest or back in every sighting, count what several of them say."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hccv_numbers.deciding import probabilities
from hccv_numbers.network import DigitNet, Read
from highlight_cuts_cv.api import CancelledError, IdentifyJob, Identity, Sighting

# Where numbers are, as shares of the box: a window over nothing but the number is read best, and how high a number
# stands and how large it is differs from kit to kit.
_TOPS, _HEIGHTS = (0.16, 0.22, 0.28, 0.34), (0.16, 0.24)
_WIDE, _NARROW = (0.15, 0.85), (0.27, 0.73)
"""Narrow windows have less beside the number and read half as many again, but miss who is turned: they are for second looks."""

_LOWEST = 8
"""Pixels; nothing can be read in a lower window."""
_HEARD, _SURE = 0.5, 0.85
"""A window's reading counts from this probability on, and one of those that agree must reach that."""
_SUSPECTED = 0.3
"""From this probability of a reading on, a picture is worth a second look."""
_AGREEING = 2
"""How many windows of one picture must read the same."""
_TOLD = 0.5
"""The probability from which on a number is told."""


class ShirtNumbers:
    """Tells the number on somebody's shirt.  See :class:`highlight_cuts_cv.api.Identifier`."""

    def __init__(self) -> None:
        self._net = DigitNet()

    def identify(self, job: IdentifyJob) -> Sequence[Identity]:
        """The numbers that the person may wear; nothing where too few pictures agree."""
        reads: dict[int, str] = {}
        for place, sighting in enumerate(job.sightings):
            if job.cancelled():
                raise CancelledError("The reading of numbers was stopped.")
            read = self._read(sighting)
            if read is not None:
                reads[place] = read
            job.progress(place + 1, len(job.sightings))
        found = probabilities(list(reads.values()))
        return [
            Identity(number, probability, tuple(place for place, read in reads.items() if read == number))
            for number, probability in sorted(found.items(), key=lambda one: -one[1])
            if probability >= _TOLD
        ]

    def _read(self, sighting: Sighting) -> str | None:
        """The digits in one picture.  Most show none, and those are looked at once."""
        windows = _windows(sighting, _WIDE)
        reads = self._net.read(windows) if windows else []
        said = _agreed(reads)
        if said is None and any(map(_suspected, reads)):
            narrow = _windows(sighting, _NARROW)
            said = _agreed([*reads, *self._net.read(narrow)]) if narrow else None
        return said

    def close(self) -> None:
        """Free the inference request; the network itself stays for the next one."""
        del self._net


def _windows(sighting: Sighting, sides: tuple[float, float]) -> list[NDArray[np.uint8]]:
    box, picture = sighting.box, sighting.picture
    high, wide = picture.shape[:2]
    left, right = (int(np.clip(box.x1 + share * box.width, 0, wide)) for share in sides)
    windows = []
    for top, height in itertools.product(_TOPS, _HEIGHTS):
        first, last = (int(np.clip(box.y1 + share * box.height, 0, high)) for share in (top, top + height))
        if last - first >= _LOWEST and right - left >= _LOWEST:
            windows.append(picture[first:last, left:right])
    return windows


def _suspected(read: Read | None) -> bool:
    return read is not None and len(read.text) <= 2 and read.probability > _SUSPECTED


def _agreed(reads: Sequence[Read | None]) -> str | None:
    """What a picture says: the digits, one or two, that its windows agree on most; ``None`` if none do surely."""
    votes: dict[str, list[float]] = defaultdict(list)
    for read in reads:
        if read is not None and len(read.text) <= 2 and read.probability > _HEARD:
            votes[read.text].append(read.probability)
    sure = {text: sum(said) for text, said in votes.items() if len(said) >= _AGREEING and max(said) > _SURE}
    return max(sure, key=lambda text: sure[text]) if sure else None
