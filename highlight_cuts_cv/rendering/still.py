"""One picture of a film as a render would make it."""

from __future__ import annotations

from dataclasses import replace

from highlight_cuts_cv.media.reading.bgr import BgrConverter
from highlight_cuts_cv.media.reading.raw import DecodedFrame, raw_frames
from highlight_cuts_cv.model import ByteArray, ClipInfo, SpriteTrack
from highlight_cuts_cv.rendering.compositor import Compositor


def marked_picture(clip: ClipInfo, frame: int, sprites: SpriteTrack) -> ByteArray | None:
    """Frame *frame* of the clip with its *sprites*, drawn on the planes that are encoded: (H, W, 3) uint8 BGR.

    ``None`` where the frame cannot be decoded.  Raises BadInputError or JobFailedError as reading does.
    """
    alone = replace(clip, first_frame=clip.first_frame + frame, frame_count=1)
    for raw in raw_frames(alone):
        assert isinstance(raw, DecodedFrame)
        raw.index = frame
        Compositor(sprites).apply(raw)
        return BgrConverter(None, 0)(raw.picture)
    return None
