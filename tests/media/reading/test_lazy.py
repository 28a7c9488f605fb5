"""Frames become BGR pictures when somebody looks at them, and not before."""

from __future__ import annotations

from fractions import Fraction
from threading import Thread

import av
import cv2
import numpy as np
import pytest

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.media.reading import bgr
from highlight_cuts_cv.media.reading.bgr import BgrConverter, UndrawnPicture
from highlight_cuts_cv.model import Frame


def test_streaming_converts_only_what_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    converted = []
    convert = BgrConverter.__call__

    def counted(self, picture):
        converted.append(picture.pts)
        return convert(self, picture)

    monkeypatch.setattr(BgrConverter, "__call__", counted)
    with open_frames(video_clip(demo_clip())) as frames:
        looked = [frame.bgr for frame in frames.frames(0, 12) if frame.index % 4 == 0]
        assert len(looked) == len(converted) == 3
        held = list(frames.frames(20, 24))
    # the file is closed, the pictures are still there
    assert all(frame.bgr.shape == (frame.height, frame.width, 3) for frame in held)
    assert len({frame.bgr.tobytes() for frame in held}) == 4


class Drawn:
    """A picture that counts how often it is drawn."""

    width, height = 6, 4

    def __init__(self) -> None:
        self.whole_asked = self.parts_asked = 0

    def whole(self) -> np.ndarray:
        self.whole_asked += 1
        return np.arange(72, dtype=np.uint8).reshape(4, 6, 3)

    def part(self, left: int, top: int, right: int, bottom: int) -> np.ndarray:
        self.parts_asked += 1
        return self.whole()[top:bottom, left:right]

    def shrunk(self, left: int, top: int, right: int, bottom: int, width: int, height: int) -> np.ndarray:
        return np.full((height, width, 3), left, np.uint8)


