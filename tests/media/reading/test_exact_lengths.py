"""A render for a timeline has exactly the timeline's frames, and each is the one on screen then."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from highlight_cuts_cv.contracts import Cadence, EncodeSettings
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.media import open_frames, open_writer, probe, raw_frames
from highlight_cuts_cv.media.reading.spans import clip_of
from highlight_cuts_cv.model import MediaInfo
from highlight_cuts_cv.testing.synthetic import make_counting_clip, read_index
from highlight_cuts_cv.timeline import TimelineClip

NTSC = Fraction(30000, 1001)
FAST = EncodeSettings(options={"preset": "ultrafast", "crf": "18"})


def timeline_clip(info: MediaInfo, rate: Fraction, start: int, frames: int) -> TimelineClip:
    return TimelineClip(
        clip_id="01", name="", track_name="V1", media_path=info.path, start=start / rate, frame_count=frames,
        rate=rate, info=info, position=0, otio_index=0,
    )  # fmt: skip


def on_screen(times: list[Fraction], moment: Fraction, tick: Fraction) -> int:
    return max(n for n, t in enumerate(times) if t <= moment + tick / 2)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize(
    ("stored", "rate", "start", "frames"),
    [
        (Fraction(30), Fraction(25), 1, 30),
        (Fraction(24), Fraction(60), 7, 61),
        (Fraction(60), Fraction(24), 5, 13),
        (NTSC, Fraction(25), 3, 30),
        (Fraction(25), NTSC, 8, 41),
        (NTSC, NTSC, 9, 20),
    ],
)
def test_each_frame_is_the_one_on_screen(
    suffix: str, stored: Fraction, rate: Fraction, start: int, frames: int,
    clip_file: Callable[..., Path], tmp_path: Path,
) -> None:  # fmt: skip
    """Also where a cut of the timeline falls in the middle of a stored frame."""
    info = probe(clip_file(suffix, 60, rate=stored))
    wanted = timeline_clip(info, rate, start, frames)
    clip = media_clip(wanted)
    with open_writer(tmp_path / "a.mp4", clip, FAST, Cadence(rate, frames)) as writer:
        for frame in raw_frames(clip, Cadence(rate, frames)):
            writer.write(frame)
    made = probe(tmp_path / "a.mp4")
    assert (made.frame_count, made.rate, made.start_pts) == (frames, rate, 0)
    times = [n / stored for n in range(60)]
    with open_frames(clip_of(made)) as pictures:
        shown = [read_index(f.bgr) for f in pictures.frames()]
    assert shown == [on_screen(times, (start + k) / rate, info.time_base) for k in range(frames)]


def test_a_variable_rate(tmp_path: Path) -> None:
    times = [Fraction(n * n % 7 + 20 * n, 600) for n in range(60)]
    (tmp_path / "in").mkdir()
    info = probe(make_counting_clip(tmp_path / "in" / "a.mp4", 60, Fraction(30), times=times))
    clip = media_clip(timeline_clip(info, Fraction(25), 11, 29))
    shown = [clip.first_frame + frame.index for frame in raw_frames(clip, Cadence(Fraction(25), 29))]
    assert shown == [on_screen(times, (11 + k) / Fraction(25), info.time_base) for k in range(29)]


@pytest.mark.parametrize(("audio", "suffix"), [("aac", ".mp4"), ("pcm_s16le", ".mov")])
def test_the_last_frame_is_repeated_where_the_file_ends_early(
    audio: str, suffix: str, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    """A timeline may use a frame more than the file has; sound and picture are as long as asked."""
    info = probe(clip_file(suffix, 50, rate=Fraction(25), audio=audio))
    clip = media_clip(timeline_clip(info, Fraction(25), 40, 12))
    assert clip.frame_count == 10
    with open_writer(tmp_path / f"a{suffix}", clip, FAST, Cadence(Fraction(25), 12)) as writer:
        for frame in raw_frames(clip, Cadence(Fraction(25), 12)):
            writer.write(frame)
    made = probe(tmp_path / f"a{suffix}")
    assert (made.frame_count, made.duration) == (12, Fraction(12, 25))
    with open_frames(clip_of(made)) as pictures:
        assert [read_index(f.bgr) for f in pictures.frames()] == [*range(40, 50), 49, 49]
    assert os.listdir(tmp_path) == [f"a{suffix}"]


def test_surplus_frames_are_cut(clip_file: Callable[..., Path]) -> None:
    clip = clip_of(probe(clip_file(".mp4", 60)))
    assert [f.index for f in raw_frames(clip, Cadence(Fraction(25), 7))] == list(range(7))
