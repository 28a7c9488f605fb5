"""Which frame is shown when: the presentation times of all frames of a file, without decoding."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.files.store import ArrayStore, content_identity
from highlight_cuts_cv.media.bitstreams.mp4_tables import composition_tables
from highlight_cuts_cv.media.reading.order import (
    CLOCK_FALLS,
    CLOCK_LEAPS,
    PacketOrder,
    clock_starts,
    continued,
)
from highlight_cuts_cv.media.reading.unstamped import NO_TIME, delayed, filled, packets_shown
from highlight_cuts_cv.media.streams import read_only
from highlight_cuts_cv.model import BadInputError

_log = logging.getLogger(__name__)
_CHECKED_PACKETS = 64
_MOST_READ_ERRORS = 100
_MOST_REORDERED = 16
_LAYOUT = 3
"""Another number, and stamps kept by earlier versions are read again."""
_BROADCAST = ("mpegts", "mpeg")
"""FFmpeg's names of the containers in which recordings are joined as bytes."""
_FIELDS = ("pts", "dts", "key", "hidden", "last_duration", "unstamped")


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """The frames of one video stream in the order they are shown.

    ``pts`` (N,) int64, strictly rising; ``end_pts`` is where the last frame ends.  ``key_pts`` (K,)
    int64 rising are the frames that decoding can start at, and ``key_seek`` (K,) the timestamps
    that a seek must name to land on them (the demuxers differ in which clock they seek by).  ``order``
    says where the frames are in a file that cannot be sought by time.
    """

    pts: NDArray[np.int64]
    end_pts: int
    key_pts: NDArray[np.int64]
    key_seek: NDArray[np.int64]
    order: PacketOrder | None = None

    def __len__(self) -> int:
        return len(self.pts)

    def number_at(self, pts: int) -> int | None:
        """The frame nearest to *pts*, or ``None`` when it lies more than half a frame from all."""
        after = int(np.searchsorted(self.pts, pts))
        nearest = min(
            (n for n in (after - 1, after) if 0 <= n < len(self.pts)),
            key=lambda n: abs(int(self.pts[n]) - pts),
        )
        return nearest if 2 * abs(int(self.pts[nearest]) - pts) <= self._span(nearest) else None

    def key_before(self, number: int) -> int:
        """Which keyframe (an index into ``key_pts``) to start decoding at to get this frame."""
        return max(0, int(np.searchsorted(self.key_pts, self.pts[number], "right")) - 1)

    def stop_pts(self, stop: int) -> int:
        """Where the frame before *stop* ends."""
        return int(self.pts[stop]) if stop < len(self.pts) else self.end_pts

    def _span(self, number: int) -> int:
        before = self.pts[number] - self.pts[number - 1] if number else self.end_pts - self.pts[-1]
        return int(min(before, self.stop_pts(number + 1) - self.pts[number]))


@dataclass(frozen=True, slots=True)
class _Packets:
    """All packets of a stream that have stamps, in decode order; (N,) arrays.  ``unstamped`` counts the others."""

    pts: NDArray[np.int64]
    dts: NDArray[np.int64]
    key: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    last_duration: int
    unstamped: int = 0


def build_index(container: Any, stream: Any, path: Path) -> FrameIndex:
    """Index *stream* of a freshly opened *container*; it is left somewhere in the middle.

    Where that means reading the whole file, its packets' stamps are kept in the user's cache, by the
    file's content.  Raises BadInputError when the stream has no frames or no timestamps.
    """
    read_only(container, [stream])
    is_mp4 = "mp4" in container.format.name
    packets = _from_tables(container, stream, path) if is_mp4 else None
    packets = packets or _kept_or_demuxed(stream, path)
    if _tells_no_order(packets, container, stream):
        return _by_decoding(container.format.name == "avi", stream, path)
    if not len(packets.pts):
        raise BadInputError(f"'{path}' holds no pictures; it may be cut off or still being written.")
    # Where a demuxer knows no decode times, those of the first few packets are in the order shown.
    least = max(round(CLOCK_FALLS / stream.time_base), _MOST_REORDERED * _typical(packets.pts, stream))
    # A leap in other containers is what their muxer was told.
    leap = round(CLOCK_LEAPS / stream.time_base) if container.format.name in _BROADCAST else None
    starts = clock_starts(packets.dts, packets.key, least, leap)
    if len(starts) > 1:
        return _counted(packets, starts, is_mp4, stream, path)
    return _index_of(packets, by_pts="matroska" in container.format.name, stream=stream)


