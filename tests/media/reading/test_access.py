"""Frame N is frame N, in any order, however the file tells its times."""

from __future__ import annotations

import logging
import random
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from highlight_cuts_cv.contracts import Cadence
from highlight_cuts_cv.media import clip_of, frame_at_time, open_frames, probe, raw_frames
from highlight_cuts_cv.media.reading.probing import LoadedMedia, load
from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.testing.synthetic import make_counting_clip, read_index

NTSC = Fraction(30000, 1001)
OPEN_GOP = {"x264-params": "open-gop=1:bframes=3"}
_STEPS = random.Random(4)
# Phone-like times: a clock of 1/600 s, frames of 20 ticks give or take, some missing.
UNEVEN = [
    Fraction(t, 600) for t in accumulate((_STEPS.choice([19, 20, 20, 21, 40]) for _ in range(59)), initial=0)
]

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "24000/1001 mp4": (".mp4", {"rate": Fraction(24000, 1001)}),
    "25 mov": (".mov", {"rate": Fraction(25)}),
    "30000/1001 mkv": (".mkv", {"rate": NTSC}),
    "60 mp4": (".mp4", {"rate": Fraction(60)}),
    "60 ts": (".ts", {"rate": Fraction(60)}),
    "variable mp4": (".mp4", {"rate": Fraction(30), "times": UNEVEN}),
    "variable mkv": (".mkv", {"rate": Fraction(30), "times": UNEVEN}),
    "no B-frames": (".mp4", {"b_frames": 0}),
    "open GOP mp4": (".mp4", {"options": OPEN_GOP}),
    "open GOP ts": (".ts", {"options": OPEN_GOP}),
    "one GOP": (".mp4", {"gop": 600}),
    "delayed start mp4": (".mp4", {"start": Fraction(7, 5)}),
    "delayed start mkv": (".mkv", {"start": Fraction(7, 5)}),
    "fragmented mp4": (".mp4", {"container_options": {"movflags": "frag_keyframe+empty_moov"}}),
    "turned 90": (".mp4", {"rotation": 90, "size": (96, 192)}),
    "turned 180": (".mp4", {"rotation": 180}),
    "turned 270": (".mp4", {"rotation": 270, "size": (96, 192)}),
    "MJPEG avi": (".avi", {"encoder": "mjpeg", "pixel_format": "yuvj420p"}),
    "ProRes mov": (".mov", {"encoder": "prores_ks", "pixel_format": "yuv422p10le"}),
    "odd size": (".mov", {"encoder": "prores_ks", "pixel_format": "yuv422p10le", "size": (191, 95)}),
}


@pytest.mark.parametrize("case", CASES)
def test_every_frame_in_every_order(case: str, clip_file: Callable[..., Path]) -> None:
    suffix, options = CASES[case]
    info = probe(clip_file(suffix, **options))
    assert (info.width, info.height) == options.get("size", (192, 96))
    assert info.frame_count == 60
    assert info.rotation == options.get("rotation", 0)
    assert info.variable_rate == ("times" in options)
    if "times" not in options:
        assert info.rate == options.get("rate", 25)
    check_order(clip_of(info, 0), list(range(60)))
    check_order(clip_of(info, 17, 43), list(range(17, 43)))


def check_order(clip: Any, expected: list[int]) -> None:
    with open_frames(clip) as frames:
        assert len(frames) == len(expected)
        assert [read_index(f.bgr) for f in frames.frames()] == expected
        assert [read_index(f.bgr) for f in frames.frames(backward=True)] == expected[::-1]
        assert [f.index for f in frames.frames(3, 9, backward=True)] == [8, 7, 6, 5, 4, 3]
        shuffled = random.Random(1).choices(range(len(expected)), k=15)
        assert [read_index(frames[i].bgr) for i in shuffled] == [expected[i] for i in shuffled]
        first = frames[0]
        assert (first.pts, first.time_base) == (clip.start_pts, clip.time_base)
        assert not first.bgr.flags.writeable
        with pytest.raises(IndexError):
            frames[len(expected)]


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="cuts with the ffmpeg program")
def test_edit_list(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """A cut without re-encoding keeps the pictures from the keyframe on and hides some by an edit list."""
    cut = tmp_path / "cut.mp4"
    source = clip_file(".mp4", 60)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-ss", "0.68", "-i", source, "-t", "1", "-c", "copy", cut], check=True
    )
    info = probe(cut)
    pts = load(cut).index.pts
    # The last P-frame comes without the B-frames before it, since packets are cut in decode order.
    shown = [17 + round(int(p - pts[0]) * info.time_base * 25) for p in pts]
    assert shown[:20] == list(range(17, 37)) and 24 <= len(shown) <= 30
    check_order(clip_of(info), shown)


