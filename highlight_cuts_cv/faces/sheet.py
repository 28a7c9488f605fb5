"""A sheet of pictures of the marked clips: who is marked, when, and where that is in doubt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from highlight_cuts_cv.faces.pictures import contact_sheet, part_with
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.task import ClipResult
from highlight_cuts_cv.media import clip_of, frame_at_time, open_frames, probe, source_frames
from highlight_cuts_cv.model import BoundingBox, ByteArray, ClipInfo

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline

PICTURES = 4
"""Of each clip: evenly spread, the first and the last frame among them."""


def marked_sheet(timeline: Timeline, results: Sequence[ClipResult]) -> ByteArray:
    """Pictures of the films of *results*, (H, W, 3) uint8 BGR, a row per clip, close to who is marked.

    Their captions have the clip's name, the time in the clip, and why it is in doubt who is marked, if so.
    """
    pictures: list[ByteArray] = []
    captions: list[str] = []
    for result in results:
        placed = timeline.clip(result.clip_id)
        clip = media_clip(placed)
        shown = source_frames(clip, placed.rate, placed.frame_count)
        film = clip_of(probe(result.render))
        with open_frames(film) as frames:
            for number in range(PICTURES):
                place = round(number * (len(shown) - 1) / (PICTURES - 1))
                later = result.freeze_frames if place > result.freeze_at else 0
                index = frame_at_time(film.media, (place + later) / placed.rate)
                picture = frames[min(index, len(frames) - 1)].bgr
                pictures.append(_close(picture, result, shown[place], clip))
                doubt = _doubt(result, shown[place])
                captions.append(
                    f"{result.clip_id}  {float(place / placed.rate):.1f} s{f'  {doubt}' if doubt else ''}"
                )
    return contact_sheet(pictures, captions)


def _close(picture: ByteArray, result: ClipResult, frame: int, clip: ClipInfo) -> ByteArray:
    """The part of a film's picture around those who are marked in the clip's *frame*."""
    height, width = picture.shape[:2]
    scale = (width / clip.width, height / clip.height) * 2
    boxes = [
        BoundingBox(*(value * by for value, by in zip(box.as_xyxy(), scale, strict=True)))
        for track in result.tracks.values()
        if (box := track.box(frame)) is not None
    ]
    x1, y1, x2, y2 = part_with(width, height, boxes)
    return np.ascontiguousarray(picture[y1:y2, x1:x2])


def _doubt(result: ClipResult, frame: int) -> str:
    """Why it is in doubt who is marked in the clip's *frame*, '' where it is not."""
    said = []
    for player, track in result.tracks.items():
        starts = [doubt.start for doubt in track.doubts]
        place = bisect_left(starts, frame + 1) - 1
        if place >= 0 and frame < track.doubts[place].stop:
            doubt = track.doubts[place]
            said.append(
                f"{player and f'{player} '}{'in doubt' if track.shows(doubt) else 'lost'}: {doubt.why}"
            )
    return ", ".join(said)
