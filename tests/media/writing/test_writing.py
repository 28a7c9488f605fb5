"""What is encoded is what was given: frames, times, sound, colour; and nothing half-written stays."""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from highlight_cuts_cv.contracts import Cadence, EncodeSettings, RawFrame
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.media import clip_of, concat_files, open_frames, open_writer, probe, raw_frames
from highlight_cuts_cv.media.writing.audio import AudioFeed
from highlight_cuts_cv.media.writing.presets import PRESETS
from highlight_cuts_cv.model import BadInputError, ClipInfo, ColorTags, JobFailedError, MediaInfo
from highlight_cuts_cv.testing.synthetic import BEEP_EVERY, make_counting_clip, read_index

NTSC = Fraction(30000, 1001)
FAST = EncodeSettings(options={"preset": "ultrafast", "crf": "18"})


def render(
    clip: ClipInfo, path: Path, settings: EncodeSettings = FAST, rate: Fraction | None = None
) -> MediaInfo:
    with open_writer(path, clip, settings, Cadence(rate)) as writer:
        for frame in raw_frames(clip, Cadence(rate)):
            writer.write(frame)
    assert os.listdir(path.parent) == [path.name]
    return probe(path)


def indexes(info: MediaInfo) -> list[int]:
    with open_frames(clip_of(info)) as frames:
        return [read_index(f.bgr) for f in frames.frames()]


def sound_of(path: Path) -> tuple[np.ndarray, int]:
    """The first channel as a player that decodes on and on hears it; sample 0 is at time 0."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp", layout="stereo")
        parts: list[Any] = []
        for frame in container.decode(stream):
            if not parts:
                assert frame.pts is not None and frame.time_base is not None
                parts.append(
                    np.zeros(max(0, round(frame.pts * frame.time_base * frame.sample_rate)), np.float32)
                )
            parts += [p.to_ndarray()[0] for p in resampler.resample(frame)]
        return np.concatenate(parts), stream.rate


def onsets(path: Path) -> list[float]:
    sound, rate = sound_of(path)
    loud = np.flatnonzero(np.abs(sound) > 0.1)
    return [float(n) / rate for n in loud[np.diff(loud, prepend=-rate) > rate // 10]]


def assert_beeps(path: Path, since: Fraction, until: Fraction, tolerance: float = 0.003) -> None:
    """The source's beeps between two of its times are heard at the right times."""
    first = -(-since // BEEP_EVERY)
    expected = [
        float(n * BEEP_EVERY - since) for n in range(first, 1000) if n * BEEP_EVERY < until - Fraction(1, 50)
    ]
    heard = [t for t in onsets(path) if t < float(until - since)]
    # The clip may begin within a beep.
    heard = [t for t in heard if t > 0.02 or since % BEEP_EVERY == 0]
    np.testing.assert_allclose(heard, expected, atol=tolerance)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_a_clip_and_its_sound(suffix: str, clip_file: Callable[..., Path], tmp_path: Path) -> None:
    source = probe(clip_file(".mp4", 120, rate=NTSC, audio="aac", start=Fraction(1)))
    info = render(clip_of(source, 31, 101), tmp_path / f"out{suffix}")
    assert (info.rate, info.frame_count, info.start_pts, info.variable_rate) == (NTSC, 70, 0, False)
    assert indexes(info) == list(range(31, 101))
    assert info.timecode is None
    tolerance = 0.003 if suffix != ".mkv" else 0.025
    assert_beeps(info.path, 31 / NTSC, 101 / NTSC, tolerance)
    sound, rate = sound_of(info.path)
    assert abs(len(sound) / rate - float(70 / NTSC)) < 0.025


def packets(path: Path) -> list[bytes]:
    import av

    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(audio=0) if p.size]


