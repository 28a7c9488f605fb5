"""Files that do not say when their pictures are shown: decoding tells in what order they are.

H.264 in AVI and as a bare stream carries no presentation times, nor do the pictures of a Matroska file
from before its clock's zero.  A decoder gives back with each picture what came with its packet, so one
look at all of them finds the order, and from then on each packet is decoded under the time found for it.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.files.store import ArrayStore, content_identity
from highlight_cuts_cv.media.streams import read_only

_log = logging.getLogger(__name__)
_LAYOUT = 1
NO_TIME = np.iinfo(np.int64).min
"""In place of a time that is not known."""


def packets_shown(path: Path, stream_index: int) -> NDArray[np.int64]:
    """(M,) int64: the packets of a stream, counted in decode order from 0, in the order their pictures are shown.

    Those without a picture are missing.  The stream is decoded once; the answer is kept in the user's cache.
    """
    store = ArrayStore(
        cache_folder("analysis"), "shown", _LAYOUT, av.__version__, content_identity(path), stream_index
    )
    kept = store.load("shown")
    if kept is not None and set(kept) == {"packets"}:
        return np.asarray(kept["packets"], np.int64)
    _log.warning(
        "'%s' does not say when its pictures are shown; it is decoded once to find out their order.", path
    )
    found = _decoded_order(path, stream_index)
    store.save("shown", {"packets": found})
    return found


def _decoded_order(path: Path, stream_index: int) -> NDArray[np.int64]:
    shown: dict[int, None] = {}
    with av.open(str(path), metadata_errors="replace") as container:
        stream: Any = container.streams[stream_index]
        read_only(container, [stream])
        stream.codec_context.thread_type = "AUTO"
        count = 0
        for packet in container.demux(stream):
            if packet.size:
                packet.pts = packet.dts = count
                count += 1
            try:
                pictures = stream.decode(packet)
            except av.error.InvalidDataError:
                continue
            shown.update({picture.pts: None for picture in pictures if picture.pts is not None})
    return np.array(list(shown), np.int64)


def delayed(decoded: NDArray[np.int64], depth: int, step: int) -> NDArray[np.int64]:
    """When pictures are shown of which is known when one is decoded each (M,), rising: the decoder holds back
    *depth* of them, for *step* ticks each.  Some writers press those from before the clock's zero together."""
    times = decoded + depth * step
    for place in range(min(depth + 1, len(times) - 1) - 1, -1, -1):
        times[place] = min(times[place], times[place + 1] - step)
    return times


def filled(times: NDArray[np.int64], step: int) -> NDArray[np.int64]:
    """*times* (M,) of pictures in the order shown, with :data:`NO_TIME` replaced by what lies between its
    neighbours, or *step* ticks from one.  Strictly rising."""
    known = np.flatnonzero(times != NO_TIME)
    places = np.arange(len(times))
    if not len(known):
        return places * step
    whole = np.round(np.interp(places, known, times[known])).astype(np.int64)
    first, last = known[0], known[-1]
    whole[:first] = times[first] - (first - places[:first]) * step
    whole[last + 1 :] = times[last] + (places[last + 1 :] - last) * step
    return whole if (np.diff(whole) > 0).all() else places * step
