"""The indicators' own sprites and places as JSON, for the page to draw what a film will show."""

from __future__ import annotations

import base64
import json
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Freeze
from highlight_cuts_cv.model import ClipInfo, Sprite, SpriteTrack


def marker_data(
    sprites: SpriteTrack,
    clip: ClipInfo,
    shown: NDArray[np.int64],
    freeze: Freeze | None = None,
    told_of: tuple[int, int] | None = None,
) -> bytes:
    """What is drawn in each of the *shown* frames, as UTF-8 JSON.

    ``width`` and ``height`` are the clip's; ``sprites`` are PNG files in base64; ``frames`` has, for each shown
    frame, a list of ``[sprite, x, y, opacity]``, in the order in which they are drawn; ``shades`` has,
    where a shown frame is dimmed, ``[x, y, half width, half height, strength, softness]``, else ``null``.
    ``hold`` is ``[shown frame, seconds]`` where a picture stands still before it plays on, ``null`` where none does;
    ``told_of`` is ``[first, stop]``, the shown frames that are told of by now, ``null`` for all; *told_of* has the clip's.
    Pixels of the clip, sprites' top left corners.
    """
    numbers: dict[int, int] = {}
    pictures: list[str] = []
    by_frame = sprites.by_frame()
    frames: list[list[list[float]]] = []
    for frame in shown.tolist():
        placed: list[list[float]] = []
        for placement in by_frame.get(frame, ()):
            key = id(placement.sprite)
            if key not in numbers:
                numbers[key] = len(pictures)
                pictures.append(_png(placement.sprite))
            place = [round(placement.x, 3), round(placement.y, 3), round(min(placement.opacity, 1.0), 4)]
            placed.append([numbers[key], *place])
        frames.append(placed)
    dimmed = {shade.frame_index: shade for shade in sprites.shades}
    shades: list[Any] = [
        None
        if (shade := dimmed.get(frame)) is None
        else [shade.x, shade.y, shade.half_width, shade.half_height, shade.strength, shade.softness]
        for frame in shown.tolist()
    ]
    whole = {
        "width": clip.width,
        "height": clip.height,
        "sprites": pictures,
        "frames": frames,
        "shades": shades if any(shades) else None,
        "hold": None if freeze is None else _hold(freeze, shown),
        "told_of": None if told_of is None else np.searchsorted(shown, told_of).tolist(),
    }
    return json.dumps(whole, separators=(",", ":")).encode()


def _hold(freeze: Freeze, shown: NDArray[np.int64]) -> list[float]:
    return [int(np.abs(shown - freeze.frame_index).argmin()), round(float(freeze.duration), 6)]


def _png(sprite: Sprite) -> str:
    _, data = cv2.imencode(
        ".png", cv2.cvtColor(sprite.rgba, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 1]
    )
    return base64.b64encode(data.tobytes()).decode("ascii")
