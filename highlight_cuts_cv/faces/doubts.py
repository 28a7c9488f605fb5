"""What is said about the stretches in which a followed player is lost or in doubt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media import frame_times
from highlight_cuts_cv.model import ClipInfo, Doubt, Track
from highlight_cuts_cv.tracking.doubts import settling_picks

MOST = 6
"""Stretches told one by one at most, the longest."""
SHORT = 0.5
"""Seconds: of shorter stretches only their number is told."""


def doubts_told(
    track: Track, clip: ClipInfo, first_frame: int = 0, first_time: float = 0.0, whose: str = ""
) -> Iterator[str]:
    """A sentence for each stretch in which the player of *clip* is lost or in doubt, with the picks that settle it.

    Frames and seconds are told from *first_frame* and *first_time*, those of the clip's beginning; *whose* is what
    stands before a pick (``CLIP=``, ``PLAYER@CLIP=``).
    """
    if not track.doubts:
        return
    times = first_time + np.append(frame_times(clip), float(clip.frame_count / clip.rate))
    times[-1] = max(times[-2:])
    longest = sorted(track.doubts, key=lambda doubt: times[doubt.start] - times[doubt.stop])[:MOST]
    told = [
        doubt
        for doubt in track.doubts
        if doubt in longest and times[doubt.stop] - times[doubt.start] >= SHORT
    ]
    for doubt in told:
        yield _told(doubt, track, times, first_frame, whose)
    if rest := len(track.doubts) - len(told):
        yield f"{rest} short{'er' if told else ''} stretch{'es are' if rest > 1 else ' is'} lost or in doubt{', too' if told else ''}."


def _told(doubt: Doubt, track: Track, times: NDArray[np.float64], first_frame: int, whose: str) -> str:
    shown = track.shows(doubt)
    start, stop = doubt.start, doubt.stop
    if stop == len(track):
        when = f"from {times[start]:.1f} s on (frame {first_frame + start})"
    else:
        frames = f"frames {first_frame + start} to {first_frame + stop - 1}"
        when = f"{times[start]:.1f} to {times[stop]:.1f} s ({frames})"
    said = f"{'In doubt' if shown else 'Lost'} {when}: {doubt.why}"
    picks = [f"--pick {whose}{pick}" for pick in settling_picks(doubt, first_frame)]
    if not picks:
        return f"{said}."
    if shown:
        picks[0] += " (who is marked)"
    return f"{said}; {' or '.join(picks)} decides."
