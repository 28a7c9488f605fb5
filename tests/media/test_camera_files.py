"""Every kind of file that people bring is rendered as each case says: the burn-in, end to end.

Each source shows its frame number; the render's frames are read back and compared with what is
expected, and a small marker must be in the corner of every one.
"""

from __future__ import annotations

import itertools
import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hccv_burn.exporter import Burn

from highlight_cuts_cv.contracts import ExportJob, Freeze
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.model import (
    BadInputError,
    ClipInfo,
    ColorTags,
    MediaInfo,
    Placement,
    Sprite,
    SpriteTrack,
    Track,
)
from highlight_cuts_cv.rendering.kit import PyAvKit
from highlight_cuts_cv.testing.synthetic import beeps, counting_picture, make_counting_clip, read_index

NTSC = Fraction(30000, 1001)
MARK = Sprite(np.full((6, 6, 4), (255, 0, 0, 255), np.uint8))


def burn(
    clip: ClipInfo,
    output: Path,
    rate: Fraction | None = None,
    quality: str = "edit",
    freeze: Freeze | None = None,
) -> MediaInfo:
    """What ``hccv render`` (or, with *rate*, ``hccv run``) makes of a clip, with a red corner."""
    count = clip.frame_count
    job = ExportJob(
        clip=clip,
        track=Track.lost(count),
        sprites=SpriteTrack(tuple(Placement(i, MARK, 0, 0) for i in range(count))),
        output=output,
        media=PyAvKit(),
        rate=rate,
        frame_count=None if rate is None else int(count * rate / clip.rate),
        freeze=freeze,
    )  # fmt: skip
    return probe(Burn({"quality": quality, "encoder": "x264", "smart": False}).export(job))


def numbers(info: MediaInfo, marked: bool = True) -> list[int]:
    found = []
    with open_frames(clip_of(info)) as frames:
        for frame in frames.frames():
            found.append(read_index(frame.bgr))
            blue, green, red = frame.bgr[1:5, 1:5].reshape(-1, 3).mean(0)
            assert (red > green + 90 and red > blue + 90) == marked, (blue, green, red)
    return found


def needs(encoder: str) -> None:
    if encoder not in av.codecs_available:
        pytest.skip(f"this FFmpeg has no encoder {encoder}")


@dataclass(frozen=True)
class Case:
    """A source, and what its render (quality ``match``, 4 to 24) must be: ``expect`` are fields of MediaInfo."""

    suffix: str = ".mp4"
    make: dict[str, Any] = field(default_factory=dict)
    expect: dict[str, Any] = field(default_factory=dict)
    quality: str = "match"


