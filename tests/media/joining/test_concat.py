"""Joining films that differ: one size, rate and sound; in step; and what does not differ stays as it is."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.media import clip_of, concat_files, open_writer, probe, raw_frames
from highlight_cuts_cv.media.writing.presets import PRESETS
from highlight_cuts_cv.model import AudioInfo, BadInputError, CancelledError, ColorTags

FLASH = Fraction(1)
"""Seconds into a film of :func:`film` when it turns white and beeps, for a tenth of a second."""
RED, GREEN, BLUE = (200, 40, 40), (40, 160, 40), (50, 60, 200)
BT709 = {"color_primaries": 1, "color_trc": 1, "colorspace": 1}


def film(
    path: Path,
    size: tuple[int, int] = (320, 180),
    rate: Fraction = Fraction(25),
    seconds: Fraction = Fraction(2),
    *,
    sound: tuple[str, int, str] | None = ("aac", 48000, "stereo"),
    sound_seconds: Fraction | None = None,
    beeps_at: Sequence[Fraction] = (FLASH,),
    background: tuple[int, int, int] = RED,
    aspect: Fraction = Fraction(1),
    rotation: int = 0,
    pixel_format: str = "yuv420p",
    tags: dict[str, int] | None = None,
    interlaced: bool = False,
) -> Path:
    """A green disc under a blue sky on a background; ``size`` is as shown, ``aspect`` that of a pixel."""
    path.parent.mkdir(exist_ok=True)
    width, height = size
    y, x = np.mgrid[:height, :width]
    picture = np.empty((height, width, 3), np.uint8)
    picture[...] = background
    reach = min(float(width * aspect), height) / 3
    picture[((x - width / 2) * float(aspect)) ** 2 + (y - height / 2) ** 2 < reach**2] = GREEN
    picture[: height // 10] = BLUE
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=rate, options={"crf": "12", "preset": "ultrafast"})
        stream.width, stream.height = size if rotation in (0, 180) else size[::-1]
        context = stream.codec_context
        stream.pix_fmt, context.sample_aspect_ratio = pixel_format, aspect
        for name, value in (tags or {}).items():
            setattr(context, name, value)
        if interlaced:
            context.flags |= av.codec.context.Flags.interlaced_dct
        if rotation:
            stream.set_display_rotation(-rotation)
        heard: Any = None
        if sound is not None:
            heard = output.add_stream(sound[0], rate=sound[1])
            heard.codec_context.layout = sound[2]
        for number in range(round(seconds * rate)):
            white = FLASH <= number / rate < FLASH + Fraction(1, 10)
            shown = np.full_like(picture, 255) if white else picture
            turned = np.ascontiguousarray(np.rot90(shown, rotation // 90))
            frame: Any = av.VideoFrame.from_ndarray(turned, "rgb24")
            frame = frame.reformat(
                format=pixel_format,
                dst_colorspace=1 if (tags or {}).get("colorspace") == 1 else 5,
                dst_color_range="JPEG" if (tags or {}).get("color_range") == 2 else "MPEG",
            )
            frame.pts, frame.time_base = number, 1 / rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if sound is not None:
            samples = beeping(sound_seconds or seconds, sound[1], beeps_at)
            channels = heard.codec_context.layout.nb_channels
            part = av.AudioFrame.from_ndarray(np.tile(samples, (channels, 1)), "fltp", sound[2])
            part.sample_rate, part.pts, part.time_base = sound[1], 0, Fraction(1, sound[1])
            output.mux(heard.encode(part))
            output.mux(heard.encode(None))
    return path


def beeping(seconds: Fraction, rate: int, at: Sequence[Fraction]) -> NDArray[np.float32]:
    time = np.arange(round(seconds * rate)) / rate
    loud = np.any([(time >= float(t)) & (time < float(t) + 0.1) for t in at], axis=0)
    return np.where(loud, 0.5 * np.sin(2 * np.pi * 1000 * time), 0).astype(np.float32)


def pictures(path: Path) -> Iterator[tuple[Fraction, NDArray[np.uint8]]]:
    """Each picture's time in seconds and its RGB."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert frame.pts is not None and frame.time_base is not None
            yield frame.pts * frame.time_base, frame.to_ndarray(format="rgb24").astype(np.uint8)


