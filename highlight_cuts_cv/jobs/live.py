"""A marker without a film: its picture, and the keyframes that move it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.media import source_frames
from highlight_cuts_cv.model import ClipInfo, JobFailedError, SpriteTrack
from highlight_cuts_cv.rendering.live import live_marker


def write_live(
    clip: ClipInfo, sprites: SpriteTrack, picture: Path, rate: Fraction, frame_count: int
) -> list[tuple[float, ...]]:
    """Write the marker of *sprites* to the PNG *picture*; its keyframes in *frame_count* frames at *rate*.

    Raises JobFailedError where nothing shows, for indicators that dim the picture and for a disk that is full.
    """
    from PIL import Image

    marker = live_marker(sprites, source_frames(clip, rate, frame_count))
    if marker is None:
        raise JobFailedError(f"The marker shows nowhere in {clip.clip_id}, so there is nothing to move.")
    with writing_sentences(picture), atomic_output(picture) as temporary:
        Image.fromarray(marker.rgba).save(temporary, "PNG")
    return [tuple(map(float, key)) for key in marker.keys]
