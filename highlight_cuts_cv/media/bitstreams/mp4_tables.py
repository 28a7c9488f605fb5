"""Composition offsets of an MP4 or MOV file, read from its header alone.

FFmpeg's index of such a file holds decode times only; with the offsets of the ``ctts`` box the
presentation time of every frame is known without reading the gigabytes of pictures.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_HEADER_LIMIT = 1 << 29  # a header beyond this is damage, not a long film


def composition_tables(path: Path, track_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """The decode durations and composition offsets, (N,) int64 each, of a track's N samples.

    ``None`` when the file has no plain ``moov`` box or not this track.
    """
    try:
        header = _read_header(path)
        if header is None:
            return None
        for kind, track in _boxes(header):
            if kind != b"trak":
                continue
            parts = dict(_boxes(track))
            head = parts[b"tkhd"]
            where = 20 if head[0] == 1 else 12
            if struct.unpack_from(">I", head, where)[0] != track_id:
                continue
            media = dict(_boxes(parts[b"mdia"]))
            table = dict(_boxes(dict(_boxes(media[b"minf"]))[b"stbl"]))
            durations = _runs(table[b"stts"], np.dtype(">u4"))
            if b"ctts" not in table:
                return durations, np.zeros(len(durations), np.int64)
            # Version 0 should be unsigned, but many writers store negative offsets in it.
            offsets = _runs(table[b"ctts"], np.dtype(">i4"))
            return (durations, offsets) if len(durations) == len(offsets) else None
    except (LookupError, struct.error, ValueError, MemoryError):
        return None
    return None


def _read_header(path: Path) -> memoryview | None:
    with path.open("rb") as file:
        while len(start := file.read(8)) == 8:
            size, kind = struct.unpack(">I4s", start)
            used = 8
            if size == 1:
                size, used = struct.unpack(">Q", file.read(8))[0], 16
            if kind == b"moov":
                return memoryview(file.read(size - used)) if 8 < size < _HEADER_LIMIT else None
            if size < used:
                return None
            file.seek(size - used, 1)
    return None


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _runs(box: memoryview, value: np.dtype[np.generic]) -> NDArray[np.int64]:
    count = struct.unpack_from(">I", box, 4)[0]
    pairs = np.frombuffer(box, np.dtype([("count", ">u4"), ("value", value)]), count, 8)
    if int(pairs["count"].sum(dtype=np.int64)) > 1 << 26:
        raise ValueError("more samples than any film has")
    return np.repeat(pairs["value"].astype(np.int64), pairs["count"])
