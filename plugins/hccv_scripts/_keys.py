"""Where a clip's marker is, as the few keyframes that an editor needs: middle, size and opacity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from highlight_cuts_cv.api import BadInputError, ExportJob, Placement, keyframes, main_color, require_sprites


class Marker(NamedTuple):
    """The marker in one frame: its middle, in display pixels from the top left, its size there, and its
    opacity from 0 to 1."""

    x: float
    y: float
    width: float
    height: float
    opacity: float


class Keys(NamedTuple):
    """A value over the frames: the frames that matter, each with its value; straight lines lie between."""

    frames: tuple[int, ...]
    values: tuple[float, ...]

    def items(self) -> list[tuple[int, float]]:
        return list(zip(self.frames, self.values, strict=True))

    def at(self, frame: int) -> float:
        """The value at *frame*, on those lines."""
        return float(np.interp(frame, self.frames, self.values))


def markers(job: ExportJob, what: str) -> list[Marker]:
    """The marker in each frame of the clip.  Where it is hidden it waits, unseen, where it was or will be.

    Raises BadInputError when it is shown nowhere, or is none that a picture of its own can stand for.
    """
    require_sprites(job.sprites, what)
    shown = {index: _around(placed) for index, placed in job.sprites.by_frame().items() if placed}
    if not shown:
        raise BadInputError("The player is shown nowhere in these frames, so there is no marker to write.")
    last = shown[min(shown)]._replace(opacity=0.0)
    result = []
    for index in range(job.clip.frame_count):
        marker = shown.get(index, last)
        result.append(marker)
        last = marker._replace(opacity=0.0)
    return result


def color(job: ExportJob) -> tuple[float, float, float]:
    """What colour the marker mostly has: red, green and blue, 0 to 1."""
    return main_color([placed.sprite.rgba for placed in next(iter(job.sprites.by_frame().values()))])


def _around(placed: Sequence[Placement]) -> Marker:
    heights = [(each.y, each.y + each.sprite.rgba.shape[0]) for each in placed]
    widths = [(each.x, each.x + each.sprite.rgba.shape[1]) for each in placed]
    left, right = min(a for a, _ in widths), max(b for _, b in widths)
    top, bottom = min(a for a, _ in heights), max(b for _, b in heights)
    opacity = max(each.opacity for each in placed)
    return Marker((left + right) / 2, (top + bottom) / 2, right - left, bottom - top, opacity)


def number(value: float, places: int) -> str:
    """A value as text with at most so many decimal *places*, never ``-0``."""
    return f"{round(value, places) + 0.0:.{places}f}".rstrip("0").rstrip(".")


def thinned(values: Sequence[float], slack: float) -> Keys:
    """The keyframes from which straight lines stay within *slack* of *values*, one for each frame."""
    kept = keyframes(values, slack).tolist()
    return Keys(tuple(kept), tuple(float(values[at]) for at in kept))
