"""What a file says about itself."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.media import clip_of, open_writer, probe, raw_frames
from highlight_cuts_cv.media.reading import index, probing
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.model import ColorTags


def write(path: Path, count: int = 10, encoder: str = "libx264", **context: Any) -> Path:
    """A grey film; *context* sets fields of the encoder's context, ``timecode`` the file's."""
    with av.open(str(path), "w") as output:
        if timecode := context.pop("timecode", None):
            output.metadata["timecode"] = timecode
        stream: Any = output.add_stream(
            encoder, rate=Fraction(30000, 1001), options=context.pop("options", None)
        )
        stream.width, stream.height, stream.pix_fmt = 192, 96, "yuv420p"
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        for _ in range(count):
            output.mux(stream.encode(av.VideoFrame(192, 96, "yuv420p")))
        output.mux(stream.encode(None))
    return path


def test_colour_aspect_and_codec(tmp_path: Path) -> None:
    info = probe(
        write(
            tmp_path / "a.mp4",
            color_primaries=9, color_trc=18, colorspace=9, color_range=1, sample_aspect_ratio=Fraction(4, 3),
        )
    )  # fmt: skip
    assert info.color == ColorTags("bt2020", "arib-std-b67", "bt2020nc", False)
    assert (info.sample_aspect_ratio, info.codec, info.pixel_format) == (Fraction(4, 3), "h264", "yuv420p")
    assert (info.interlaced, info.variable_rate, info.timecode, info.audio) == (False, False, None, ())
    assert info.duration == 10 * Fraction(1001, 30000)


def test_timecode_track_is_read_and_not_written(tmp_path: Path) -> None:
    """A render begins at frame 0; a start timecode would move it in the editor."""
    info = probe(write(tmp_path / "a.mov", timecode="01:02:03;04"))
    assert info.timecode == "01:02:03;04"
    with open_writer(tmp_path / "b.mov", clip_of(info), EncodeSettings()) as writer:
        for frame in raw_frames(clip_of(info)):
            writer.write(frame)
    assert probe(tmp_path / "b.mov").timecode is None


@pytest.mark.parametrize("encoder", ["libx264", "mpeg2video"])
def test_interlaced_stays_interlaced(encoder: str, tmp_path: Path) -> None:
    flags = av.codec.context.Flags
    source = write(
        tmp_path / ("a.mp4" if encoder == "libx264" else "a.ts"),
        encoder=encoder,
        flags=flags.interlaced_dct | flags.interlaced_me,
        field_order=2,
    )
    info = probe(source)
    assert info.interlaced
    with open_writer(tmp_path / "b.mp4", clip_of(info), EncodeSettings()) as writer:
        for frame in raw_frames(clip_of(info)):
            writer.write(frame)
    assert probe(tmp_path / "b.mp4").interlaced


def test_a_changed_file_is_probed_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", 10)
    assert probe(path).frame_count == 10
    assert probe(write(path, 12)).frame_count == 12


@pytest.mark.parametrize("suffix", [".mkv", ".ts"])
def test_a_file_that_has_to_be_read_whole_is_read_once(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its frame index is kept between runs, by the file's content."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = write(tmp_path / f"a{suffix}", 10)
    first = load(path)
    moved = path.rename(tmp_path / f"b{suffix}")
    probing._load.cache_clear()  # as in another run
    with monkeypatch.context() as patch:
        patch.setattr(index, "_from_demuxing", lambda *_: pytest.fail("read again"))
        again = load(moved)
    for name in ("pts", "end_pts", "key_pts", "key_seek"):
        np.testing.assert_array_equal(getattr(again.index, name), getattr(first.index, name))
    assert load(write(path, 12)).info.frame_count == 12, "another content"
    for file in (tmp_path / "cache").rglob("*.npz"):
        file.write_bytes(b"damaged")
    probing._load.cache_clear()
    assert load(moved).info == again.info


def test_the_header_of_an_mp4_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    load(write(tmp_path / "a.mp4", 10))
    assert not (tmp_path / "cache").exists()


def several(path: Path, *streams: tuple[tuple[int, int], str, int, int]) -> Path:
    """A film of grey streams, each of a size, an encoder, a number of pictures and a disposition."""
    with av.open(str(path), "w") as output:
        added: list[Any] = []
        for (width, height), encoder, _, disposition in streams:
            stream: Any = output.add_stream(encoder, rate=25)
            stream.width, stream.height = width, height
            stream.pix_fmt = "yuvj420p" if encoder == "mjpeg" else "yuv420p"
            stream.disposition = disposition
            added.append(stream)
        for stream, (_, _, count, _) in zip(added, streams, strict=True):
            for number in range(count):
                picture = av.VideoFrame(stream.width, stream.height, stream.pix_fmt)
                picture.pts, picture.time_base = number, Fraction(1, 25)
                output.mux(stream.encode(picture))
            output.mux(stream.encode(None))
    return path


SHOWN, COVER, THUMBNAILS = 1, 1024, 3072
SMALL, LARGE = (64, 48), (192, 96)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize(
    ("streams", "film"),
    [
        ([(SMALL, "libx264", 10, 0), (LARGE, "libx264", 10, SHOWN)], 1),
        ([(SMALL, "libx264", 10, SHOWN), (LARGE, "libx264", 10, 0)], 0),
        ([(SMALL, "libx264", 10, SHOWN), (LARGE, "libx264", 10, SHOWN)], 1),
        ([(LARGE, "libx264", 10, SHOWN), (LARGE, "libx264", 10, SHOWN)], 0),
        ([(LARGE, "mjpeg", 1, SHOWN), (SMALL, "libx264", 10, 0)], 1),
        ([(LARGE, "mjpeg", 10, SHOWN)], 0),
    ],
)
def test_which_stream_is_the_film(
    suffix: str, streams: list[tuple[tuple[int, int], str, int, int]], film: int, tmp_path: Path
) -> None:
    path = several(tmp_path / f"a{suffix}", *streams)
    assert load(path).stream_index == film
    assert (probe(path).width, probe(path).height) == streams[film][0]


@pytest.mark.parametrize("disposition", [COVER, THUMBNAILS])
def test_covers_and_thumbnails_are_no_film(disposition: int, tmp_path: Path) -> None:
    path = several(
        tmp_path / "a.mp4", (LARGE, "mjpeg", 1, disposition), (SMALL, "libx264", 10, 0)
    )  # fmt: skip
    assert (probe(path).width, probe(path).codec) == (64, "h264")
