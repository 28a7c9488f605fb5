"""Frames by number and by time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.media import clip_frame_number, frame_number, probe
from highlight_cuts_cv.media.moments import parse_moment, parse_range
from highlight_cuts_cv.model import BadInputError


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("0", 0),
        ("945", 945),
        ("31.5s", Fraction(63, 2)),
        ("31s", Fraction(31)),
        ("0:31", Fraction(31)),
        ("0:31.5", Fraction(63, 2)),
        ("75:00", Fraction(4500)),
        ("1:02:05.25", Fraction(14901, 4)),
    ],
)
def test_numbers_are_frames_and_the_rest_are_times(text, moment):
    found = parse_moment(text)
    assert found == moment and isinstance(found, Fraction) is isinstance(moment, Fraction)


@pytest.mark.parametrize(
    "text", ["", "31.5", "-1", "1:2", "0:60", "1:2:03", "0:31,5", "s", "x", "1:00:00:00", "٣"]
)
def test_what_is_neither_is_none(text):
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("58:70", (58, 70)),
        (":70", (None, 70)),
        ("58:", (58, None)),
        ("31.5s:40s", (Fraction(63, 2), Fraction(40))),
        ("30:40s", (30, Fraction(40))),
        ("0:31.5-0:40", (Fraction(63, 2), Fraction(40))),
        ("0:31.5-", (Fraction(63, 2), None)),
    ],
)
def test_ranges(text, ends):
    assert parse_range(text) == ends


@pytest.mark.parametrize("text", ["9", "", "-5:10", "0:31.5:0:40", "1:30:20", "a:b", "0:1-x"])
def test_what_could_be_read_in_two_ways_is_no_range(text):
    with pytest.raises(BadInputError, match="is not START:END"):
        parse_range(text)


def test_a_time_is_the_frame_on_screen_then():
    info = probe(demo_clip())  # 120 frames, 10 a second
    shown = [frame_number(info, Fraction(text)) for text in ("0", "0.05", "0.1", "0.19", "11.99", "12")]
    assert shown == [0, 0, 1, 1, 119, 120]
    assert frame_number(info, 7) == 7
    with pytest.raises(BadInputError, match=r"12\.1 s lies after the end .* lasts 12\.000 s"):
        frame_number(info, Fraction("12.1"))


def test_times_of_a_clip_count_from_where_it_begins():
    clip = video_clip(demo_clip(), "2s:3s")
    assert (clip.first_frame, clip.frame_count) == (20, 10)
    assert [clip_frame_number(clip, Fraction(text)) for text in ("0", "0.29", "0.3", "1")] == [0, 2, 3, 10]
    assert clip_frame_number(clip, 4) == 4
    # begins in the middle of its first frame
    late = replace(clip, start_offset=Fraction(1, 20))
    assert [clip_frame_number(late, Fraction(text)) for text in ("0", "0.04", "0.05")] == [0, 0, 1]
