"""What indicators draw: small pictures and where they go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from highlight_cuts_cv.model.arrays import ByteArray, read_only


@dataclass(frozen=True, slots=True)
class Sprite:
    """A small picture to blend: ``rgba`` (h, w, 4) uint8, straight alpha, display orientation."""

    rgba: ByteArray

    def __post_init__(self) -> None:
        if self.rgba.ndim != 3 or self.rgba.shape[2] != 4 or self.rgba.dtype != np.uint8:
            raise ValueError(f"rgba must be (h, w, 4) uint8, got {self.rgba.shape} {self.rgba.dtype}")
        read_only(self.rgba)


@dataclass(frozen=True, slots=True)
class Placement:
    """A sprite in a frame: ``x``, ``y`` is where its top-left corner goes, in sub-pixel display
    pixels; ``opacity`` from 0 to 1 multiplies its alpha."""

    frame_index: int
    sprite: Sprite
    x: float
    y: float
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Shade:
    """A frame dimmed outside an ellipse: cheap however large the picture is.

    ``x``, ``y`` is the middle and ``half_width``, ``half_height`` the half axes in display pixels
    of the ellipse, half-way down its soft edge, which is ``softness`` (0 to 1) of the half axes wide
    to either side.  Outside, ``strength`` (0 to 1) of the light is gone.
    """

    frame_index: int
    x: float
    y: float
    half_width: float
    half_height: float
    strength: float = 0.5
    softness: float = 0.25


@dataclass(frozen=True, slots=True)
class SpriteTrack:
    """All placements of a clip, sorted by frame; a frame may have none or several (drawn in order).

    ``shades`` has at most one per frame, under the sprites.
    """

    placements: Sequence[Placement] = field(default_factory=tuple)
    shades: Sequence[Shade] = field(default_factory=tuple)

    def by_frame(self) -> dict[int, list[Placement]]:
        frames: dict[int, list[Placement]] = {}
        for placement in self.placements:
            frames.setdefault(placement.frame_index, []).append(placement)
        return frames


def merged_sprites(tracks: Sequence[SpriteTrack]) -> SpriteTrack:
    """All sprites of several tracks over one clip: in each frame, those of the first track are drawn first.

    A frame can be dimmed once only, so of several shades the first track's stays.
    """
    if len(tracks) == 1:
        return tracks[0]
    placements = [placement for track in tracks for placement in track.placements]
    shades: dict[int, Shade] = {}
    for track in tracks:
        for shade in track.shades:
            shades.setdefault(shade.frame_index, shade)
    return SpriteTrack(
        tuple(sorted(placements, key=lambda placement: placement.frame_index)),
        tuple(shades[frame] for frame in sorted(shades)),
    )