def _kept_or_demuxed(stream: Any, path: Path) -> _Packets:
    # Another FFmpeg may see another thing in the same file.
    store = ArrayStore(
        cache_folder("analysis"), "index", _LAYOUT, av.__version__, content_identity(path), stream.index
    )
    packets = _restored(store.load("index"))
    if packets is None:
        # Opened anew: a seek to the start may land in a later piece of an edit list.
        with av.open(str(path), metadata_errors="replace") as fresh:
            fresh_stream = fresh.streams[stream.index]
            read_only(fresh, [fresh_stream])
            packets = _from_demuxing(fresh, fresh_stream)
        store.save("index", {name: np.asarray(getattr(packets, name)) for name in _FIELDS})
    return packets


def _restored(arrays: Mapping[str, NDArray[np.generic]] | None) -> _Packets | None:
    if arrays is None or set(arrays) != set(_FIELDS):
        return None
    pts, dts, key, hidden, last, unstamped = (np.asarray(arrays[name], np.int64) for name in _FIELDS)
    return _Packets(pts, dts, key > 0, hidden > 0, int(last), int(unstamped))


def _tells_no_order(packets: _Packets, container: Any, stream: Any) -> bool:
    """Whether the pictures' times are missing, or are only those at which they are decoded."""
    if container.format.name == "avi":
        reorders = stream.codec_context.reorder_depth > 0
        return reorders and len(packets.pts) > 0 and bool((np.diff(packets.pts) > 0).all())
    # Broadcasts begin in the middle of something.
    return packets.unstamped > 0 and container.format.name not in _BROADCAST


def _by_decoding(is_avi: bool, stream: Any, path: Path) -> FrameIndex:
    """The index of a file that does not tell the order of its pictures."""
    with av.open(str(path), metadata_errors="replace") as fresh:
        read_only(fresh, [fresh.streams[stream.index]])
        found = [
            (NO_TIME if time is None else time, packet.is_keyframe)
            for packet in fresh.demux(fresh.streams[stream.index])
            if packet.size
            for time in (packet.dts if is_avi else packet.pts,)
        ]
    stamps, key = (np.array(each) for each in zip(*found, strict=True))
    shown = packets_shown(path, stream.index)
    shown = shown[shown < len(stamps)]
    if not len(shown):
        raise BadInputError(f"No picture of '{path}' can be decoded; the file may be damaged or cut off.")
    known = stamps[stamps != NO_TIME]
    typical = _typical(known, stream) if len(known) > 1 else _one_frame(stream)
    depth = stream.codec_context.reorder_depth
    times = delayed(np.sort(stamps[shown]), depth, typical) if is_avi else filled(stamps[shown], typical)
    stamps = np.full(len(stamps), times[0] - 1)
    stamps[shown] = times
    keys = np.intersect1d(np.flatnonzero(key), shown)
    keys = keys if len(keys) else np.zeros(1, np.int64)
    order = PacketOrder(shown, keys, stamps[keys], stamps=stamps)
    return FrameIndex(times, int(times[-1]) + typical, np.sort(stamps[keys]), np.sort(stamps[keys]), order)


def _counted(packets: _Packets, starts: list[int], is_mp4: bool, stream: Any, path: Path) -> FrameIndex:
    """The index of packets whose stamps fall in between; in MP4 those shown are in order all the same."""
    shifts: tuple[int, ...] = (0,) * len(starts)
    hidden = packets.hidden.copy()
    if not is_mp4:
        for start, stop in zip(starts, [*starts[1:], len(hidden)], strict=True):
            first_key = start + int(np.argmax(packets.key[start:stop]))
            hidden[start:stop] |= packets.pts[start:stop] < packets.pts[first_key]
        shifts = continued(packets.pts, hidden, starts, _typical(packets.pts[: starts[1]], stream))
        if not any(shifts):  # decoding runs ahead anew where an encoder did, and that is all
            return _index_of(packets, by_pts=False, stream=stream)
        _log.warning(
            "The clock of '%s' starts again %s; what follows is taken to go on from there.",
            path,
            "once" if len(starts) == 2 else f"{len(starts) - 1} times",
        )
    added = np.repeat(shifts, np.diff([*starts, len(packets.pts)]))
    moved = replace(packets, pts=packets.pts + added, dts=packets.dts + added, hidden=hidden)
    index = _index_of(moved, by_pts=False, stream=stream)
    shown = np.flatnonzero(~hidden)
    frames = shown[np.argsort(moved.pts[shown], kind="stable")]
    keys = np.flatnonzero(moved.key)
    frames = frames[np.searchsorted(moved.pts[frames], index.pts)]
    return replace(index, order=PacketOrder(frames, keys, moved.pts[keys], tuple(starts), shifts))


