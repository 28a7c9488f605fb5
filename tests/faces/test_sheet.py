"""The sheet of marked clips: names, times and doubts over the right pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.faces import sheet
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs.task import ClipResult
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.model import Doubt, State, Track, Why
from highlight_cuts_cv.timeline import read_timeline


def test_captions_say_whose_picture_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = read_timeline(write_cut(demo_clip(), tmp_path / "cut.otio"))
    placed = timeline.clips[1]  # 60 frames, from the recording's frame 60 on
    shown = (np.arange(60) < 30) | (np.arange(60) >= 50)
    track = Track(
        np.where(shown[:, None], np.array([1, 1, 9, 9], np.float32), np.float32(np.nan)),
        shown.astype(np.float32),
        np.where(shown, State.OBSERVED, State.LOST).astype(np.uint8),
        (Doubt(15, 21, Why.CROSSING), Doubt(30, 50, Why.LEFT)),
    )
    film = tmp_path / "film.mp4"
    film.symlink_to(demo_clip())
    seen: list[object] = []
    monkeypatch.setattr(sheet, "contact_sheet", lambda pictures, captions: seen.extend([pictures, captions]))
    sheet.marked_sheet(
        timeline,
        [
            ClipResult(
                clip_id=placed.clip_id,
                render=film,
                tracks={"Sam": track},
                note={},
                freeze_at=30,
                freeze_frames=20,
            )
        ],
    )
    pictures, captions = seen
    assert captions == [
        f"{placed.clip_id}  0.0 s",
        f"{placed.clip_id}  2.0 s  Sam in doubt: crossing",
        f"{placed.clip_id}  3.9 s  Sam lost: left the picture",
        f"{placed.clip_id}  5.9 s",
    ]
    with open_frames(clip_of(probe(film))) as frames:
        for picture, index in zip(pictures, (0, 20, 39 + 20, 59 + 20), strict=True):  # type: ignore[call-overload]
            part = frames[index].bgr
            if index != 59:  # close to the box, where there is one
                part = part[:216, :384]
            np.testing.assert_array_equal(picture, part)
