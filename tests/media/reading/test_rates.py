"""Recordings whose stamps are not even: their rate is the recorder's, and each picture is shown once."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.contracts import Cadence, EncodeSettings
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.media import clip_of, open_frames, open_writer, probe, raw_frames
from highlight_cuts_cv.media.reading.rates import frame_rate
from highlight_cuts_cv.media.reading.raw import source_frames
from highlight_cuts_cv.model import MediaInfo
from highlight_cuts_cv.testing.synthetic import read_index
from highlight_cuts_cv.timeline import TimelineClip

FILM, NTSC = Fraction(24000, 1001), Fraction(30000, 1001)
MS = Fraction(1, 1000)
FAST = EncodeSettings(options={"preset": "ultrafast", "crf": "18"})


def millisecond_times(rate: Fraction, count: int = 60) -> list[Fraction]:
    return [round(n / rate / MS) * MS for n in range(count)]


def jittered(times: list[Fraction], most: int, seed: int = 3) -> list[Fraction]:
    steps = random.Random(seed)
    moved = [t + 20 * MS + steps.randint(-most, most) * MS for t in times]
    return [t - moved[0] for t in moved]


def shown_by_timeline(info: MediaInfo, start: int, frames: int, rate: Fraction | None = None) -> list[int]:
    rate = rate or info.rate
    clip = media_clip(
        TimelineClip(
            clip_id="01",
            name="",
            track_name="V1",
            media_path=info.path,
            start=start / rate,
            frame_count=frames,
            rate=rate,
            info=info,
            position=0,
            otio_index=0,
        )
    )
    return [clip.first_frame + frame for frame in source_frames(clip, rate, frames)]


@pytest.mark.parametrize("rate", [FILM, Fraction(25), NTSC, Fraction(30), Fraction(60)])
def test_whole_milliseconds_are_even(rate: Fraction, clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """As after a copy from MKV or FLV into MP4."""
    info = probe(clip_file(".mp4", rate=rate, times=millisecond_times(rate)))
    assert (info.rate, info.variable_rate, info.duration) == (rate, False, 60 / rate)
    assert shown_by_timeline(info, 15, 30) == list(range(15, 45))
    assert shown_by_timeline(info, 14, 20, 2 * rate) == [7 + n // 2 for n in range(20)]
    clip = clip_of(info, 7, 50)
    with open_writer(tmp_path / "a.mp4", clip, FAST) as writer:
        for frame in raw_frames(clip):
            writer.write(frame)
    made = probe(tmp_path / "a.mp4")
    assert (made.rate, made.variable_rate, made.frame_count) == (rate, False, 43)


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30), Fraction(60)])
@pytest.mark.parametrize("seed", range(5))
def test_each_picture_once_under_jitter(rate: Fraction, seed: int, clip_file: Callable[..., Path]) -> None:
    times = jittered([n / rate for n in range(60)], 4, seed)
    info = probe(clip_file(".mp4", rate=rate, times=times))
    assert (info.rate, info.variable_rate) == (rate, True)
    assert shown_by_timeline(info, 15, 30) == list(range(15, 45))
    assert source_frames(clip_of(info, 10, 40), rate, 30) == list(range(30))


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30), Fraction(60)])
def test_missing_frames_leave_the_others_in_their_places(
    rate: Fraction, clip_file: Callable[..., Path]
) -> None:
    """Phones leave out frames in poor light: the rate stays the nominal one, each picture at its time."""
    kept = [n for n in range(84) if n % 7 not in (3, 5)]
    times = jittered([n / rate for n in kept], 2)
    info = probe(clip_file(".mp4", len(kept), rate=rate, times=times))
    assert (info.rate, info.variable_rate) == (rate, True)
    assert abs(info.duration - 84 / rate) <= 1 / rate
    shown = [kept[n] for n in shown_by_timeline(info, 10, 40)]
    assert shown == [max(k for k in kept if k <= n) for n in range(10, 50)]


def test_a_pause_in_the_recording(clip_file: Callable[..., Path]) -> None:
    times = [Fraction(n, 25) + (10 if n >= 30 else 0) for n in range(60)]
    info = probe(clip_file(".ts", times=times))
    assert (info.rate, info.variable_rate, info.duration) == (25, True, Fraction(310, 25))
    assert shown_by_timeline(info, 10, 15) == list(range(10, 25))
    assert shown_by_timeline(info, 275, 10) == [29] * 5 + list(range(30, 35))


def test_faster_than_nominal_keeps_in_step(clip_file: Callable[..., Path]) -> None:
    """Pictures that come faster than the nominal rate for long are left out, not put off."""
    times = [Fraction(n, 30) if n < 40 else Fraction(40, 30) + Fraction(n - 40, 60) for n in range(100)]
    info = probe(clip_file(".mp4", 100, rate=Fraction(30), times=times))
    for rate in (Fraction(30), Fraction(60)):
        shown = shown_by_timeline(info, 0, int(Fraction(70, 30) * rate), rate)
        assert all(abs(times[n] - k / rate) <= Fraction(1, 25) for k, n in enumerate(shown))


@pytest.mark.parametrize(
    ("rate", "base"),
    [
        (Fraction(24999, 1000), Fraction(1, 24999)),
        (Fraction(59999, 1000), Fraction(1, 59999)),
        (Fraction(2398, 100), Fraction(1, 2398)),
        (Fraction(2398, 100), Fraction(1, 90000)),
        (Fraction(2398, 100), MS),
        (FILM, Fraction(1, 600)),
        (FILM, MS),
        (NTSC, Fraction(1, 90000)),
        (Fraction(15, 2), MS),
    ],
)
@pytest.mark.parametrize("count", [8, 60, 5000])
def test_the_rate_is_what_the_medium_says(rate: Fraction, base: Fraction, count: int) -> None:
    pts = np.array([round(n / rate / base) for n in range(count + 1)], np.int64)
    assert frame_rate(pts[:-1], int(pts[-1]), base, [rate] * 3) == (rate, False)


def test_an_average_is_not_a_rate() -> None:
    """MP4 states frames by duration, which is an average where ticks are coarse."""
    base = Fraction(1, 600)
    pts = np.array([int(n / FILM / base) for n in range(61)], np.int64)
    average = 60 / (int(pts[-1]) * base)
    assert average != FILM
    assert frame_rate(pts[:-1], int(pts[-1]), base, [average, average, FILM]) == (FILM, False)


def test_films_of_odd_rates_are_as_long_as_asked(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    rate = Fraction(24999, 1000)
    info = probe(clip_file(".mp4", rate=rate))
    clip = clip_of(info, 5, 17)
    with open_writer(tmp_path / "a.mp4", clip, FAST, Cadence(rate, 12)) as writer:
        for frame in raw_frames(clip, Cadence(rate, 12)):
            writer.write(frame)
    made = probe(tmp_path / "a.mp4")
    assert (made.rate, made.duration) == (rate, 12 / rate)
    with open_frames(clip_of(made)) as frames:
        assert [read_index(f.bgr) for f in frames.frames()] == list(range(5, 17))


@pytest.mark.parametrize(("stored", "rate"), [(Fraction(2997, 100), NTSC), (NTSC, Fraction(2997, 100))])
def test_rates_that_are_all_but_the_same(
    stored: Fraction, rate: Fraction, clip_file: Callable[..., Path]
) -> None:
    """Editors call both 29.97; frames come once each in a timeline of the other, however far in."""
    info = probe(clip_file(".mp4", 3600, rate=stored, gop=300))
    assert info.rate == stored
    assert shown_by_timeline(info, 3500, 60, rate) == list(range(3500, 3560))
    assert shown_by_timeline(info, 0, 60, rate) == list(range(60))


def test_frames_missing_between_ticks_as_long_as_frames() -> None:
    """As AVI has them: every tenth frame missing of 25 a second is no even 22.5 that ticks have rounded."""
    pts = np.array([n for n in range(150) if n % 10 != 7])
    assert frame_rate(pts, 150, Fraction(1, 25), [Fraction(25)]) == (25, True)
    assert frame_rate(np.arange(150), 150, Fraction(1, 25), [Fraction(25)]) == (25, False)
