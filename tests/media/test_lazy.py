"""Frames become BGR pictures when somebody looks at them, and not before."""

from __future__ import annotations

from fractions import Fraction
from threading import Thread

import numpy as np
import pytest

from highlight_cuts_cv.demo import demo_clip
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.media.pictures import BgrConverter
from highlight_cuts_cv.model import Frame
from highlight_cuts_cv.pipeline import video_clip


def test_streaming_converts_only_what_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    converted = []
    convert = BgrConverter.__call__

    def counted(self, picture):
        converted.append(picture.pts)
        return convert(self, picture)

    monkeypatch.setattr(BgrConverter, "__call__", counted)
    with open_frames(video_clip(demo_clip())) as frames:
        looked = [frame.bgr for frame in frames.frames(0, 12) if frame.index % 4 == 0]
        assert len(looked) == len(converted) == 3
        held = list(frames.frames(20, 24))
    # the file is closed, the pictures are still there
    assert all(frame.bgr.shape == (frame.height, frame.width, 3) for frame in held)
    assert len({frame.bgr.tobytes() for frame in held}) == 4


def test_many_threads_are_given_one_picture() -> None:
    made = []

    def make():
        made.append(1)
        return np.zeros((4, 6, 3), np.uint8)

    frame = Frame(0, 0, Fraction(1, 25), make, size=(6, 4))
    assert (frame.width, frame.height) == (6, 4)
    seen = []
    threads = [Thread(target=lambda: seen.append(frame.bgr)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert all(picture is seen[0] for picture in seen)


def test_a_picture_made_later_needs_its_size() -> None:
    with pytest.raises(ValueError, match="size"):
        Frame(0, 0, Fraction(1, 25), lambda: np.zeros((4, 6, 3), np.uint8))
