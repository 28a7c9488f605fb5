"""Sprites that fade where a clip fades into another."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from highlight_cuts_cv.model import SpriteTrack


def faded(sprites: SpriteTrack, per_frame: Fraction, count: int, fades: tuple[int, int]) -> SpriteTrack:
    """*sprites* that come in over the first ``fades[0]`` and go over the last ``fades[1]`` of a film's
    *count* frames, each of which is *per_frame* frames of the clip."""
    lead, trail = fades

    def share(index: int) -> float:
        place = float(index / per_frame) + 0.5
        coming = place / lead if lead else 1.0
        going = (count - place) / trail if trail else 1.0
        return min(max(min(coming, going), 0.0), 1.0)

    placements = [replace(p, opacity=p.opacity * share(p.frame_index)) for p in sprites.placements]
    shades = [replace(s, strength=s.strength * share(s.frame_index)) for s in sprites.shades]
    return SpriteTrack(placements, shades)