def test_sound_is_copied_bit_by_bit(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    source = probe(clip_file(".mp4", 120, rate=NTSC, audio="aac", start=Fraction(1)))
    info = render(clip_of(source, 31, 101), tmp_path / "out.mp4")
    ours, theirs = packets(info.path), packets(source.path)
    assert len(ours) > 100
    assert any(ours == theirs[begin : begin + len(ours)] for begin in range(len(theirs)))


@pytest.mark.parametrize(
    ("codec", "suffix", "written"), [("pcm_s16le", ".mp4", "aac"), ("pcm_s16le", ".mov", "pcm_s16le")]
)
def test_pcm(codec: str, suffix: str, written: str, clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """PCM stays exact to the sample where the container holds it; MP4 gets AAC, as exactly cut."""
    source = probe(clip_file(".mov", 120, rate=NTSC, audio=codec))
    info = render(clip_of(source, 31, 101), tmp_path / f"out{suffix}")
    assert [a.codec for a in info.audio] == [written]
    assert_beeps(info.path, 31 / NTSC, 101 / NTSC)
    if written == codec:
        whole, rate = sound_of(source.path)
        ours, _ = sound_of(info.path)
        begin = round(31 / NTSC * rate)
        assert len(ours) == round(70 / NTSC * rate)
        np.testing.assert_array_equal(ours, whole[begin : begin + len(ours)])


@pytest.mark.parametrize("codec", ["libopus", "flac", "libmp3lame"])
@pytest.mark.parametrize("suffix", [".mov", ".mp4", ".mkv"])
def test_sound_is_of_a_kind_that_the_container_holds(
    codec: str, suffix: str, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    """QuickTime holds neither Opus nor FLAC, which recorders of screens and games write."""
    source = probe(clip_file(".mkv", 60, audio=codec))
    info = render(clip_of(source, 10, 50), tmp_path / f"out{suffix}")
    copied = suffix != ".mov" or codec == "libmp3lame"
    assert [a.codec for a in info.audio] == ([a.codec for a in source.audio] if copied else ["aac"])
    assert_beeps(info.path, 10 / source.rate, 50 / source.rate, 0.03)


def test_constant_rate_from_a_variable_one(tmp_path: Path) -> None:
    times = [Fraction(n * n % 7 + 20 * n, 600) for n in range(60)]
    (tmp_path / "in").mkdir()
    source = probe(
        make_counting_clip(
            tmp_path / "in" / "a.mp4",
            60,
            Fraction(30),
            times=times,
            audio="aac",
        )
    )
    (tmp_path / "out").mkdir()
    info = render(clip_of(source, 10, 50), tmp_path / "out" / "a.mp4", rate=NTSC)
    span = times[50] - times[10]
    assert (info.rate, info.variable_rate) == (NTSC, False)
    assert info.frame_count == round(span * NTSC)
    slack = Fraction(1, 180000)
    assert indexes(info) == [
        max(n for n in range(10, 50) if times[n] - times[10] <= k / NTSC + slack)
        for k in range(info.frame_count)
    ]
    assert_beeps(info.path, times[10], times[50])


def test_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [Fraction(n * n % 7 + 20 * n, 600) for n in range(40)]
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    source = probe(make_counting_clip(tmp_path / "in" / "a.mp4", 40, Fraction(30), times=times))
    info = render(clip_of(source, 5), tmp_path / "out" / "a.mp4")
    assert info.variable_rate and indexes(info) == list(range(5, 40))
    with open_frames(clip_of(info)) as frames:
        ours = [f.pts * f.time_base for f in frames.frames()]
    assert ours == [t - times[5] for t in times[5:]]


def test_smaller_and_slower(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    settings = EncodeSettings(
        options={"preset": "ultrafast"}, height=48, max_rate=Fraction(30), gop_seconds=Fraction(1, 2)
    )
    source = probe(clip_file(".mp4", 60, rate=Fraction(60000, 1001)))
    info = render(clip_of(source), tmp_path / "out.mp4", settings)
    assert (info.width, info.height, info.rate, info.frame_count) == (96, 48, NTSC, 30)
    assert indexes(info) == list(range(0, 60, 2))
    import av

    with av.open(str(info.path)) as container:
        keys = [p.pts * p.time_base for p in container.demux(video=0) if p.is_keyframe and p.pts is not None]
    assert max(np.diff([float(k) for k in keys])) <= 0.51


def test_rotation_aspect_and_odd_sizes(tmp_path: Path) -> None:
    for folder in ("in", "turned", "odd"):
        (tmp_path / folder).mkdir()
    turned = probe(make_counting_clip(tmp_path / "in" / "a.mp4", 10, size=(96, 192), rotation=90))
    info = render(clip_of(turned), tmp_path / "turned" / "a.mp4")
    assert (info.rotation, info.width, info.height) == (0, 96, 192)
    assert indexes(info) == list(range(10))
    odd = probe(
        make_counting_clip(
            tmp_path / "in" / "b.mov", 10, size=(191, 95), encoder="prores_ks", pixel_format="yuv422p10le"
        )
    )
    info = render(clip_of(odd), tmp_path / "odd" / "b.mp4", EncodeSettings(pixel_format="yuv420p"))
    assert (info.width, info.height, info.pixel_format) == (192, 96, "yuv420p")
    assert indexes(info) == list(range(10))


def test_hdr_and_colour_tags_carry_over(tmp_path: Path) -> None:
    import av

    from highlight_cuts_cv.media.reading.probing import load

    (tmp_path / "out").mkdir()
    path = tmp_path / "hdr.mp4"
    display = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
    with av.open(str(path), "w") as output:
        parameters = f"log-level=none:master-display={display}:max-cll=1000,400:hdr10=1"
        stream = output.add_stream("libx265", rate=25, options={"x265-params": parameters})
        stream.width, stream.height, stream.pix_fmt = 192, 96, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, 16, 9, 1
        for _ in range(5):
            output.mux(stream.encode(av.VideoFrame(192, 96, "yuv420p10le")))
        output.mux(stream.encode(None))
    source = load(path)
    assert source.hdr.mastering_display == display and source.hdr.content_light == "1000,400"
    for encoder in ("libx265", "libx264"):
        out = tmp_path / "out" / f"{encoder}.mp4"
        with open_writer(out, clip_of(source.info), EncodeSettings(encoder=encoder)) as writer:
            for frame in raw_frames(clip_of(source.info)):
                assert frame.planes[0].dtype == np.uint16
                writer.write(frame)
        made = load(out)
        assert made.info.color == ColorTags("bt2020", "smpte2084", "bt2020nc", False)
        assert made.info.pixel_format == "yuv420p10le"
        assert made.hdr == source.hdr


def test_an_overlay_smaller_than_the_clip(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """The first frame sets the size; arrays of an exporter's own are written too."""
    clip = clip_of(probe(clip_file(".mp4")))
    rgba = np.zeros((32, 64, 4), np.uint8)
    with open_writer(
        tmp_path / "over.mov", clip, EncodeSettings(encoder="qtrle", pixel_format="argb")
    ) as writer:
        for n in range(5):
            rgba[...] = (10 * n, 200, 30, 128)
            frame = RawFrame(
                n, clip.start_pts + 3600 * n, clip.time_base, "rgba", ColorTags(), 64, 32, (rgba,)
            )
            writer.write(frame)
    info = probe(tmp_path / "over.mov")
    assert (info.width, info.height, info.frame_count, info.pixel_format) == (64, 32, 5, "argb")
    import av

    with av.open(str(info.path)) as container:
        colors = [tuple(f.to_ndarray(format="rgba")[5, 5]) for f in container.decode(video=0)]
    assert colors == [(10 * n, 200, 30, 128) for n in range(5)]


def test_nearest_format_is_named(
    clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        info = render(
            clip_of(probe(clip_file(".mp4", 10))), tmp_path / "a.mov", EncodeSettings(encoder="prores_ks")
        )
    assert info.pixel_format == "yuv422p10le" and "yuv422p10le" in caplog.text


def picture_packets(path: Path) -> list[bytes]:
    import av

    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(video=0) if p.size]


class TestNothingHalfWritten:
    def clip(self, clip_file: Callable[..., Path]) -> ClipInfo:
        return clip_of(probe(clip_file(".mp4", 120, rate=NTSC, audio="aac", start=Fraction(1))))

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError("not ours")])
    def test_an_error_while_writing(self, error: Any, clip_file: Callable[..., Path], tmp_path: Path) -> None:
        path = tmp_path / "out.mp4"
        path.write_text("what was there before")
        with (
            pytest.raises(error if isinstance(error, type) else type(error)),
            open_writer(path, self.clip(clip_file), FAST) as writer,
        ):
            for frame in raw_frames(self.clip(clip_file)):
                writer.write(frame)
                if frame.index == 40:
                    raise error
        assert os.listdir(tmp_path) == ["out.mp4"] and path.read_text() == "what was there before"

    def test_no_frames(self, clip_file: Callable[..., Path], tmp_path: Path) -> None:
        with (
            pytest.raises(JobFailedError, match="No frame"),
            open_writer(tmp_path / "out.mp4", self.clip(clip_file), FAST),
        ):
            pass
        assert not os.listdir(tmp_path)

    @pytest.mark.parametrize(
        ("name", "settings", "kind", "words"),
        [
            ("a.mp4", EncodeSettings(encoder="nosuch"), BadInputError, "no video encoder 'nosuch'"),
            ("a.xyz", EncodeSettings(), BadInputError, "'.xyz'"),
            ("a.mp4", EncodeSettings(options={"preset": "nosuch"}), JobFailedError, "libx264"),
        ],
    )
    def test_wrong_settings(
        self, name: str, settings: EncodeSettings, kind: type[Exception], words: str,
        clip_file: Callable[..., Path], tmp_path: Path,
    ) -> None:  # fmt: skip
        clip = self.clip(clip_file)
        with pytest.raises(kind, match=words), open_writer(tmp_path / name, clip, settings) as writer:
            for frame in raw_frames(clip):
                writer.write(frame)
        assert not os.listdir(tmp_path)

    def test_disk_full(self, clip_file: Callable[..., Path], tmp_path: Path) -> None:
        """A limit on file sizes stands in for a full disk."""
        clip = self.clip(clip_file)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
            with (
                pytest.raises(JobFailedError, match="disk is full"),
                open_writer(tmp_path / "a.mp4", clip, FAST) as writer,
            ):
                for frame in raw_frames(clip):
                    writer.write(frame)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)
        assert not os.listdir(tmp_path)

    def test_ctrl_c(self, clip_file: Callable[..., Path], tmp_path: Path) -> None:
        """A real interrupt of a real process, in the middle of encoding."""
        code = (
            "import sys, time\n"
            "from highlight_cuts_cv.media import *\n"
            "from highlight_cuts_cv.contracts import EncodeSettings\n"
            "clip = clip_of(probe(sys.argv[1]))\n"
            "with open_writer(sys.argv[2], clip, EncodeSettings()) as writer:\n"
            "    for frame in raw_frames(clip):\n"
            "        writer.write(frame)\n"
            "        if frame.index == 60:\n"
            "            print('now', flush=True); time.sleep(60)\n"
        )
        source = clip_file(".mp4", 120, rate=NTSC, audio="aac", start=Fraction(1))
        arguments: Sequence[str] = [sys.executable, "-c", code, str(source), str(tmp_path / "a.mp4")]
        process = subprocess.Popen(
            arguments, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert b"KeyboardInterrupt" in errors
        assert not os.listdir(tmp_path)

    def test_atomic_output(self, tmp_path: Path) -> None:
        with atomic_output(tmp_path / "new" / "a.txt") as temporary:
            temporary.write_text("done")
            assert temporary.suffix == ".txt" and not (tmp_path / "new" / "a.txt").exists()
        assert (tmp_path / "new" / "a.txt").read_text() == "done"
        assert os.listdir(tmp_path / "new") == ["a.txt"]


class TestConcat:
    def test_pictures_and_sound_stay_in_step(self, clip_file: Callable[..., Path], tmp_path: Path) -> None:
        source = probe(clip_file(".mp4", 120, rate=NTSC, audio="aac", start=Fraction(1)))
        spans = [(31, 101), (5, 50), (60, 119)]
        parts = []
        for number, (start, stop) in enumerate(spans):
            (tmp_path / str(number)).mkdir()
            parts.append(render(clip_of(source, start, stop), tmp_path / str(number) / "a.mp4").path)
        joined = probe(concat_files(parts, tmp_path / "joined.mp4"))
        assert joined.rate == NTSC and joined.start_pts == 0 and not joined.variable_rate
        assert indexes(joined) == [n for start, stop in spans for n in range(start, stop)]
        expected, at = [], Fraction(0)
        for start, stop in spans:
            beeps = [n * BEEP_EVERY - start / NTSC for n in range(20)]
            expected += [float(at + b) for b in beeps if 0 <= b < (stop - start) / NTSC - Fraction(1, 50)]
            at += (stop - start) / NTSC
        heard = onsets(joined.path)
        for time in expected:
            assert min(abs(time - h) for h in heard) < 0.012  # half an AAC packet
        # The last part begins within a beep, 2 ms after its onset; that one is heard as well.
        assert len(heard) == len(expected) + 1

    def test_only_what_differs_is_encoded_again(
        self, clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Two renders of a preset and a film of another rate and codec: the renders are copied bit by bit."""
        edit = PRESETS["edit"]
        source = probe(clip_file(".mp4", 60, audio="aac"))
        for name in ("a", "b", "out"):
            (tmp_path / name).mkdir()
        first = render(clip_of(source, 0, 30), tmp_path / "a" / "a.mp4", edit).path
        last = render(clip_of(source, 40, 60), tmp_path / "b" / "b.mp4", edit).path
        other = clip_file(
            ".mp4",
            50,
            rate=Fraction(50),
            audio="aac",
            encoder="libx265",
            options={"x265-params": "log-level=none"},
        )
        with caplog.at_level(logging.WARNING):
            joined = probe(concat_files([first, other, last], tmp_path / "out" / "a.mp4", reencode=True))
        assert caplog.text.count("encoded again") == 1 and str(other) in caplog.text
        assert os.listdir(tmp_path / "out") == ["a.mp4"]
        assert (joined.rate, joined.codec) == (25, "h264")
        assert indexes(joined) == [*range(30), *range(0, 50, 2), *range(40, 60)]
        ours = picture_packets(joined.path)
        assert ours[:30] == picture_packets(first) and ours[-20:] == picture_packets(last)

    def test_all_are_encoded_where_their_parameters_are_nobodys_preset(
        self, clip_file: Callable[..., Path], tmp_path: Path
    ) -> None:
        first, second = clip_file(".mp4"), clip_file(".mp4", b_frames=0)
        joined = probe(concat_files([first, second], tmp_path / "a.mp4", reencode=True))
        assert indexes(joined) == [*range(60), *range(60)]
        assert os.listdir(tmp_path) == ["a.mp4"]

    def test_what_differs_is_named(self, clip_file: Callable[..., Path], tmp_path: Path) -> None:
        first = clip_file(".mp4")
        for other, words in (
            (clip_file(".mp4", rate=Fraction(60)), "frame rate differs .60, not 25."),
            (clip_file(".mp4", size=(96, 96)), "size differs .96x96, not 192x96."),
            (clip_file(".mp4", audio="aac"), "number of audio streams differs .1, not 0."),
            (
                clip_file(".mp4", encoder="libx265", options={"x265-params": "log-level=none"}),
                "video codec differs",
            ),
            (clip_file(".mp4", b_frames=0), "parameters differs"),
        ):
            with pytest.raises(BadInputError, match=words) as caught:
                concat_files([first, other], tmp_path / "out.mp4")
            assert str(other) in str(caught.value)
        with pytest.raises(BadInputError, match="nothing to join"):
            concat_files([], tmp_path / "out.mp4")
        assert not os.listdir(tmp_path)


@pytest.mark.parametrize("codec", [None, SimpleNamespace(sample_rate=0)])
def test_sound_that_says_nothing_of_itself_is_left_out(codec, caplog):
    """As AAC in the packets of a Blu-ray: FFmpeg finds no rate, and no film can hold it."""
    feed: Any = AudioFeed.__new__(AudioFeed)
    assert not feed._add(SimpleNamespace(index=1, codec_context=codec), None, Path("film.mp4"))
    assert "is of an unknown kind and is left out" in caplog.text
