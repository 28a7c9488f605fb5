"""Recordings in which the picture changes its size: all frames come at the first one's."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.media import clip_of, open_frames, open_writer, probe, raw_frames
from highlight_cuts_cv.media.bitstreams.smart import Piece, pieces
from highlight_cuts_cv.testing.synthetic import read_index

FAST = EncodeSettings(options={"preset": "ultrafast", "crf": "18"})


def changing(
    folder: Path, clip_file: Callable[..., Path], *sizes: tuple[int, int], b_frames: int = 2
) -> Path:
    """40 frames of each size, the clock going on."""
    parts = [
        clip_file(
            ".ts", 40, size=size, start=1 + Fraction(40 * place, 25), gop=10, b_frames=b_frames
        ).read_bytes()
        for place, size in enumerate(sizes)
    ]
    path = folder / "game.ts"
    path.write_bytes(b"".join(parts))
    return path


def test_smaller_and_larger_again(
    clip_file: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = changing(tmp_path, clip_file, (192, 96), (96, 48), (240, 120))
    info = probe(path)
    assert (info.width, info.height, info.frame_count) == (192, 96, 120)
    expected = 3 * list(range(40))
    with open_frames(clip_of(info)) as frames:
        shown = [f.bgr for f in frames.frames()]
        assert {picture.shape for picture in shown} == {(96, 192, 3)}
        assert [read_index(picture) for picture in shown] == expected
        assert read_index(frames[55].bgr) == 15
    assert [text for text in caplog.messages if "frame 40 is 96x48" in text] != []
    assert not [text for text in caplog.messages if "clock" in text]
    assert len({text for text in caplog.messages if "size" in text}) == 2, "once for each size"
    with open_writer(tmp_path / "a.mp4", clip_of(info, 35, 100), FAST) as writer:
        for frame in raw_frames(clip_of(info, 35, 100)):
            writer.write(frame)
    with open_frames(clip_of(probe(tmp_path / "a.mp4"))) as frames:
        assert [read_index(f.bgr) for f in frames.frames()] == expected[35:100]


def test_another_shape_is_shown_whole(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    info = probe(changing(tmp_path, clip_file, (192, 96), (96, 96)))
    with open_frames(clip_of(info)) as frames:
        picture = frames[60].bgr
    assert read_index(np.ascontiguousarray(picture[:, 48:144])) == 20
    assert picture[:, :44].max() < 20 and picture[:, 148:].max() < 20


def test_pictures_of_another_size_are_not_copied(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """A download put into an MP4 keeps the parameter sets in its packets; a film has one size."""
    path = tmp_path / "game.mp4"
    source = changing(tmp_path, clip_file, (192, 96), (96, 48), b_frames=0)
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-c", "copy", path], check=True)
    info = probe(path)
    assert info.frame_count == 80
    assert pieces(clip_of(info), ()) == [Piece(0, 40, True), Piece(40, 80, False)]
