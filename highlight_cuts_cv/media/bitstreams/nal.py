"""NAL units of H.264 and HEVC, as MP4 stores them: each after its length in four bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLA_N_LP, _CRA, _DOLBY_VISION = 18, 21, 62


@dataclass(frozen=True, slots=True)
class NalSyntax:
    """What differs between the codecs: types of units, and where the header box counts what.

    ``clean`` are pictures to start from with all that comes with them; ``leading`` ones, too, but
    what is shown before them leans on pictures from before.  ``tag`` is that of an MP4 track in whose
    packets parameter sets may change (ISO/IEC 14496-15).
    """

    codec: str
    encoder: str
    tag: str
    delimiter: int
    parameter_sets: int
    clean: frozenset[int]
    leading: frozenset[int] = frozenset()

    def types(self, data: bytes) -> Iterator[int]:
        """The types of the units in a packet."""
        at = 0
        while at + 4 < len(data):
            yield data[at + 4] & 31 if self.codec == "h264" else data[at + 4] >> 1 & 63
            at += 4 + int.from_bytes(data[at : at + 4], "big")

    def brings_other_sets(self, data: bytes, sets: bytes) -> bool:
        """Whether a packet has sequence parameters (size, depth ...) that are not among *sets*."""
        at = 0
        while at + 4 < len(data):
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            unit = data[at:end]
            if next(self.types(unit)) == self.parameter_sets and unit not in sets:
                return True
            at = end
        return False

    def with_sets(self, data: bytes, sets: bytes) -> bytes:
        """A packet with parameter sets of its own, put after a delimiter, which has to come first."""
        types = list(self.types(data))
        if self.parameter_sets in types:
            return data
        first = 4 + int.from_bytes(data[:4], "big") if types[:1] == [self.delimiter] else 0
        return data[:first] + sets + data[first:]

    def sets_of(self, extradata: bytes) -> bytes | None:
        """The parameter sets of the file's header as they stand in a packet; ``None`` where the file
        does not store packets as MP4 does, with lengths of four bytes."""
        size_at = 4 if self.codec == "h264" else 21
        if extradata[:1] != b"\x01" or len(extradata) < size_at + 3 or extradata[size_at] & 3 != 3:
            return None
        return b"".join(
            len(unit).to_bytes(4, "big") + unit
            for unit in (_avc_sets(extradata) if self.codec == "h264" else _hevc_sets(extradata))
        )


H264 = NalSyntax("h264", "libx264", "avc3", 9, 7, frozenset({5}))
HEVC = NalSyntax("hevc", "libx265", "hev1", 35, 33, frozenset({17, 18, 19, 20}), frozenset({16, _CRA}))


def has_dolby_vision(data: bytes) -> bool:
    """Whether an HEVC packet carries Dolby Vision's metadata."""
    return _DOLBY_VISION in HEVC.types(data)


def as_splice(data: bytes) -> bytes:
    """An HEVC packet whose clean random access picture says that what comes before it is another stream.

    That is how Rec. H.265 (3.1, "BLA picture") has streams spliced: without it, a decoder takes the picture to
    go on with the counting of the stream before.  Only the type in the units' headers changes.
    """
    result, at = bytearray(data), 0
    while at + 4 < len(data):
        if data[at + 4] >> 1 & 63 == _CRA:
            result[at + 4] = data[at + 4] & 0x81 | _BLA_N_LP << 1
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    return bytes(result)


def length_prefixed(data: bytes) -> bytes:
    """An Annex B packet as MP4 stores it."""
    units = [unit.rstrip(b"\x00") for unit in re.split(b"\x00\x00\x01", data)]
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units if unit)


def _avc_sets(extradata: bytes) -> Iterator[bytes]:
    at, count = 6, extradata[5] & 31
    for _ in range(2):  # sequence, then picture parameter sets
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            yield extradata[at + 2 : at + 2 + size]
            at += 2 + size
        count = extradata[at] if at < len(extradata) else 0
        at += 1


def _hevc_sets(extradata: bytes) -> Iterator[bytes]:
    at = 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            yield extradata[at + 2 : at + 2 + size]
            at += 2 + size
