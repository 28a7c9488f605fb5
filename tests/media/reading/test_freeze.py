"""A picture that stands still: exact frame counts, frozen pictures alike, sound in step."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Cadence, EncodeSettings, Freeze
from highlight_cuts_cv.media import clip_of, open_frames, open_writer, probe, raw_frames
from highlight_cuts_cv.model import ClipInfo
from highlight_cuts_cv.testing.synthetic import BEEP_EVERY, make_counting_clip, read_index

NTSC = Fraction(30000, 1001)
FAST = EncodeSettings(options={"preset": "ultrafast", "crf": "18"})


def written(
    path: Path, clip: ClipInfo, freeze: Freeze, rate: Fraction | None = None, count: int | None = None
) -> list[int]:
    """Which picture each frame of the film shows."""
    with open_writer(path, clip, FAST, Cadence(rate, count, freeze)) as writer:
        for frame in raw_frames(clip, Cadence(rate, count, freeze)):
            writer.write(frame)
    with open_frames(clip_of(probe(path))) as frames:
        return [read_index(frame.bgr) for frame in frames.frames()]


def onsets(path: Path) -> list[float]:
    """When the film's beeps begin, in seconds from its first picture."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        parts: list[NDArray[np.float64]] = []
        starts: list[float] = []
        for frame in container.decode(stream):
            assert frame.time is not None
            starts.append(frame.time)
            samples = np.abs(frame.to_ndarray().astype(np.float64))
            parts.append(samples[:1] if frame.format.is_planar else samples[:, :: len(frame.layout.channels)])
        loud: NDArray[np.bool_] = np.concatenate(parts, axis=1)[0] > 0.2 * max(p.max() for p in parts)
        times = np.flatnonzero(loud) / stream.rate + starts[0]
    return [float(t) for i, t in enumerate(times) if not i or t - times[i - 1] > 0.1]


