"""Files whose stamps do not rise: recordings joined as bytes, edit lists of several pieces."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.media import clip_of, open_frames, open_writer, probe, raw_frames
from highlight_cuts_cv.media.bitstreams.smart import why_not
from highlight_cuts_cv.model import MediaInfo
from highlight_cuts_cv.testing.synthetic import BEEP_EVERY, read_index

FAST = EncodeSettings(options={"preset": "ultrafast", "crf": "18"})


def check_order(info: MediaInfo, expected: list[int]) -> None:
    assert info.frame_count == len(expected)
    assert (info.rate, info.variable_rate) == (25, False)
    with open_frames(clip_of(info)) as frames:
        assert [read_index(f.bgr) for f in frames.frames()] == expected
        assert [read_index(f.bgr) for f in frames.frames(backward=True)] == expected[::-1]
        for number in random.Random(2).choices(range(len(expected)), k=12):
            assert read_index(frames[number].bgr) == expected[number]
    start = len(expected) // 2 + 3
    pictures = [np.repeat(f.planes[0][..., None], 3, axis=2) for f in raw_frames(clip_of(info, start))]
    assert [read_index(p) for p in pictures] == expected[start:]


@pytest.mark.parametrize("b_frames", [0, 2])
def test_recordings_joined_as_bytes(
    b_frames: int, clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The clock starts again with each; all pictures come in the order of the file."""
    parts = [clip_file(".ts", 40, b_frames=2), clip_file(".ts", 30, b_frames=b_frames)]
    path = tmp_path / "game.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in (*parts, parts[0])))
    info = probe(path)
    assert "starts again 2 times" in caplog.text
    check_order(info, [*range(40), *range(30), *range(40)])


def moved(path: Path, seconds: int) -> bytes:
    """The stream in *path*, its clock set forward."""
    later = path.with_name(f"later-{path.name}")
    with (
        av.open(str(path)) as source,
        av.open(str(later), "w", options={"output_ts_offset": str(seconds)}) as output,
    ):
        streams = {s.index: output.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    return later.read_bytes()


@pytest.mark.parametrize(("ahead", "restarts"), [(7200, True), (600, False)])
def test_a_later_clock_is_another_recordings_and_less_is_a_pause(
    ahead: int,
    restarts: bool,
    clip_file: Callable[..., Path],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    part = clip_file(".ts", 40, audio="aac")
    path = tmp_path / "game.ts"
    path.write_bytes(part.read_bytes() + moved(part, ahead) + part.read_bytes())
    info = probe(path)
    assert f"starts again {'2 times' if restarts else 'once'}" in caplog.text
    if restarts:
        check_order(info, [*range(40)] * 3)
        clip = clip_of(info, 45, 75)
        with open_writer(tmp_path / "a.mp4", clip, FAST) as writer:
            for frame in raw_frames(clip):
                writer.write(frame)
        with av.open(str(tmp_path / "a.mp4")) as film:
            heard = sum(frame.samples for frame in film.decode(audio=0))
        assert heard / 48000 == pytest.approx(30 / 25, abs=0.05)
    else:
        assert info.duration > ahead


@pytest.mark.parametrize("suffix", [".mkv", ".ts"])
def test_slow_recordings_have_one_clock(
    suffix: str, clip_file: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    info = probe(clip_file(suffix, 30, rate=Fraction(1), b_frames=3))
    assert info.frame_count == 30 and not caplog.messages
    with open_frames(clip_of(info)) as frames:
        assert [read_index(frames[n].bgr) for n in (20, 3, 29)] == [20, 3, 29]


def test_sound_stays_with_the_pictures(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """Behind the place where the clock starts again, too: a beep lies at every second's half."""
    part = clip_file(".ts", 50, audio="aac").read_bytes()
    path = tmp_path / "game.ts"
    path.write_bytes(part * 2)
    clip = clip_of(probe(path), 60, 100)
    with open_writer(tmp_path / "a.mp4", clip, FAST) as writer:
        for frame in raw_frames(clip):
            writer.write(frame)
    with av.open(str(tmp_path / "a.mp4")) as made:
        sound = made.streams.audio[0]
        heard = [
            float(frame.pts * frame.time_base) + np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.2) / 48000
            for frame in made.decode(sound)
            if frame.pts is not None and frame.time_base is not None
        ]
    times = np.concatenate(heard)
    onsets = times[np.flatnonzero(np.diff(times, prepend=-1) > 0.2)]
    # The second recording began ten frames before the clip.
    wanted = [float(k * BEEP_EVERY) - 0.4 for k in range(1, 4)]
    np.testing.assert_allclose(onsets[:3], wanted, atol=0.005)


def with_edits(path: Path, edits: list[tuple[int, int]]) -> None:
    """Let the edit list of a 25 fps MP4, whose header is at its end, show the frames of *edits*."""
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        ticks = Fraction(1, 25) / Fraction(container.streams.video[0].time_base or 1)
    at = data.index(b"elst") - 4
    version, count, _, begin, speed = struct.unpack_from(">IIIiI", data, at + 8)
    assert (version, count) == (0, 1)
    entries = b"".join(
        struct.pack(">IiI", (stop - start) * 40, int(begin + start * ticks), speed) for start, stop in edits
    )
    longer = len(entries) - 12
    data[at + 12 : at + 28] = struct.pack(">I", len(edits)) + entries
    for name in (b"moov", b"trak", b"edts", b"elst"):
        place = data.index(name) - 4
        data[place : place + 4] = struct.pack(">I", int.from_bytes(data[place : place + 4], "big") + longer)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("edits", "b_frames"),
    [
        ([(10, 20), (46, 56)], 2),
        ([(10, 20), (46, 56)], 0),
        ([(40, 55), (12, 20)], 0),
        ([(0, 10), (20, 31), (5, 15)], 0),
        ([(12, 30)], 2),
    ],
)
def test_edit_lists_of_several_pieces(
    edits: list[tuple[int, int]], b_frames: int, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    """As phones write them that cut the middle out: all pieces, in the order shown."""
    path = tmp_path / "phone.mp4"
    path.write_bytes(clip_file(".mp4", gop=9, b_frames=b_frames).read_bytes())
    with_edits(path, edits)
    info = probe(path)
    check_order(info, [n for start, stop in edits for n in range(start, stop)])
    if len(edits) > 1 and b_frames:
        assert "order" in (why_not(clip_of(info), EncodeSettings(), None, tmp_path / "a.mp4") or "")
