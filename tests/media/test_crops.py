"""Parts of pictures, also between two samples, in all kinds of formats."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from highlight_cuts_cv.media.crops import cropped_frame
from highlight_cuts_cv.media.planes import views
from highlight_cuts_cv.media.reading.raw import DecodedFrame
from highlight_cuts_cv.model import ColorTags, Crop

FORMATS = ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "nv12", "p010le", "rgb24", "gbrp"]


def frame_of(pixel_format, width=64, height=8):
    """A picture in which every sample says where it is: a soft wave of two periods."""
    picture = av.VideoFrame(width, height, pixel_format)
    picture.pts, picture.time_base = 3, Fraction(1, 25)
    for plane in views(picture):
        deep = plane.dtype == np.uint16
        x = (np.arange(plane.shape[1]) * (width / plane.shape[1])).reshape(1, -1, *[1] * (plane.ndim - 2))
        wave = 120 + 80 * np.sin(2 * np.pi * x / 32)
        plane[...] = np.round(wave * (256 if deep else 1)).astype(plane.dtype)
    return DecodedFrame(3, 3, Fraction(1, 25), ColorTags(), picture, False)


def crop_at(left, width=24, height=8):
    return Crop(np.full(5, float(left)), width, height)


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("left", [0, 10, 40])
def test_whole_samples_are_copied(pixel_format, left):
    frame = frame_of(pixel_format)
    part = cropped_frame(frame, crop_at(left))
    assert (part.width, part.height, part.pixel_format) == (24, 8, pixel_format)
    assert (part.index, part.pts, part.time_base) == (3, 3, Fraction(1, 25))
    for had, has in zip(frame.planes, part.planes, strict=True):
        across = 64 // had.shape[1]
        assert np.array_equal(has, had[:, left // across : (left + 24) // across])


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_between_samples_the_picture_is_moved_by_the_same_way_in_all_planes(pixel_format):
    frame = frame_of(pixel_format)
    for left in (9.25, 10.5, 11.8125):
        for plane in cropped_frame(frame, crop_at(left)).planes:
            across, deep = 24 / plane.shape[1], plane.dtype == np.uint16
            at = np.arange(plane.shape[1]) * across + left
            wanted = (120 + 80 * np.sin(2 * np.pi * at / 32)).reshape(1, -1, *[1] * (plane.ndim - 2))
            assert np.abs(plane.astype(float) / (256 if deep else 1) - wanted).max() < 2


def test_the_frame_that_was_cut_from_stays_as_it_was():
    frame = frame_of("yuv420p")
    before = [plane.copy() for plane in frame.planes]
    part = cropped_frame(frame, crop_at(10))
    for plane in part.planes:
        plane[...] = 0
    assert all(np.array_equal(a, b) for a, b in zip(before, frame.planes, strict=True))
