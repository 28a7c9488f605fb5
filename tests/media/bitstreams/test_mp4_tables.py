"""The header of an MP4, box by box: what its tables say, and that no damage to them does harm."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from highlight_cuts_cv.media.bitstreams.mp4_tables import composition_tables

STTS = [(2, 512), (1, 500)]  # samples, ticks
CTTS = [(1, 1024), (2, -512)]


def box(kind: bytes, *parts: bytes, size: int | None = None) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data) if size is None else size, kind) + data


def wide(kind: bytes, *parts: bytes) -> bytes:
    """A box whose size has 64 bits, as that of hours of pictures."""
    data = b"".join(parts)
    return struct.pack(">I4sQ", 1, kind, 16 + len(data)) + data


def runs(kind: bytes, pairs: list[tuple[int, int]], count: int | None = None) -> bytes:
    number = len(pairs) if count is None else count
    return box(kind, struct.pack(">II", 0, number), *(struct.pack(">Ii", *pair) for pair in pairs))


def track(number: int, *tables: bytes, version: int = 0) -> bytes:
    times = 16 if version else 8
    head = box(b"tkhd", bytes([version, 0, 0, 0]), bytes(times), struct.pack(">I", number), bytes(60))
    return box(b"trak", head, box(b"mdia", box(b"mdhd", bytes(24)), box(b"minf", box(b"stbl", *tables))))


def longer(whole: bytes) -> bytes:
    return struct.pack(">I", len(whole) + 4) + whole[4:]


def tables(path: Path, *boxes: bytes, number: int = 2) -> tuple[list[int], list[int]] | None:
    """What is read of track 2 from a file of these boxes: durations and offsets."""
    path.write_bytes(box(b"ftyp", b"isom") + b"".join(boxes))
    found = composition_tables(path, number)
    return None if found is None else (found[0].tolist(), found[1].tolist())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.mp4"


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("outer", [box, wide])
def test_the_track_asked_for_is_read_wherever_it_lies(path, version, outer):
    sound = track(1, runs(b"stts", [(9, 1024)]), version=version)
    pictures = track(2, runs(b"ctts", CTTS), runs(b"stts", STTS), version=version)
    expected = [512, 512, 500], [1024, -512, -512]
    header = outer(b"moov", box(b"mvhd", bytes(100)), sound, pictures)
    assert tables(path, outer(b"mdat", bytes(1000)), header) == expected
    assert tables(path, header, outer(b"mdat", bytes(1000))) == expected
    assert tables(path, header, number=1) == ([1024] * 9, [0] * 9)
    assert tables(path, header, number=3) is None


def test_frames_that_are_stored_as_they_are_shown_have_no_offsets(path):
    assert tables(path, box(b"moov", track(2, runs(b"stts", STTS)))) == ([512, 512, 500], [0, 0, 0])


DAMAGED = {
    "no header": box(b"mdat", bytes(100)),
    "a box that ends before it begins": wide(b"mdat")[:8] + bytes(8),
    "a box that ends beyond all files": wide(b"mdat")[:8] + b"\xff" * 8,
    "a size that is cut off": wide(b"mdat")[:12],
    "an endless header": box(b"moov", track(2, runs(b"stts", STTS)), size=0),
    "a header of gigabytes": box(b"moov", track(2, runs(b"stts", STTS)), size=1 << 30),
    "a track longer than the header": box(b"moov", longer(track(2, runs(b"stts", STTS)))),
    "no tables": box(b"moov", track(2)),
    "no durations": box(b"moov", track(2, runs(b"ctts", CTTS))),
    "more runs than there are": box(b"moov", track(2, runs(b"stts", STTS, count=3))),
    "a number for each sample but one": box(b"moov", track(2, runs(b"stts", STTS), runs(b"ctts", CTTS[1:]))),
    "more samples than any film has": box(b"moov", track(2, runs(b"stts", [((1 << 26) + 1, 512)]))),
    "a track without a number": box(b"moov", box(b"trak", box(b"tkhd"))),
}


@pytest.mark.timeout(20)  # nor is it read for ever
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_header_that_makes_no_sense_is_none(path, damage):
    assert tables(path, DAMAGED[damage]) is None


def test_no_wrong_byte_and_no_missing_end_does_harm(path):
    """Whatever is read, there is an offset for each sample."""
    sane = box(b"moov", track(2, runs(b"stts", STTS), runs(b"ctts", CTTS)))
    wrong = [sane[:at] + bytes([value]) + sane[at + 1 :] for at in range(len(sane)) for value in (0, 2, 255)]
    for header in wrong + [sane[:end] for end in range(len(sane))]:
        found = tables(path, header)
        assert found is None or len(found[0]) == len(found[1])