@pytest.mark.parametrize("rate", [Fraction(25), NTSC, Fraction(60)])
@pytest.mark.parametrize("frame", [0, 13, 29])
def test_the_frame_stands_still_for_whole_frames(
    rate: Fraction, frame: int, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    clip = clip_of(probe(clip_file(".mp4", 40, rate=rate)), 5, 35)
    freeze = Freeze(frame, Fraction(1, 2))
    extra = round(rate / 2)
    at = 5 + frame
    expected = [*range(5, at), *[at] * extra, *range(at, 35)]
    assert written(tmp_path / "a.mp4", clip, freeze) == expected
    assert written(tmp_path / "b.mp4", clip, freeze, rate, 30) == expected
    for name in ("a.mp4", "b.mp4"):
        info = probe(tmp_path / name)
        assert (info.rate, info.variable_rate, info.duration) == (rate, False, len(expected) / rate)


def test_at_another_rate(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """The timeline's 25 of 60 frames: frame 8 is not on screen, the one after it stands still."""
    clip = clip_of(probe(clip_file(".mp4", 60, rate=Fraction(60))))
    shown = written(tmp_path / "a.mp4", clip, Freeze(8, Fraction(1, 5)), Fraction(25), 20)
    assert shown == [0, 2, 4, 7, *[9] * 5, 9, 12, 14, 16, 19, 21, 24, 26, 28, 31, 33, 36, 38, 40, 43, 45]


def test_the_last_one_stands_still_where_what_comes_after_the_frame_is_not_on_screen(
    clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    clip = clip_of(probe(clip_file(".mp4", 60, rate=Fraction(60))))
    shown = written(tmp_path / "a.mp4", clip, Freeze(59, Fraction(1, 5)), Fraction(25), 25)
    assert shown[-8:] == [52, 55, *[57] * 6]
    assert len(shown) == 30


def test_times_are_exact_where_the_files_clock_has_no_word_for_them(clip_file: Callable[..., Path]) -> None:
    """Matroska counts milliseconds; a frame of an NTSC rate is none."""
    clip = clip_of(probe(clip_file(".mkv", 20, rate=NTSC)))
    usual = [frame.pts * frame.time_base for frame in raw_frames(clip)]
    frames = list(raw_frames(clip, Cadence(freeze=Freeze(4, Fraction(1, 5)))))
    still = [usual[4] + n / clip.rate for n in range(6)]
    later = [time + 6 / clip.rate for time in usual[4:]]
    assert [frame.pts * frame.time_base for frame in frames] == [*usual[:4], *still, *later]


def test_a_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [Fraction(n * n % 7 + 20 * n, 600) for n in range(40)]
    (tmp_path / "in").mkdir()
    source = make_counting_clip(tmp_path / "in" / "a.mp4", 40, Fraction(30), times=times, audio="aac")
    clip = clip_of(probe(source))
    shown = written(tmp_path / "a.mp4", clip, Freeze(10, Fraction(1)))
    extra = round(clip.rate)
    assert shown == [*range(10), *[10] * extra, *range(10, 40)]
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        found = sorted(p.pts * stream.time_base for p in container.demux(stream) if p.pts is not None)
    pause = extra / clip.rate
    still = [times[10] + n / clip.rate for n in range(extra)]
    for is_at, should in zip(found, [*times[:10], *still, *(t + pause for t in times[10:])], strict=True):
        assert abs(is_at - should) <= 2 * clip.time_base


def test_frozen_pictures_are_the_same_bit_by_bit(clip_file: Callable[..., Path]) -> None:
    clip = clip_of(probe(clip_file(".mp4", 20)))
    pictures = []
    for frame in raw_frames(clip, Cadence(freeze=Freeze(4, Fraction(1, 5)))):
        pictures.append(frame.planes[0].copy())
        frame.planes[0][:] = 0  # drawn on: the next must come untouched
    assert len(pictures) == 25
    assert all((picture == pictures[4]).all() for picture in pictures[4:10])
    assert (pictures[10] != pictures[9]).any()


def test_the_sound_does_not_click_where_it_is_cut(tmp_path: Path) -> None:
    """A loud tone, cut in its middle: no step is larger than the tone's own, and the rest is as it was."""
    time = np.arange(48000) / 48000
    tone = np.rint(20000 * np.sin(2 * np.pi * 437 * time)).astype(np.int16)
    source = tmp_path / "in.mov"
    with av.open(str(source), "w") as output:
        stream, sound = (
            output.add_stream("libx264", rate=25),
            output.add_stream("pcm_s16le", rate=48000, layout="mono"),
        )
        stream.width = stream.height = 64
        for _ in range(25):
            output.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        output.mux(stream.encode(None))
        frame = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
        frame.sample_rate = 48000
        output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    clip = clip_of(probe(source))
    freeze = Freeze(10, Fraction(1, 5))
    with open_writer(tmp_path / "a.mov", clip, FAST, Cadence(freeze=freeze)) as writer:
        for picture in raw_frames(clip, Cadence(freeze=freeze)):
            writer.write(picture)
    with av.open(str(tmp_path / "a.mov")) as container:
        found = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)]).astype(int)
    assert len(found) == 57600 and not found[19200:28800].any()
    assert np.abs(np.diff(found)).max() <= np.abs(np.diff(tone.astype(int))).max() + 100
    assert (found[:18900] == tone[:18900]).all() and (found[29100:] == tone[19500:]).all()


@pytest.mark.parametrize(("audio", "suffix"), [("aac", ".mp4"), ("pcm_s16le", ".mov"), ("pcm_s16le", ".mp4")])
@pytest.mark.parametrize("at", [0, 20])
def test_the_sound_is_silent_meanwhile_and_in_step_after(
    audio: str, suffix: str, at: int, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    source = probe(clip_file(".mov" if audio != "aac" else ".mp4", 50, rate=Fraction(25), audio=audio))
    film = tmp_path / f"a{suffix}"
    written(film, clip_of(source), Freeze(at, Fraction(6, 5)), Fraction(25), 50)
    beeps = [float(n * BEEP_EVERY) for n in range(4)]  # the picture stands still before 0.8 s
    expected = [t if t < at / 25 else t + 1.2 for t in beeps]
    assert onsets(film) == pytest.approx(expected, abs=0.01)
    with av.open(str(film)) as container:
        sound = container.streams.audio[0]
        assert sound.duration is not None and sound.time_base is not None
        assert float(sound.duration * sound.time_base) == pytest.approx(3.2, abs=0.03)