CODECS = {
    "H.264": Case(expect={"codec": "h264", "pixel_format": "yuv420p"}),
    "H.264 10 bit 4:2:2": Case(
        make={"pixel_format": "yuv422p10le"}, expect={"codec": "h264", "pixel_format": "yuv422p10le"}
    ),
    "HEVC": Case(
        make={"encoder": "libx265", "options": {"x265-params": "log-level=none"}}, expect={"codec": "hevc"}
    ),
    "HEVC 10 bit": Case(
        make={"encoder": "libx265", "pixel_format": "yuv420p10le", "options": {"x265-params": "log-level=none"}},
        expect={"codec": "hevc", "pixel_format": "yuv420p10le"},
    ),
    "AV1": Case(make={"encoder": "libsvtav1", "options": {"preset": "12"}}, expect={"codec": "av1"}),
    "VP9": Case(".webm", {"encoder": "libvpx-vp9", "options": {"deadline": "realtime"}}, {"codec": "vp9"}),
    "ProRes": Case(
        ".mov",
        {"encoder": "prores_ks", "pixel_format": "yuv422p10le"},
        {"codec": "prores", "pixel_format": "yuv422p10le"},
    ),
    "MJPEG": Case(
        ".avi",
        {"encoder": "mjpeg", "pixel_format": "yuvj420p", "options": {"qmin": "2", "qmax": "3", "b": "99M"}},
        {"codec": "mjpeg"},
    ),
    "DNxHR": Case(
        ".mov",
        {"encoder": "dnxhd", "pixel_format": "yuv422p", "size": (384, 192), "options": {"profile": "dnxhr_hq"}},
        {"codec": "dnxhd", "pixel_format": "yuv422p"},
    ),
    "odd size, 4:4:4": Case(
        make={"pixel_format": "yuv444p", "size": (191, 95)},
        expect={"width": 191, "height": 95, "pixel_format": "yuv444p"},
    ),
    "odd size, 4:2:0": Case(
        ".mkv",
        {"encoder": "ffv1", "size": (191, 95)},
        {"codec": "h264", "width": 192, "height": 96, "pixel_format": "yuv420p"},
    ),
    "RGB": Case(
        ".mkv", {"encoder": "ffv1", "pixel_format": "bgr0"}, {"codec": "h264", "pixel_format": "yuv444p"}
    ),
    "late start": Case(make={"start": Fraction(3, 2)}, expect={"start_pts": 0}),
    **{
        f"turned {turn}": Case(
            make={"rotation": turn, "size": (96, 192)}, expect={"rotation": 0, "width": 96, "height": 192}
        )
        for turn in (90, 180, 270)
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CODECS)
def test_codecs_sizes_and_turns(name: str, tmp_path: Path) -> None:
    """Quality ``match``: the same codec and depth; every frame is there, upright, with its marker."""
    case = CODECS[name]
    needs(case.make.get("encoder", "libx264"))
    (tmp_path / "in").mkdir()
    source = probe(make_counting_clip(tmp_path / "in" / f"a{case.suffix}", 30, **case.make))
    info = burn(clip_of(source, 4, 24), tmp_path / "a.mp4", quality=case.quality)
    assert {key: getattr(info, key) for key in case.expect} == case.expect
    assert (info.frame_count, info.rate, info.variable_rate) == (20, source.rate, False)
    assert numbers(info) == list(range(4, 24))


@pytest.mark.parametrize("rate", [None, Fraction(30), NTSC])
def test_variable_rate_of_a_phone(rate: Fraction | None, tmp_path: Path) -> None:
    """A timeline gets its constant rate; a film of its own keeps the times."""
    times = [Fraction(n * 20 + n * n % 7, 600) for n in range(40)]
    (tmp_path / "in").mkdir()
    source = probe(make_counting_clip(tmp_path / "in" / "a.mp4", 40, Fraction(30), times=times, audio="aac"))
    assert source.variable_rate
    info = burn(clip_of(source, 3), tmp_path / "a.mp4", rate)
    assert info.variable_rate == (rate is None)
    if rate is None:
        assert list(load(info.path).index.pts * float(info.time_base)) == pytest.approx(
            [float(t - times[3]) for t in times[3:]]
        )
    else:
        assert (info.rate, info.frame_count) == (rate, int(37 * rate / source.rate))


def written(path: Path, frames: int = 20, encoder: str = "libx264", **context: Any) -> MediaInfo:
    """A counting clip whose encoder's context has these fields; ``timecode`` is the file's."""
    needs(encoder)
    with av.open(str(path), "w") as output:
        if timecode := context.pop("timecode", None):
            output.metadata["timecode"] = timecode
        stream: Any = output.add_stream(encoder, rate=25, options=context.pop("options", {}))
        stream.width, stream.height, stream.pix_fmt = 192, 96, context.pop("pix_fmt", "yuv420p")
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        for index in range(frames):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(counting_picture(index, (192, 96)), "rgb24")))
        output.mux(stream.encode(None))
    return probe(path)


def test_mpeg2(tmp_path: Path) -> None:
    source = written(tmp_path / "in.ts", 40, "mpeg2video", options={"b": "5000000"})
    info = burn(clip_of(source, 4, 24), tmp_path / "a.mp4", quality="match")
    assert (info.codec, info.frame_count, info.rate) == ("mpeg2video", 20, 25)
    assert numbers(info) == list(range(4, 24))


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    source = written(tmp_path / "in.mp4", sample_aspect_ratio=Fraction(4, 3))
    info = burn(clip_of(source), tmp_path / "a.mp4")
    assert (info.sample_aspect_ratio, info.width, info.height) == (Fraction(4, 3), 192, 96)
    assert numbers(info) == list(range(20))


INTERLACED = {
    "H.264": ("libx264", ".mp4", "yuv420p"),
    "MPEG-2": ("mpeg2video", ".ts", "yuv420p"),
    "ProRes": ("prores_ks", ".mov", "yuv422p10le"),
}