def test_many_threads_are_given_one_picture() -> None:
    picture = Drawn()
    frame = Frame(0, 0, Fraction(1, 25), picture)
    assert (frame.width, frame.height) == (6, 4)
    seen = []
    threads = [Thread(target=lambda: seen.append(frame.bgr)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert picture.whole_asked == 1
    assert all(picture is seen[0] for picture in seen)


def test_a_part_is_drawn_alone_until_the_whole_is_there() -> None:
    picture = Drawn()
    frame = Frame(0, 0, Fraction(1, 25), picture)
    alone = frame.part(1, 2, 4, 4)
    np.testing.assert_array_equal(frame.bgr[2:4, 1:4], alone)
    np.testing.assert_array_equal(frame.part(1, 2, 4, 4), alone)
    assert picture.parts_asked == 1


@pytest.mark.parametrize("part", [(0, 0, 7, 4), (2, 0, 2, 4), (0, -1, 6, 4), (0, 3, 6, 2)])
def test_a_part_lies_within_the_picture(part: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no part of a 6x4 picture"):
        Frame(0, 0, Fraction(1, 25), Drawn()).part(*part)


FORMATS = [
    "yuv420p", "yuvj420p", "yuv422p", "yuv411p", "yuv444p", "yuv420p10le", "yuv422p10le", "nv12", "p010le",
    "gray", "gbrp", "bgr24", "rgba", "yuyv422",
]  # fmt: skip


@pytest.mark.parametrize("large", [0, 10**6])
@pytest.mark.parametrize("size", [(184, 102), (183, 101)])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("pixel_format", FORMATS)
def test_parts_are_cut_from_the_whole(
    pixel_format: str, rotation: int, size: tuple[int, int], large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bgr, "_LARGE", large)
    noise = np.random.default_rng(3).integers(0, 256, (12, 17, 3), np.uint8)
    coarse = np.kron(noise, np.ones((9, 11, 1), np.uint8))[: size[1], : size[0]]
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(coarse), "bgr24").reformat(format=pixel_format)
    picture.time_base = Fraction(1, 25)
    undrawn = UndrawnPicture(picture, BgrConverter(None, rotation))
    whole = undrawn.whole()
    assert whole.shape[:2] == (undrawn.height, undrawn.width)
    for left, top, right, bottom in [
        (0, 0, 101, 101),
        (31, 17, 64, 90),
        (70, 66, 101, 101),
        (50, 50, 51, 51),
    ]:
        part = undrawn.part(left, top, right, bottom)
        assert part.shape == (bottom - top, right - left, 3)
        # deep pictures are dithered, which depends on the place
        difference = np.abs(part.astype(int) - whole[top:bottom, left:right])
        assert difference.max() <= (2 if "10" in pixel_format else 0)


def noisy(size: tuple[int, int], pixel_format: str) -> av.VideoFrame:
    noise = np.random.default_rng(3).integers(0, 256, (size[1] // 20 + 1, size[0] // 20 + 1, 3), np.uint8)
    coarse = np.kron(noise, np.ones((20, 20, 1), np.uint8))[: size[1], : size[0]]
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(coarse), "bgr24").reformat(format=pixel_format)
    picture.time_base = Fraction(1, 25)
    return picture


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("pixel_format", [one for one in FORMATS if one != "yuyv422"])
def test_a_part_is_shrunk_as_if_it_were_drawn(pixel_format: str, rotation: int) -> None:
    undrawn = UndrawnPicture(noisy((640, 320), pixel_format), BgrConverter(None, rotation))
    for left, top, right, bottom in [(0, 0, undrawn.width, undrawn.height), (32, 16, 232, 256)]:
        part = undrawn.part(left, top, right, bottom)
        wanted = cv2.resize(part, (72, 64), interpolation=cv2.INTER_AREA)
        shrunk = undrawn.shrunk(left, top, right, bottom, 72, 64)
        assert shrunk is not None and shrunk.shape == (64, 72, 3)
        # colours that share a sample with those across an edge may differ by more
        assert np.abs(shrunk.astype(int) - wanted).mean() < 3


def test_a_picture_is_scaled_the_same_way_whether_or_not_it_was_drawn_meanwhile() -> None:
    frame = Frame(0, 0, Fraction(1, 25), UndrawnPicture(noisy((640, 320), "yuv420p"), BgrConverter(None, 0)))
    before = frame.scaled(0, 0, 400, 300, 80, 60)
    _ = frame.bgr
    np.testing.assert_array_equal(frame.scaled(0, 0, 400, 300, 80, 60), before)


@pytest.mark.parametrize("part", [(1, 0, 401, 300), (0, 1, 400, 301), (0, 0, 399, 300), (0, 0, 400, 299)])
def test_a_part_that_divides_a_sample_of_colour_has_to_be_drawn(part: tuple[int, int, int, int]) -> None:
    assert UndrawnPicture(noisy((640, 320), "yuv420p"), BgrConverter(None, 0)).shrunk(*part, 80, 60) is None
    assert (
        UndrawnPicture(noisy((640, 320), "yuv444p"), BgrConverter(None, 0)).shrunk(*part, 80, 60) is not None
    )


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("part", "size", "method"),
    [
        ((0, 0, 640, 320), (320, 160), cv2.INTER_LINEAR),
        ((0, 0, 640, 320), (318, 159), cv2.INTER_AREA),
        ((0, 0, 640, 320), (800, 400), cv2.INTER_LINEAR),
        ((31, 16, 232, 257), (100, 120), cv2.INTER_AREA),  # 241 high: a hair below a half
        ((31, 16, 232, 256), (100, 120), cv2.INTER_LINEAR),
        ((31, 17, 64, 90), (33, 73), None),
        ((0, 0, 640, 320), (640, 320), None),
    ],
)
def test_a_part_is_scaled_by_area_below_a_half_and_linearly_above(lazy, part, size, method) -> None:
    undrawn = UndrawnPicture(noisy((640, 320), "yuv420p"), BgrConverter(None, 0))
    whole = undrawn.whole()
    given = undrawn if lazy else whole
    scaled = Frame(0, 0, Fraction(1, 25), given).scaled(*part, *size)
    left, top, right, bottom = part
    wanted: np.ndarray = whole[top:bottom, left:right]
    if method is not None:
        wanted = np.asarray(cv2.resize(wanted, size, interpolation=method), np.uint8)
    shrunk = undrawn.shrunk(*part, *size) if lazy and method == cv2.INTER_AREA else None
    if shrunk is not None:
        wanted = shrunk
    np.testing.assert_array_equal(scaled, wanted)


def test_what_is_shrunk_by_more_than_two_is_not_drawn_for_that() -> None:
    picture = Drawn()
    frame = Frame(0, 0, Fraction(1, 25), picture)
    assert (frame.scaled(1, 0, 6, 4, 2, 1) == 1).all() and not picture.whole_asked
    assert frame.scaled(1, 0, 5, 4, 2, 2).shape == (2, 2, 3) and picture.parts_asked == 1
    assert frame.scaled(0, 0, 6, 4, 6, 4) is frame.bgr, "what is drawn whole is kept"
    for part in (0, 0, 7, 4), (-1, 0, 3, 4), (2, 1, 2, 3):
        with pytest.raises(ValueError, match="is no part of a 6x4 picture"):
            frame.scaled(*part, 1, 1)


def test_a_source_that_has_no_parts_has_to_be_drawn() -> None:
    odd = noisy((641, 320), "yuv420p")
    assert UndrawnPicture(odd, BgrConverter(None, 0)).shrunk(0, 0, 400, 300, 80, 60) is None


def test_a_scaled_picture_is_cut_from_the_scaled_whole() -> None:
    coarse = np.random.default_rng(3).integers(0, 256, (60, 80, 3), np.uint8)
    undrawn = UndrawnPicture(av.VideoFrame.from_ndarray(coarse, "bgr24"), BgrConverter(40, 0))
    assert (undrawn.width, undrawn.height) == (40, 30)
    np.testing.assert_array_equal(undrawn.part(5, 5, 25, 20), undrawn.whole()[5:20, 5:25])


def test_a_picture_that_cannot_be_parted_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = av.VideoFrame.from_ndarray(np.zeros((61, 81, 3), np.uint8), "bgr24").reformat(format="yuv420p")
    drawn = []
    convert = BgrConverter.__call__

    def counted(self, picture):
        drawn.append(picture)
        return convert(self, picture)

    monkeypatch.setattr(BgrConverter, "__call__", counted)
    frame = Frame(0, 0, Fraction(1, 25), UndrawnPicture(odd, BgrConverter(None, 0)))
    for left in (0, 20, 40):
        assert frame.part(left, 10, left + 20, 30).shape == (20, 20, 3)
    assert frame.bgr.shape == (61, 81, 3)
    assert len(drawn) == 1