def _typical(pts: NDArray[np.int64], stream: Any) -> int:
    """Ticks from frame to frame."""
    return int(np.median(np.diff(np.unique(pts)))) if len(pts) > 1 else _one_frame(stream)


def _index_of(packets: _Packets, by_pts: bool, stream: Any) -> FrameIndex:
    key = packets.key.copy()
    if not key.any():  # intra refresh: nothing but the start is safe
        key[0] = True
    first_key = int(np.argmax(key))
    # Pictures shown before the first keyframe lean on ones that the file does not have (a stream
    # cut at an open GOP, or recorded from its middle); no decoder shows them.
    shown = ~packets.hidden & (packets.pts >= packets.pts[first_key])
    pts = np.unique(packets.pts[shown])
    if not len(pts):
        pts = np.unique(packets.pts)
    order = np.argsort(packets.pts[key], kind="stable")
    seek = packets.pts[key] if by_pts else packets.dts[key]
    typical = _typical(pts, stream)
    # Some muxers give the last packet no or an absurd duration.
    last = packets.last_duration if 0 < packets.last_duration <= 4 * typical else typical
    return FrameIndex(pts, int(pts[-1]) + max(1, last), packets.pts[key][order], seek[order])


def _one_frame(stream: Any) -> int:
    rate = Fraction(stream.guessed_rate or stream.average_rate or 25)
    return max(1, round(1 / (rate * Fraction(stream.time_base))))


def _from_tables(container: Any, stream: Any, path: Path) -> _Packets | None:
    """The packets by FFmpeg's index and the header's offsets; ``None`` when they do not tally."""
    count = len(stream.index_entries)
    tables = composition_tables(path, stream.id) if count else None
    if tables is None:
        return None
    durations, offsets = tables
    entries = [(e.timestamp, e.is_keyframe, e.is_discard, e.pos + e.size) for e in stream.index_entries]
    dts = np.array([e[0] for e in entries], np.int64)
    if len(offsets) < count or (len(offsets) > count and len(set(offsets.tolist())) > 1):
        return None  # an edit list picked some of the samples, and which ones is not sure
    offsets, durations = offsets[:count], durations[:count]
    if len(tables[0]) == count and (np.diff(dts) != durations[:-1]).any():
        return None
    head: list[tuple[int, int]] = []
    for packet in container.demux(stream):
        if packet.pts is None or packet.dts is None or len(head) == min(count, _CHECKED_PACKETS):
            break
        head.append((packet.pts, packet.dts))
    if not head:
        return None
    shift = head[0][0] - head[0][1] - int(offsets[0])
    pts = dts + offsets + shift
    if [(int(p), int(d)) for p, d in zip(pts, dts, strict=True)][: len(head)] != head:
        return None
    size = path.stat().st_size
    kept = np.array([e[3] <= size for e in entries])
    if not kept.all():
        _log.warning(
            "'%s' is cut off: %d of its %d pictures are missing at the end.", path, (~kept).sum(), count
        )
    return _Packets(
        pts[kept],
        dts[kept],
        np.array([e[1] for e in entries])[kept],
        np.array([e[2] for e in entries])[kept],
        int(durations[-1]),
    )


def _from_demuxing(container: Any, stream: Any) -> _Packets:
    rows: list[tuple[int, int, bool, bool]] = []
    last_pts, last_duration, errors, unstamped = None, 0, 0, 0
    while errors < _MOST_READ_ERRORS:
        try:
            for packet in container.demux(stream):
                pts = packet.pts if packet.pts is not None else packet.dts
                if pts is None:  # the flushing packet, one from before the clock's zero, or a broken one
                    unstamped += packet.size > 0
                    continue
                dts = packet.dts if packet.dts is not None else pts
                rows.append((pts, dts, packet.is_keyframe, packet.is_discard))
                if last_pts is None or pts > last_pts:
                    last_pts, last_duration = pts, packet.duration or 0
            break
        except av.error.InvalidDataError:
            errors += 1
    table = np.array(rows, np.int64).reshape(-1, 4)
    return _Packets(table[:, 0], table[:, 1], table[:, 2] > 0, table[:, 3] > 0, last_duration, unstamped)
