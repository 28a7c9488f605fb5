"""What the bundled indicators share: their options, how big they are and where they go."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hccv_indicators._shapes import Color, Stamp, quantised
from highlight_cuts_cv.api import BadInputError, DrawJob, Option, Options, Placement, Sprite, SpriteTrack

YELLOW = "#ffd60a"
_PICTURE_MARGIN = 2.0

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


def common_options(color: str = YELLOW, opacity: float = 1.0) -> tuple[Option, ...]:
    return (
        Option(name="color", kind=str, default=color, summary="#rrggbb or a colour's name"),
        Option(name="size", kind=float, default=1.0, summary="times the usual size", minimum=0.25, maximum=5),
        Option(name="opacity", kind=float, default=opacity, summary="0 to 1", minimum=0.0, maximum=1.0),
    )


def parse_color(value: object) -> Color:
    """Red, green and blue of ``#rrggbb`` or an HTML colour name.  Raises BadInputError."""
    text = str(value)
    if re.fullmatch("#[0-9a-fA-F]{6}", text):  # needs no library, which takes a while to load
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(text)[:3]
    except ValueError:
        raise BadInputError(f"'{value}' is no colour; give #rrggbb or a name such as yellow.") from None
    return red, green, blue


def number(options: Options, name: str) -> float:
    return float(options[name])


class Mark:
    """What every indicator knows from the common options."""

    def __init__(self, options: Options) -> None:
        self._color = parse_color(options["color"])
        self._size = number(options, "size")
        self._opacity = number(options, "opacity")


def mark_sizes(job: DrawJob) -> NDArray[np.float64]:
    """(F,) pixels: how big a small mark is in each frame.

    It grows more slowly than the player, so that it stays visible on a far one and does not become
    a billboard on a near one.
    """
    picture = min(job.clip.width, job.clip.height)
    return np.maximum(0.011 * picture, 0.007 * picture + 0.05 * job.heights.astype(np.float64))


def pixel_aspect(job: DrawJob) -> float:
    return float(job.clip.media.sample_aspect_ratio)


def shown(job: DrawJob) -> Iterator[tuple[int, tuple[float, float, float, float], float]]:
    """(frame index, box, opacity) of each frame in which the marker shows."""
    for index in np.flatnonzero(job.opacity > 0):
        x1, y1, x2, y2 = (float(value) for value in job.xyxy[index])
        yield int(index), (x1, y1, x2, y2), float(job.opacity[index])


class Memo(dict[Key, Made]):
    """Remembers what *make* made for each key."""

    def __init__(self, make: Callable[[Key], Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> Made:
        made = self[key] = self._make(key)
        return made


def above_head(
    job: DrawJob,
    sizes: NDArray[np.float64],
    gaps: NDArray[np.float64],
    make: Callable[[float], Stamp],
    opacity: float,
) -> SpriteTrack:
    """Put stamps over the player's head, *gaps* pixels above it, but always inside the picture.

    ``make`` is given a size and draws the stamp whose point is its lowest in the middle.
    """
    stamps = Memo(make)
    width, height = job.clip.width, job.clip.height
    placements = []
    for index, (x1, y1, x2, _), fade in shown(job):
        stamp = stamps[quantised(float(sizes[index]))]
        x = _within((x1 + x2) / 2, stamp.side + _PICTURE_MARGIN, width - stamp.side - _PICTURE_MARGIN)
        y = _within(y1 - float(gaps[index]), stamp.up + _PICTURE_MARGIN, height - _PICTURE_MARGIN)
        placements.append(_placed(index, stamp.sprite, x - stamp.x, y - stamp.y, fade * opacity))
    return SpriteTrack(tuple(placements))


def centered(
    job: DrawJob,
    sizes: NDArray[np.float64],
    make: Callable[[float], Sprite],
    middle: Callable[[int, tuple[float, float, float, float]], tuple[float, float]],
    opacity: float,
) -> SpriteTrack:
    """Put the middle of sprites, drawn by *make* for a size, where *middle* says for a frame's box."""
    sprites = Memo(make)
    placements = []
    for index, box, fade in shown(job):
        sprite = sprites[quantised(float(sizes[index]))]
        x, y = middle(index, box)
        rows, columns = sprite.rgba.shape[:2]
        placements.append(_placed(index, sprite, x - columns / 2, y - rows / 2, fade * opacity))
    return SpriteTrack(tuple(placements))


def _placed(index: int, sprite: Sprite, x: float, y: float, opacity: float) -> Placement:
    return Placement(frame_index=index, sprite=sprite, x=x, y=y, opacity=opacity)


def _within(value: float, low: float, high: float) -> float:
    return max(min(value, high), low)