@pytest.mark.parametrize("first", ["tff", "bff"])
@pytest.mark.parametrize("name", INTERLACED)
def test_interlaced_stays_interlaced_with_its_field_order(name: str, first: str, tmp_path: Path) -> None:
    """Made by the ffmpeg program, since PyAV cannot say which field of a picture comes first."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs the ffmpeg program")
    encoder, suffix, pixel_format = INTERLACED[name]
    path = tmp_path / f"in{suffix}"
    pictures = b"".join(counting_picture(index, (192, 96)).tobytes() for index in range(20))
    arguments = (
        f"-f rawvideo -pix_fmt rgb24 -s 192x96 -r 25 -i - -vf setfield={first} -pix_fmt {pixel_format} "
        f"-c:v {encoder} -flags +ildct+ilme -b:v 5M -video_track_timescale 90000"
    )
    subprocess.run(["ffmpeg", "-v", "error", *arguments.split(), str(path)], input=pictures, check=True)
    source = probe(path)
    assert source.interlaced
    for quality in ("edit", "match"):
        (tmp_path / quality).mkdir()
        info = burn(clip_of(source), tmp_path / quality / "a.mp4", quality=quality)
        assert info.interlaced and numbers(info) == list(range(20))
        assert field_orders(info.path) == field_orders(path) == {"1" if first == "tff" else "0"}
        # Also of pictures that come several times, which are copies.
        info = burn(
            clip_of(source), tmp_path / quality / "b.mp4", quality=quality, freeze=Freeze(8, Fraction(1, 5))
        )
        assert numbers(info) == [*range(8), *[8] * 5, *range(8, 20)]
        assert field_orders(info.path) == field_orders(path)


def field_orders(path: Path) -> set[str]:
    """Whether the top field comes first, for all frames, as the ffprobe program sees it."""
    arguments = "-v error -select_streams v:0 -show_entries frame=top_field_first -of csv=p=0"
    done = subprocess.run(
        ["ffprobe", *arguments.split(), str(path)], capture_output=True, text=True, check=True
    )
    return {line.strip(",") for line in done.stdout.split() if line.strip(",") in ("0", "1")}


@pytest.mark.parametrize("transfer", [16, 18], ids=["PQ", "HLG"])
@pytest.mark.parametrize("quality", ["edit", "match"])
def test_ten_bit_hdr(transfer: int, quality: str, tmp_path: Path) -> None:
    """Tags, depth and static metadata carry over, whether the film is H.264 or HEVC."""
    display = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
    source = written(
        tmp_path / "in.mov", encoder="libx265", pix_fmt="yuv420p10le", color_primaries=9, color_trc=transfer,
        colorspace=9, color_range=1,
        options={"x265-params": f"log-level=none:master-display={display}:max-cll=1000,400:hdr10=1"},
    )  # fmt: skip
    info = burn(clip_of(source), tmp_path / "a.mp4", quality=quality)
    assert info.color == ColorTags(
        "bt2020", {16: "smpte2084", 18: "arib-std-b67"}[transfer], "bt2020nc", False
    )
    assert info.pixel_format == "yuv420p10le"
    assert load(info.path).hdr == load(source.path).hdr != type(load(info.path).hdr)()
    assert info.codec == {"edit": "h264", "match": "hevc"}[quality]


Sound = tuple[str, str, float]  # encoder, layout, seconds


def with_sound(picture: Path, path: Path, sounds: Sequence[Sound]) -> MediaInfo:
    """The film *picture* with streams of beeps added."""
    with av.open(str(picture)) as source, av.open(str(path), "w") as output:
        video = output.add_stream_from_template(source.streams.video[0])
        streams: list[Any] = []
        for encoder, layout, _ in sounds:
            needs(encoder)
            stream: Any = output.add_stream(encoder, rate=48000)
            stream.codec_context.layout = layout
            streams.append(stream)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                output.mux(packet)
        for stream, (_, layout, seconds) in zip(streams, sounds, strict=True):
            channels = av.AudioLayout(layout).nb_channels
            frame = av.AudioFrame.from_ndarray(beeps(seconds, 48000, channels), format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
            resampler = av.AudioResampler(
                format=stream.codec_context.format, layout=layout, rate=48000, frame_size=1024
            )
            for part in [*resampler.resample(frame), *resampler.resample(None), None]:
                output.mux(stream.encode(part))
    return probe(path)


SOUNDS: dict[str, tuple[str, str, list[Sound], list[tuple[str, int]]]] = {
    "none": (".mp4", ".mp4", [], []),
    "stereo": (".mp4", ".mp4", [("aac", "stereo", 2.4)], [("aac", 2)]),
    "two streams": (".mp4", ".mp4", [("aac", "stereo", 2.4), ("aac", "mono", 2.4)], [("aac", 2), ("aac", 1)]),
    "5.1": (".mp4", ".mp4", [("aac", "5.1", 2.4)], [("aac", 6)]),
    "PCM in MOV": (".mov", ".mov", [("pcm_s24le", "stereo", 2.4)], [("pcm_s24le", 2)]),
    "PCM to MP4": (".mov", ".mp4", [("pcm_s16le", "stereo", 2.4)], [("aac", 2)]),
    "AC-3": (".ts", ".mp4", [("ac3", "5.1", 2.4)], [("ac3", 6)]),
    "longer than the pictures": (".mp4", ".mp4", [("aac", "stereo", 5.0)], [("aac", 2)]),
    "shorter than the pictures": (".mp4", ".mp4", [("aac", "stereo", 0.9)], [("aac", 2)]),
    "shorter PCM": (".mov", ".mov", [("pcm_s16le", "stereo", 0.9)], [("pcm_s16le", 2)]),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_sound(name: str, clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """All streams are there with their channels, no longer than the pictures, and in step."""
    suffix, out, sounds, expected = SOUNDS[name]
    source = with_sound(clip_file(".mp4", 60), tmp_path / f"in{suffix}", sounds)
    info = burn(clip_of(source, 10, 50), tmp_path / f"a{out}")
    assert [(a.codec, a.channels) for a in info.audio] == expected
    assert numbers(info) == list(range(10, 50))
    for stream, (_, _, seconds) in zip(info.audio, sounds, strict=True):
        starts, length = heard(info.path, stream.index)
        assert length <= 1.6 + 0.05
        whole = min(2.0, seconds)
        wanted = [t - 0.4 for t in np.arange(0, 5, 0.5) if 0.4 <= t < whole - 0.05]
        assert [round(t, 1) for t in starts if 0.02 < t < 1.59] == [round(t, 1) for t in wanted]


def heard(path: Path, stream: int) -> tuple[list[float], float]:
    """When the beeps of a stream begin, and where its sound ends."""
    with av.open(str(path)) as container:
        sound: Any = container.streams[stream]
        resampler = av.AudioResampler(format="fltp", layout="mono")
        parts, first = [], None
        for frame in container.decode(sound):
            first = frame.time if first is None else first
            parts += [p.to_ndarray()[0] for p in resampler.resample(frame)]
    samples = np.concatenate(parts)
    loud = np.flatnonzero(np.abs(samples) > 0.05)
    begins = loud[np.diff(loud, prepend=-48000) > 4800]
    first = first or 0.0
    return [b / 48000 + first for b in begins], len(samples) / 48000 + first


def test_a_start_timecode_is_not_carried_into_the_render(tmp_path: Path) -> None:
    source = written(tmp_path / "in.mov", timecode="01:02:03:04")
    assert source.timecode == "01:02:03:04"
    info = burn(clip_of(source), tmp_path / "a.mp4", Fraction(25))
    assert (info.timecode, info.start_pts, info.frame_count) == (None, 0, 20)


def test_edit_list(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """A cut at a frame that is no keyframe: what the list hides stays hidden."""
    with av.open(str(clip_file(".mp4", 60))) as source, av.open(str(tmp_path / "in.mp4"), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        base = source.streams.video[0].time_base
        assert base is not None
        shift = round(Fraction(17, 25) / base)
        for packet in source.demux(video=0):
            if packet.dts is not None and packet.pts is not None and packet.pts * base >= Fraction(12, 25):
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, stream
                output.mux(packet)
    info = burn(clip_of(probe(tmp_path / "in.mp4")), tmp_path / "a.mp4")
    assert numbers(info) == list(range(17, 60))


def packets_of(path: Path) -> Iterator[Any]:
    with av.open(str(path)) as container:
        yield from (packet for packet in container.demux(video=0) if packet.size)


@pytest.mark.parametrize("rate", [None, Fraction(25)])
def test_damaged_in_the_middle(
    rate: Fraction | None, clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Rendering goes on over some spoilt frames, a note says so, and a timeline still gets every frame."""
    source = clip_file(".mp4", 60, b_frames=0)
    content = bytearray(source.read_bytes())
    for packet in itertools.islice(packets_of(source), 27, 31):
        assert packet.pos is not None
        content[packet.pos + 4 : packet.pos + packet.size] = b"\x00" * (packet.size - 4)
    (tmp_path / "in.mp4").write_bytes(content)
    with caplog.at_level(logging.WARNING):
        info = burn(clip_of(probe(tmp_path / "in.mp4")), tmp_path / "a.mp4", rate)
    assert "damaged" in caplog.text
    if rate is not None:
        assert info.frame_count == 60
    with open_frames(clip_of(info)) as frames:
        last = [read_index(f.bgr) for f in frames.frames(info.frame_count - 20)]
    assert last == list(range(40, 60))


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".mp4"])
def test_cut_off(suffix: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is there is rendered; an MP4 whose header was at the end is refused in a sentence."""
    whole = make_counting_clip(tmp_path / f"in{suffix}", 60)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    if suffix == ".mp4":
        with pytest.raises(BadInputError, match="cut off"):
            probe(whole)
        return
    info = burn(clip_of(probe(whole)), tmp_path / "a.mp4")
    assert 10 <= info.frame_count < 60
    with open_frames(clip_of(info)) as frames:
        shown = [read_index(f.bgr) for f in frames.frames(0, info.frame_count - 1)]
    assert shown == list(range(info.frame_count - 1))


def test_cut_off_mp4_with_its_header_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = make_counting_clip(tmp_path / "in.mp4", 60, container_options={"movflags": "+faststart"})
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    with caplog.at_level(logging.WARNING):
        info = burn(clip_of(probe(whole)), tmp_path / "a.mp4", Fraction(25))
    assert "cut off" in caplog.text
    assert numbers(info)[:15] == list(range(15)) and info.frame_count < 60
