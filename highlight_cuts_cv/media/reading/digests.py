"""A recording's own pictures and sound in a few bytes, to know them again."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import Any

import av
import numpy as np

from highlight_cuts_cv.media.failures import reading
from highlight_cuts_cv.media.planes import views
from highlight_cuts_cv.media.streams import read_only
from highlight_cuts_cv.model import MediaInfo

_BYTES = 16
_EVERY = 8
"""Of so many rows one counts, another in the next picture: a fiftieth of what a render takes, and yet whoever changes
eight rows of one picture, or one row of eight, is seen."""


def picture_digest(picture: Any, index: int) -> str:
    """32 hex digits of the samples of an av.VideoFrame, the clip's frame *index*, as it was decoded."""
    digest = hashlib.sha256(f"{picture.format.name} {picture.width}x{picture.height}".encode())
    for plane in views(picture):
        digest.update(np.ascontiguousarray(plane[index % _EVERY :: _EVERY]).data)
    return digest.hexdigest()[: 2 * _BYTES]


def sound_digests(info: MediaInfo, start: Fraction, end: Fraction) -> list[str]:
    """For each stream of sound, the digest of its packets between two times of the file, in seconds.

    Raises BadInputError when the file cannot be read.
    """
    with reading(info.path), av.open(str(info.path), metadata_errors="replace") as container:
        streams: list[Any] = [container.streams[audio.index] for audio in info.audio]
        if not streams:
            return []
        read_only(container, streams)
        container.seek(
            int(max(start - 1, Fraction(0)) / streams[0].time_base), stream=streams[0], backward=True
        )
        digests = {stream.index: hashlib.sha256() for stream in streams}
        beyond: set[int] = set()
        for packet in container.demux(streams):
            if packet.pts is None:
                continue
            time = packet.pts * packet.time_base
            if time >= end + 1:
                beyond.add(packet.stream.index)
                if len(beyond) == len(streams):
                    break
            if start <= time < end:
                digests[packet.stream.index].update(bytes(packet))
    return [digests[audio.index].hexdigest()[: 2 * _BYTES] for audio in info.audio]