def test_header_tables_and_demuxing_agree(clip_file: Callable[..., Path]) -> None:
    """The quick way to index an MP4 gives what reading all packets gives."""
    import av

    from highlight_cuts_cv.media.reading import index

    for case in ("variable mp4", "open GOP mp4", "delayed start mp4", "no B-frames"):
        suffix, options = CASES[case]
        path = clip_file(suffix, **options)
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            quick = index._from_tables(container, stream, path)
        with av.open(str(path)) as container:
            slow = index._from_demuxing(container, container.streams.video[0])
        assert quick is not None
        for name in ("pts", "dts", "key", "hidden"):
            np.testing.assert_array_equal(getattr(quick, name), getattr(slow, name), err_msg=f"{case} {name}")


def test_scaling_keeps_the_aspect(clip_file: Callable[..., Path]) -> None:
    clip = clip_of(probe(clip_file(".mp4", rotation=90, size=(96, 192))))
    with open_frames(clip, max_side=100) as frames:
        assert frames[5].bgr.shape == (100, 50, 3)
        assert [read_index(f.bgr) for f in frames.frames(backward=True)] == list(range(59, -1, -1))
    with open_frames(clip, max_side=1000) as frames:
        assert frames[5].bgr.shape == (192, 96, 3)


def test_small_memory_going_backward(clip_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when a piece between keyframes does not fit, every frame comes, last first."""
    from highlight_cuts_cv.media.reading import frames as module

    monkeypatch.setattr(module, "_HELD_BYTES", 7 * 2 * 192 * 96)
    with open_frames(clip_of(probe(clip_file(".mp4", gop=600)))) as frames:
        assert [read_index(f.bgr) for f in frames.frames(backward=True)] == list(range(59, -1, -1))


def test_only_some_frames_counted_anew(clip_file: Callable[..., Path]) -> None:
    kept = np.array([0, 2, 5, 30, 31, 59])
    with open_frames(clip_of(probe(clip_file(".mp4"))), small_side=48, only=kept) as frames:
        assert len(frames) == 6
        shown = list(frames.frames(1, 5))
        assert [(f.index, read_index(f.bgr)) for f in shown] == [(1, 2), (2, 5), (3, 30), (4, 31)]
        assert all(f.small is not None and max(f.small.shape) == 48 for f in shown)
        assert [read_index(f.bgr) for f in frames.frames(backward=True)] == kept[::-1].tolist()
        assert read_index(frames[3].bgr) == 30 and frames[3].pts > frames[2].pts
        with pytest.raises(IndexError):
            frames[6]


def test_streams_side_by_side(clip_file: Callable[..., Path]) -> None:
    with open_frames(clip_of(probe(clip_file(".mp4")))) as frames:
        pairs = zip(frames.frames(), frames.frames(backward=True), strict=True)
        for number, (early, late) in enumerate(pairs):
            assert (read_index(early.bgr), read_index(late.bgr)) == (number, 59 - number)
            assert read_index(frames[7].bgr) == 7


def test_a_stream_left_early_ends_its_thread(clip_file: Callable[..., Path]) -> None:
    import threading

    with open_frames(clip_of(probe(clip_file(".mp4")))) as frames:
        stream = frames.frames()
        next(stream)
        stream.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "read-ahead"]


@pytest.mark.parametrize(("tags", "matrix"), [((1, 1), "709 limited"), ((6, 2), "601 full")])
def test_colour_follows_the_tags(tags: tuple[int, int], matrix: str, tmp_path: Path) -> None:
    """A red of known YUV comes out as that red under the matrix and range that the file names."""
    import av

    yuv = {"709 limited": (63, 102, 240), "601 full": (76, 85, 255)}[matrix]
    path = tmp_path / "red.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = tags
        picture = av.VideoFrame(64, 64, "yuv420p")
        for plane, level in zip(picture.planes, yuv, strict=True):
            plane.update(bytes([level]) * plane.buffer_size)
        picture.colorspace, picture.color_range = tags
        output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    with open_frames(clip_of(probe(path))) as frames:
        blue, green, red = frames[0].bgr[32, 32].astype(int)
    assert red >= 252 and green <= 3 and blue <= 3


def test_times_to_frames(clip_file: Callable[..., Path]) -> None:
    uneven = probe(clip_file(".mp4", rate=Fraction(30), times=UNEVEN))
    for number in (0, 1, 30, 59):
        assert frame_at_time(uneven, UNEVEN[number]) == number
        assert frame_at_time(uneven, UNEVEN[number] + Fraction(1, 100)) == number
    assert frame_at_time(uneven, UNEVEN[-1] + 1) == 60
    ntsc = probe(clip_file(".mkv", rate=NTSC, start=Fraction(2)))
    assert [frame_at_time(ntsc, n / NTSC) for n in range(60)] == list(range(60))
    with pytest.raises(BadInputError, match="before the start"):
        frame_at_time(ntsc, Fraction(-1))


def test_clip_ranges(clip_file: Callable[..., Path]) -> None:
    info = probe(clip_file(".mp4"))
    clip = clip_of(info, 10, 20, clip_id="a", name="goal")
    assert (clip.first_frame, clip.frame_count, clip.clip_id, clip.name) == (10, 10, "a", "goal")
    assert clip.start_pts * clip.time_base == Fraction(10, 25)
    for start, stop in ((5, 5), (-1, 3), (0, 61)):
        with pytest.raises(BadInputError, match="60 frames"):
            clip_of(info, start, stop)


class TestRawFrames:
    def test_planes_are_writable_and_pristine(
        self, clip_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Drawing on a frame, even on one others are decoded from, shows on no other frame."""
        from highlight_cuts_cv.media.reading import raw
        from highlight_cuts_cv.media.reading.reader import Reader

        class Unhurried(Reader):
            """Decodes on one thread; more would be far ahead of who draws, and done with what they need."""

            def __init__(self, media: LoadedMedia) -> None:
                super().__init__(media)
                self._stream.codec_context.thread_count = 1

        monkeypatch.setattr(raw, "Reader", Unhurried)
        # Frames are decoded from ones up to sixteen before.
        far = {"x264-params": "ref=16:scenecut=0:weightp=0"}
        clip = clip_of(probe(clip_file(".mp4", gop=600, b_frames=0, options=far)))
        for frame in raw_frames(clip):
            luma = frame.planes[0]
            assert luma.shape == (96, 192) and frame.planes[1].shape == (48, 96)
            assert read_index(np.repeat(luma[..., None], 3, axis=2)) == frame.index
            for plane in frame.planes:
                plane[...] = 255

    @pytest.mark.parametrize("rotation", [90, 180, 270])
    def test_turned_upright(self, rotation: int, clip_file: Callable[..., Path]) -> None:
        size = (192, 96) if rotation == 180 else (96, 192)
        for frame in raw_frames(clip_of(probe(clip_file(".mp4", rotation=rotation, size=size)), 3, 9)):
            assert (frame.width, frame.height) == size
            assert read_index(np.repeat(frame.planes[0][..., None], 3, axis=2)) == frame.index + 3

    def test_sideways_422_says_so(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        path = make_counting_clip(tmp_path / "a.mp4", 5, size=(96, 192), rotation=90, pixel_format="yuv422p")
        with caplog.at_level(logging.WARNING):
            formats = {f.pixel_format for f in raw_frames(clip_of(probe(path)))}
        assert formats == {"yuv444p"} and "4:2:2" in caplog.text

    def test_constant_rate_shows_the_latest_frame(self, clip_file: Callable[..., Path]) -> None:
        clip = clip_of(probe(clip_file(".mp4", rate=Fraction(30), times=UNEVEN)), 4, 50)
        times = [t - UNEVEN[4] for t in UNEVEN[4:51]]
        for rate in (Fraction(25), NTSC, Fraction(60)):
            shown = []
            for k, frame in enumerate(raw_frames(clip, Cadence(rate))):
                assert frame.pts == k and frame.time_base == 1 / rate
                level = np.repeat(frame.planes[0][..., None], 3, axis=2)
                assert read_index(level) == frame.index + 4
                frame.planes[0][...] = 0
                shown.append(frame.index)
            assert len(shown) == round(times[46] * rate)
            slack = Fraction(1, 180000)
            assert shown == [
                max(i for i in range(46) if times[i] <= k / rate + slack) for k in range(len(shown))
            ]


class TestDamage:
    def test_missing_folder_empty_and_not_a_video(self, tmp_path: Path) -> None:
        for path, words in (
            (tmp_path / "none.mp4", "There is no file"),
            (tmp_path, "is a folder"),
            (tmp_path / "empty.mp4", "is empty"),
            (tmp_path / "text.mp4", "cannot be read as a video"),
        ):
            if path.suffix:
                (tmp_path / "empty.mp4").touch()
                (tmp_path / "text.mp4").write_text("no video here\n" * 50)
            with pytest.raises(BadInputError, match=words):
                probe(path)

    def test_sound_only(self, tmp_path: Path) -> None:
        import av

        path = tmp_path / "sound.m4a"
        with av.open(str(path), "w") as output:
            stream = output.add_stream("aac", rate=48000)
            frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
            frame.sample_rate = 48000
            output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        with pytest.raises(BadInputError, match="no video"):
            probe(path)

    def test_header_missing(self, clip_file: Callable[..., Path], tmp_path: Path) -> None:
        path = tmp_path / "cut.mp4"
        path.write_bytes(clip_file(".mp4").read_bytes()[:2000])
        with pytest.raises(BadInputError, match="cut off"):
            probe(path)

    def test_tail_missing(
        self, clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """What is there of a file that was not copied to its end can be used."""
        whole = clip_file(".mp4", container_options={"movflags": "+faststart"}, gop=5)
        path = tmp_path / "cut.mp4"
        data = whole.read_bytes()
        path.write_bytes(data[: len(data) * 3 // 4])
        with caplog.at_level(logging.WARNING):
            info = probe(path)
        assert "cut off" in caplog.text and 20 < info.frame_count < 60
        with open_frames(clip_of(info)) as frames:
            count = info.frame_count - 3  # the last ones may lean on pictures that are gone
            assert [read_index(f.bgr) for f in frames.frames(0, count)] == list(range(count))

    def test_damaged_middle_goes_on(
        self, clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = tmp_path / "damaged.mp4"
        path.write_bytes(damaged(clip_file(".mp4", gop=10, b_frames=0), 30))
        clip = clip_of(probe(path))
        with caplog.at_level(logging.WARNING):
            numbers = [f.index for f in raw_frames(clip)]
            with open_frames(clip) as frames:
                shown = [f.index for f in frames.frames()]
                late = read_index(frames[45].bgr)
        assert len(numbers) < 60 and numbers == sorted(numbers) and {0, 29, 59} <= set(numbers)
        assert shown == list(range(60)) and late == 45
        assert "left out" in caplog.text and "damaged at frame" in caplog.text

    def test_what_the_decoder_makes_up_is_said(
        self, clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A packet with a damaged half still gives a picture: no frame is missing, but one is not as filmed."""
        path = tmp_path / "damaged.mp4"
        path.write_bytes(damaged(clip_file(".mp4", gop=10, b_frames=0), 30, begin=0.5))
        clip = clip_of(probe(path))
        with caplog.at_level(logging.WARNING):
            assert [f.index for f in raw_frames(clip)] == list(range(60))
        assert "parts of some frames of clip 'damaged-0-60' are made up" in caplog.text

    def test_file_changed_after_probing(self, clip_file: Callable[..., Path], tmp_path: Path) -> None:
        path = tmp_path / "a.mp4"
        path.write_bytes(clip_file(".mp4").read_bytes())
        clip = clip_of(probe(path))
        path.write_bytes(clip_file(".mp4", 20).read_bytes())
        with pytest.raises(BadInputError, match="has changed"):
            open_frames(clip)


def damaged(path: Path, number: int, begin: float = 0.0) -> bytes:
    """The file's bytes with the packet of one frame overwritten, from the share *begin* of it on."""
    import av

    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        pts = int(load(path).index.pts[number])
        packet = next(p for p in container.demux(video=0) if p.pts == pts)
        assert packet.pos is not None
        kept = int(packet.size * begin)
        noise = bytes(range(1, 255)) * (packet.size // 254) + bytes(packet.size % 254)
        data[packet.pos + kept : packet.pos + packet.size] = noise[kept:]
    return bytes(data)


def test_importing_loads_no_av() -> None:
    import sys

    code = "import sys, highlight_cuts_cv.media as m; assert 'av' not in sys.modules; m.probe; assert 'av' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
