"""Files that do not say when their pictures are shown."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.media import clip_of, open_writer, probe, raw_frames
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.reading.unstamped import NO_TIME, delayed, filled
from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.testing.synthetic import read_index
from tests.media.reading.test_order import check_order


def remuxed(source: Path, target: Path, later: Fraction = Fraction(0)) -> Path:
    """The packets of *source* in another container, by so many seconds later, negative stamps and all."""
    with (
        av.open(str(source)) as film,
        av.open(str(target), "w", options={"avoid_negative_ts": "disabled"}) as output,
    ):
        streams = {s.index: output.add_stream_from_template(s) for s in film.streams}
        in_bytes = BitStreamFilterContext("h264_mp4toannexb", film.streams.video[0])
        for packet in film.demux():
            if packet.dts is None or packet.pts is None:
                continue
            shift = round(later / packet.time_base)
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            stream = streams[packet.stream.index]
            as_bytes = target.suffix == ".avi" and packet.stream.type == "video"
            for each in in_bytes.filter(packet) if as_bytes else [packet]:
                each.stream = stream
                output.mux(each)
    return target


@pytest.mark.parametrize("suffix", [".avi", ".h264"])
def test_pictures_without_times_come_in_the_order_shown(
    suffix: str, clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As H.264 in AVI and as a bare stream are; what decoding found out is kept."""
    path = remuxed(clip_file(".mp4", 60, b_frames=2), tmp_path / f"game{suffix}")
    check_order(probe(path), [*range(60)])
    assert caplog.text.count("decoded once") == 1
    caplog.clear()
    again = path.with_stem("again")
    again.write_bytes(path.read_bytes())
    check_order(probe(again), [*range(60)])
    assert "decoded once" not in caplog.text


@pytest.mark.parametrize("late", [Fraction(-1, 20), Fraction(-1), Fraction(-60)])
def test_pictures_from_before_the_clocks_zero_are_shown(
    late: Fraction, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    """A Matroska file's packets from before its zero come without stamps; each picture is shown at its time."""
    path = remuxed(clip_file(".mp4", 60, b_frames=2), tmp_path / "game.mkv", late)
    info = probe(path)
    check_order(info, [*range(60)])
    if late > -60:  # one picture at least says when it is
        assert abs(info.start_pts * info.time_base - late) <= Fraction(1, 500)


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_an_edit_list_that_hides_the_beginning_is_heeded(
    suffix: str, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    path = remuxed(clip_file(".mp4", 60, b_frames=2), tmp_path / f"game{suffix}", Fraction(-1))
    check_order(probe(path), [*range(25, 60)])


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".mov", ".flv"])
def test_pictures_that_begin_late_are_all_there(
    suffix: str, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    path = remuxed(clip_file(".mp4", 60, b_frames=2), tmp_path / f"game{suffix}", Fraction(7, 3))
    check_order(probe(path), [*range(60)])


def test_sound_keeps_step_with_pictures_without_times(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """The counting clip beeps every half second from its beginning on."""
    source = clip_file(".mov", 100, b_frames=2, audio="pcm_s16le")
    clip = clip_of(probe(remuxed(source, tmp_path / "game.avi")), 40, 90)
    with open_writer(tmp_path / "out.mov", clip, EncodeSettings(options={"crf": "18"})) as writer:
        for frame in raw_frames(clip):
            writer.write(frame)
    assert _first_beep(tmp_path / "out.mov") == pytest.approx(2 - 40 / 25, abs=0.02)
    with av.open(str(tmp_path / "out.mov")) as film:
        shown = [read_index(f.to_ndarray(format="bgr24").astype(np.uint8)) for f in film.decode(video=0)]
    assert shown == [*range(40, 90)]


def _first_beep(path: Path) -> float:
    with av.open(str(path)) as film:
        stream = film.streams.audio[0]
        samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in film.decode(stream)])
        per_second = stream.rate * stream.channels
    loud = np.flatnonzero(np.abs(samples.astype(float)) > np.abs(samples.astype(float)).max() / 4)
    return float(loud[0]) / per_second


def test_pictures_of_an_avi_are_shown_as_much_later_as_the_decoder_holds_back() -> None:
    assert delayed(np.array([0, 1, 2, 24, 48, 72]), 2, 24).tolist() == [0, 24, 48, 72, 96, 120]
    assert delayed(np.array([0, 2, 4, 6, 20]), 2, 2).tolist() == [4, 6, 8, 10, 24]
    assert delayed(np.array([7]), 2, 2).tolist() == [11]


def test_times_between_known_ones_are_filled_in() -> None:
    times = np.array([NO_TIME, NO_TIME, 100, NO_TIME, 160, NO_TIME])
    assert filled(times, 40).tolist() == [20, 60, 100, 130, 160, 200]
    assert filled(np.full(3, NO_TIME), 40).tolist() == [0, 40, 80]
    assert filled(np.array([100, NO_TIME, 101]), 40).tolist() == [0, 40, 80]  # no place in between


def test_without_pictures_that_can_be_decoded_it_says_so(
    clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    path = remuxed(clip_file(".mp4", 60, b_frames=2), tmp_path / "game.h264")
    data = path.read_bytes()
    path.write_bytes(data[:40] + bytes(len(data) - 40))
    with pytest.raises(BadInputError, match="cannot be read as a video"):
        load(path)
