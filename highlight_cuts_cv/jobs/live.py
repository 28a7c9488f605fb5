"""Markers without a film: their pictures, and the keyframes that move them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.media import source_frames
from highlight_cuts_cv.model import ClipInfo, JobFailedError, LiveMarker, SpriteTrack
from highlight_cuts_cv.rendering.flat import main_color
from highlight_cuts_cv.rendering.live import live_marker


def write_live(
    clip: ClipInfo, players: Mapping[str, SpriteTrack], picture: Path, rate: Fraction, frame_count: int
) -> list[LiveMarker]:
    """Write the markers of *players* (by name), moved in *frame_count* frames at *rate*; those that show anywhere.

    The first picture is the PNG *picture*, the others lie beside it, with a number.  Raises JobFailedError where
    nothing shows at all, for indicators that dim the picture and for a disk that is full.
    """
    from PIL import Image

    made: list[LiveMarker] = []
    for player, sprites in players.items():
        moved = live_marker(sprites, source_frames(clip, rate, frame_count))
        if moved is None:
            continue
        path = picture
        if made:
            name, _, ending = picture.name.partition(".marker.")
            path = picture.with_name(f"{name}.{len(made) + 1}.marker.{ending}")
        with writing_sentences(path), atomic_output(path) as temporary:
            Image.fromarray(moved.rgba).save(temporary, "PNG")
        keys = [tuple(map(float, key)) for key in moved.keys]
        made.append(LiveMarker(path, keys, main_color([moved.rgba]), player))
    if not made:
        raise JobFailedError(f"The marker shows nowhere in {clip.clip_id}, so there is nothing to move.")
    return made
