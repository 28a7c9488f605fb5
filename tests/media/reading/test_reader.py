"""Pictures come in order and once each, from wherever the decoder is, with as few seeks as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from highlight_cuts_cv.media import probe
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.testing.synthetic import read_index

GOP = 12


class Landing:
    """A container that notes where it is to seek to, and lands *late* ticks after that."""

    def __init__(self, container: Any, late: int) -> None:
        self._container, self._late = container, late
        self.asked: list[int] = []

    def seek(self, timestamp: int, **options: Any) -> None:
        self.asked.append(timestamp)
        self._container.seek(timestamp + self._late, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)


@pytest.fixture
def opened(clip_file: Callable[..., Path]) -> Iterator[Callable[..., tuple[Reader, Landing]]]:
    readers = []

    def open_one(gop: int = GOP, late: int = 0, suffix: str = ".mp4") -> tuple[Reader, Landing]:
        path = clip_file(suffix, 60, gop=gop, b_frames=0)
        probe(path)
        reader = Reader(load(path))
        readers.append(reader)
        container = Landing(reader._container, late * 3600)
        reader._container = container
        return reader, container

    yield open_one
    for reader in readers:
        reader.close()


def look(reader: Reader, first: int) -> tuple[int, int]:
    """The number of the first picture from frame *first* on, and what it shows."""
    number, picture = next(reader.read(first))
    return number, read_index(picture.to_ndarray(format="bgr24"))


def test_a_frame_can_be_read_again(opened):
    reader, _ = opened()
    assert [look(reader, n) for n in (5, 5, 4, 6)] == [(n, n) for n in (5, 5, 4, 6)]


def test_what_is_near_is_decoded_on_the_way_and_what_is_far_is_sought(opened):
    reader, container = opened()
    for near in (0, 1, 2, 13):  # thirteen is behind a keyframe, but only eleven pictures away
        assert look(reader, near) == (near, near)
    assert not container.asked
    assert look(reader, 40) == (40, 40)
    assert container.asked == [36 * 3600]


def test_nothing_is_sought_where_no_keyframe_lies_between(opened):
    reader, container = opened(gop=600)
    for far in (0, 20, 59):
        assert look(reader, far) == (far, far)
    assert not container.asked


def test_a_seek_that_lands_too_late_is_made_from_the_keyframe_before(opened):
    reader, container = opened(late=GOP)
    assert look(reader, 30) == (30, 30)
    assert container.asked == [24 * 3600, 12 * 3600]


def test_pictures_that_come_twice_or_late_are_left_out(opened):
    """As decoders show them behind damage."""
    reader, _ = opened()
    numbers = [0, 1, 1, 3, 2, None, 5, 900, 6]
    reader._pictures = iter(
        SimpleNamespace(pts=None if n is None else n * 3600, dts=None, is_corrupt=False, width=192, height=96)
        for n in numbers
    )
    assert [number for number, _ in reader.read(0)] == [0, 1, 3, 4, 5, 6]