def flashes(path: Path) -> list[Fraction]:
    """When the middle of the picture turns white."""
    white = [(time, rgb[len(rgb) // 2, rgb.shape[1] // 2].min() > 200) for time, rgb in pictures(path)]
    return [time for number, (time, is_white) in enumerate(white) if is_white and not white[number - 1][1]]


def heard_beeps(path: Path) -> tuple[list[float], float, float]:
    """When beeps begin, how loud the loudest is, and how long the sound is: as a player that decodes
    on and on hears them."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
        start, rate = frames[0].time or 0.0, frames[0].sample_rate
        resampler = av.AudioResampler(format="fltp")
        samples = np.concatenate([p.to_ndarray()[0] for f in frames for p in resampler.resample(f)])
    loud = np.flatnonzero(np.abs(samples) > 0.15)
    onsets = loud[np.diff(loud, prepend=-rate) > rate // 20]
    return [start + n / rate for n in onsets], float(np.abs(samples).max()), start + len(samples) / rate


def packets(path: Path, kind: str) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(**{kind: 0}) if p.size]


def preset_film(path: Path, source: Path) -> Path:
    """A film encoded with our settings, with the sound of its source."""
    path.parent.mkdir(exist_ok=True)
    clip = clip_of(probe(source))
    with open_writer(path, clip, PRESETS["edit"]) as writer:
        for frame in raw_frames(clip):
            writer.write(frame)
    return path


def assert_in_step(path: Path, expected: Sequence[Fraction], silent: Sequence[Fraction] = ()) -> None:
    """Flashes come when expected, within half a picture, and beeps within one picture of them."""
    picture = float(1 / probe(path).rate)
    np.testing.assert_allclose(
        [float(t) for t in flashes(path)], [float(t) for t in expected], atol=picture / 2
    )
    beeps, loudest, _ = heard_beeps(path)
    sounding = [float(t) for t in expected if t not in silent]
    np.testing.assert_allclose(beeps, sounding, atol=picture)
    assert 0.45 < loudest < 0.56


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """An upright phone's, a camera's, and an old camera's film, the last without sound and with pixels
    that are not square."""
    return [
        film(
            tmp_path / "in" / "phone.mp4", (180, 320), Fraction(30), rotation=90, sound=("aac", 44100, "mono")
        ),
        film(tmp_path / "in" / "camera.mp4", (320, 180), Fraction(50), tags=BT709),
        film(tmp_path / "in" / "old.mp4", (360, 288), Fraction(25), aspect=Fraction(16, 15), sound=None),
    ]


@pytest.mark.parametrize(
    ("first", "sound"),
    [
        (0, AudioInfo(1, "aac", 44100, 1)),
        (1, AudioInfo(1, "aac", 48000, 2)),
        (2, AudioInfo(1, "aac", 44100, 1)),  # it has none, so the next one's
    ],
)
def test_the_first_film_decides(first: int, sound: AudioInfo, three: list[Path], tmp_path: Path) -> None:
    films = three[first:] + three[:first]
    (tmp_path / "out").mkdir()
    joined = probe(concat_files(films, tmp_path / "out" / "reel.mp4", reencode=True))
    assert os.listdir(tmp_path / "out") == ["reel.mp4"]
    model = probe(films[0])
    assert (joined.width, joined.height, joined.rate) == (model.width, model.height, model.rate)
    assert (joined.sample_aspect_ratio, joined.color) == (model.sample_aspect_ratio, model.color)
    assert (joined.rotation, joined.variable_rate) == (0, False)
    assert joined.frame_count == 6 * model.rate
    assert joined.audio == (sound,)
    times = [FLASH, 2 + FLASH, 4 + FLASH]
    assert_in_step(joined.path, times, silent=[times[films.index(three[2])]])
    assert abs(heard_beeps(joined.path)[2] - 6) < 0.03


def test_pictures_are_shown_whole_and_undistorted(three: list[Path], tmp_path: Path) -> None:
    """In a film of 320x180: 180x320 upright becomes 102x180, 360x288 of 16:15 becomes 240x180."""
    joined = concat_files([three[1], three[0], three[2]], tmp_path / "reel.mp4", reencode=True)
    shown = {float(time): rgb for time, rgb in pictures(joined)}
    for time, left, right in ((0.5, 0, 320), (2.5, 108, 210), (4.5, 40, 280)):
        rgb = shown[time].astype(int)
        outside = np.delete(rgb, np.s_[max(0, left - 2) : right + 2], axis=1)
        assert not outside.size or outside.max() < 12  # black
        inside = rgb[:, left + 3 : right - 3]
        assert np.abs(inside[4:14].mean((0, 1)) - BLUE).max() < 12  # the sky is above
        assert np.abs(inside[-8:].mean((0, 1)) - RED).max() < 12
        green = (rgb[..., 1] > 100) & (rgb[..., 0] < 110) & (rgb[..., 2] < 110)
        rows, columns = np.flatnonzero(green.any(1)), np.flatnonzero(green.any(0))
        assert abs(np.ptp(rows) - np.ptp(columns)) <= 3  # a disc
        assert abs(columns.mean() - 160) < 2 and abs(rows.mean() - 90) < 2


def test_what_does_not_differ_is_copied_bit_by_bit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = preset_film(tmp_path / "a" / "a.mp4", film(tmp_path / "in" / "a.mp4", background=BLUE))
    other = film(tmp_path / "in" / "b.mp4", (200, 200), Fraction(30), sound=("aac", 44100, "mono"))
    last = preset_film(tmp_path / "a" / "c.mp4", film(tmp_path / "in" / "c.mp4"))
    with caplog.at_level(logging.WARNING):
        joined = concat_files([first, other, last], tmp_path / "reel.mp4", reencode=True)
    assert str(first) not in caplog.text and str(last) not in caplog.text
    ours = packets(joined, "video")
    assert ours[:50] == packets(first, "video") and ours[-50:] == packets(last, "video")
    heard, begun, ended = packets(joined, "audio"), packets(first, "audio"), packets(last, "audio")
    assert heard[: len(begun) - 1] == begun[:-1]  # the last packet lies past the pictures
    assert heard[-90:] == ended[-90:]
    assert_in_step(joined, [FLASH, 2 + FLASH, 4 + FLASH])


@pytest.mark.parametrize("sound", [None, ("aac", 44100, "stereo"), ("libmp3lame", 48000, "stereo")])
def test_pictures_are_copied_where_only_the_sound_differs(
    sound: tuple[str, int, str] | None, tmp_path: Path
) -> None:
    first = film(tmp_path / "in" / "a.mp4")
    other = film(tmp_path / "in" / "b.mp4", sound=sound)
    joined = concat_files([first, other, first], tmp_path / "reel.mp4", reencode=True)
    ours = packets(first, "video")
    assert packets(joined, "video") == ours + packets(other, "video") + ours
    assert_in_step(joined, [FLASH, 2 + FLASH, 4 + FLASH], silent=[] if sound else [2 + FLASH])


@pytest.mark.parametrize("again", [False, True])
def test_sound_longer_than_its_pictures_is_cut(again: bool, tmp_path: Path) -> None:
    """A beep after the last picture is not heard, and the next film begins with its own sound."""
    late = [FLASH, Fraction(23, 10)]
    first = film(tmp_path / "in" / "a.mp4", sound_seconds=Fraction(27, 10), beeps_at=late)
    other = film(tmp_path / "in" / "b.mp4", beeps_at=[Fraction(1, 10), FLASH])
    joined = concat_files([first, other, first], tmp_path / "reel.mp4", reencode=again)
    beeps, _, length = heard_beeps(joined)
    np.testing.assert_allclose(beeps, [1, 2.1, 3, 5], atol=0.02)
    assert abs(length - 6) < 0.03


def test_sound_shorter_than_its_pictures_is_filled(tmp_path: Path) -> None:
    """Also for players that decode sound on and on, whatever its packets say about their times."""
    short = film(tmp_path / "in" / "a.mp4", sound_seconds=Fraction(13, 10))
    joined = concat_files([short, short, short, short], tmp_path / "reel.mp4", reencode=True)
    assert packets(joined, "video") == 4 * packets(short, "video")
    assert_in_step(joined, [FLASH, 2 + FLASH, 4 + FLASH, 6 + FLASH])


def test_uncompressed_sound_in_mov(tmp_path: Path) -> None:
    first = film(tmp_path / "in" / "a.mov", sound=("pcm_s16le", 48000, "stereo"))
    other = film(tmp_path / "in" / "b.mp4", (180, 180), sound=("aac", 44100, "mono"))
    joined = concat_files([first, other, first], tmp_path / "reel.mov", reencode=True)
    assert [a.codec for a in probe(joined).audio] == ["pcm_s16le"]
    assert_in_step(joined, [FLASH, 2 + FLASH, 4 + FLASH])


@pytest.mark.parametrize(
    "first_tags", [None, BT709, {**BT709, "color_range": 2}], ids=["untagged", "BT.709", "full range"]
)
def test_colours_look_the_same(first_tags: dict[str, int] | None, tmp_path: Path) -> None:
    """BT.601 (by tags or by its size), BT.709 and full range are converted into each other."""
    kinds = (first_tags, None, BT709, {"colorspace": 6, "color_range": 2})
    films = [
        film(tmp_path / "in" / f"{n}.mp4", (320, 180 + 20 * n), seconds=Fraction(1), tags=tags, sound=None)
        for n, tags in enumerate(kinds)
    ]
    joined = concat_files(films, tmp_path / "reel.mp4", reencode=True)
    model = probe(films[0])
    assert probe(joined).color == model.color
    shown = {float(time): rgb for time, rgb in pictures(joined)}
    for second in range(len(films)):
        rgb = shown[second + 0.48]
        assert np.abs(rgb[85:95, 155:165].mean((0, 1)) - GREEN).max() < 6
        assert np.abs(rgb[-12:-6, 150:170].mean((0, 1)) - RED).max() < 6


def test_hdr_is_not_joined_to_what_is_not(tmp_path: Path) -> None:
    plain = film(tmp_path / "in" / "plain.mp4")
    bt2020 = {"color_primaries": 9, "colorspace": 9}
    hlg = film(tmp_path / "in" / "hlg.mp4", tags={**bt2020, "color_trc": 18}, pixel_format="yuv420p10le")
    pq = film(tmp_path / "in" / "pq.mp4", tags={**bt2020, "color_trc": 16}, pixel_format="yuv420p10le")
    for films, words in (
        ([plain, hlg], "HDR .HLG., not SDR"),
        ([pq, plain], "SDR, not HDR .PQ."),
        ([pq, hlg], "HDR .HLG., not HDR .PQ."),
    ):
        with pytest.raises(BadInputError, match=words) as caught:
            concat_files(films, tmp_path / "reel.mp4", reencode=True)
        assert str(films[0]) in str(caught.value) and str(films[1]) in str(caught.value)
    assert os.listdir(tmp_path) == ["in"]
    other = film(
        tmp_path / "in" / "b.mp4", (180, 180), tags={**bt2020, "color_trc": 18}, pixel_format="yuv420p10le"
    )
    joined = probe(concat_files([hlg, other], tmp_path / "reel.mp4", reencode=True))
    assert joined.color == ColorTags("bt2020", "arib-std-b67", "bt2020nc", joined.color.full_range)
    assert not joined.color.full_range
    assert joined.pixel_format == "yuv420p10le"


def test_interlaced_films_of_another_size_become_progressive(tmp_path: Path) -> None:
    woven = film(tmp_path / "in" / "a.mp4", (320, 240), interlaced=True)
    assert probe(woven).interlaced
    plain = film(tmp_path / "in" / "b.mp4")
    for films in ([plain, woven], [woven, plain]):
        joined = probe(concat_files(films, tmp_path / "reel.mp4", reencode=True))
        assert not joined.interlaced and joined.frame_count == 100
        assert_in_step(joined.path, [FLASH, 2 + FLASH])


def test_odd_sizes(tmp_path: Path) -> None:
    odd = film(tmp_path / "in" / "a.mp4", (201, 151), pixel_format="yuv444p")
    plain = film(tmp_path / "in" / "b.mp4")
    for films, size, kind in (([odd, plain], (201, 151), "yuv444p"), ([plain, odd], (320, 180), "yuv420p")):
        joined = probe(concat_files(films, tmp_path / "reel.mp4", reencode=True))
        assert (joined.width, joined.height, joined.pixel_format) == (*size, kind)
        assert_in_step(joined.path, [FLASH, 2 + FLASH])


def test_the_first_film_decides_how_many_sounds_there_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = film(tmp_path / "in" / "one.mp4")
    two = tmp_path / "in" / "two.mp4"
    with av.open(str(one)) as source, av.open(str(two), "w") as output:
        inputs = [source.streams.video[0], source.streams.audio[0]]
        copies = [output.add_stream_from_template(stream) for stream in (*inputs, inputs[1])]
        for packet in source.demux(inputs):
            if packet.dts is not None:
                data, pts, dts = bytes(packet), packet.pts, packet.dts
                for copy in copies[:1] if packet.stream == inputs[0] else copies[1:]:
                    again = av.Packet(data)
                    again.pts, again.dts, again.time_base = pts, dts, packet.time_base
                    again.duration, again.is_keyframe, again.stream = (
                        packet.duration,
                        packet.is_keyframe,
                        copy,
                    )
                    output.mux_one(again)
    with caplog.at_level(logging.WARNING):
        few = probe(concat_files([one, two], tmp_path / "few.mp4", reencode=True))
    assert len(few.audio) == 1 and f"2 sound tracks of '{two}' the first 1" in caplog.text
    assert_in_step(few.path, [FLASH, 2 + FLASH])
    many = probe(concat_files([two, one], tmp_path / "many.mp4", reencode=True))
    assert len(many.audio) == 2
    assert_in_step(many.path, [FLASH, 2 + FLASH])
    with av.open(str(many.path)) as container:
        second = [f.to_ndarray()[0] for f in container.decode(container.streams.audio[1])]
    loud = np.flatnonzero(np.abs(np.concatenate(second)) > 0.15) / 48000
    assert loud.min() >= 1 and loud.max() < 1.2  # silent where there was none


def test_progress_and_cancelling(three: list[Path], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    output = tmp_path / "reel.mp4"
    notes: list[str] = []
    watch = Watch(lambda done, total: told.append((done, total)), warn=notes.append)
    concat_files(three, output, reencode=True, watch=watch)
    assert any("encoded again to be joined" in note for note in notes)
    total = 2 * 180  # pictures, encoded and joined
    assert told == [(done, total) for done in range(1, total + 1)]
    output.write_text("what was there before")
    for last in (30, 200):
        told.clear()

        def cancelled(last: int = last) -> bool:
            return len(told) >= last

        with pytest.raises(CancelledError, match="no file was written"):
            concat_files(
                three,
                output,
                reencode=True,
                watch=replace(watch, cancelled=cancelled),
            )
        assert len(told) == last
        assert sorted(os.listdir(tmp_path)) == ["in", "reel.mp4"]
        assert output.read_text() == "what was there before"


def test_a_camera_that_only_counts_its_channels(tmp_path: Path) -> None:
    """AVI holds neither a layout nor what MP4 can hold of its sound."""
    old = film(tmp_path / "in" / "a.avi", sound=("pcm_s16le", 32000, "stereo"))
    new = film(tmp_path / "in" / "b.mp4", (180, 180))
    joined = probe(concat_files([old, new], tmp_path / "reel.mp4", reencode=True))
    assert joined.audio == (AudioInfo(1, "aac", 32000, 2),)
    assert_in_step(joined.path, [FLASH, 2 + FLASH])


def test_what_the_container_cannot_hold_is_said(tmp_path: Path) -> None:
    first, other = film(tmp_path / "in" / "a.mp4"), film(tmp_path / "in" / "b.mp4", (180, 180))
    with pytest.raises(BadInputError, match="cannot hold pictures of the kind h264"):
        concat_files([first, other], tmp_path / "reel.webm", reencode=True)
    assert os.listdir(tmp_path) == ["in"]
