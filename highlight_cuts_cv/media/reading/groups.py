"""Where the pictures of a proxy lie in its file, for those who decode them themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av


@dataclass(frozen=True, slots=True)
class Group:
    """The bytes from *offset* on are pictures of these *sizes*; the first needs no other, the rest those before."""

    offset: int
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FilmIndex:
    """``codec`` and ``description`` (an ``avcC`` box's content) are what a decoder is configured with."""

    codec: str
    description: bytes
    groups: tuple[Group, ...]


def film_index(path: Path, count: int) -> FilmIndex | None:
    """The groups of an H.264 film in MP4 that is to have *count* pictures, as far as they are written whole.

    ``None`` while nothing of it can be read.
    """
    groups: list[list[Any]] = []
    try:
        film: Any
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            description = bytes(stream.codec_context.extradata or b"")
            size = path.stat().st_size
            for packet in film.demux(stream):
                if packet.dts is None or packet.pos is None or packet.pos + packet.size > size:
                    continue
                if packet.is_keyframe:
                    groups.append([packet.pos, []])
                groups[-1][1].append(packet.size)
    except (av.error.FFmpegError, OSError, IndexError):
        return None
    if sum(len(sizes) for _, sizes in groups) < count:
        groups = groups[:-1]  # it may lack pictures that are still to come
    codec = f"avc1.{description[1:4].hex()}"
    return FilmIndex(codec, description, tuple(Group(at, tuple(sizes)) for at, sizes in groups))
