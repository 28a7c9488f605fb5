"""What is kept between runs, and when it counts as another clip's or another plugin's."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from highlight_cuts_cv.analysis.cache import AnalysisStore, clip_identity
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.media import clip_of, probe


def test_arrays_come_back_and_a_later_save_wins(tmp_path):
    store = AnalysisStore(tmp_path, "clip", {"size": 1})
    assert store.load("path") is None
    store.save("path", {"boxes": np.arange(4)})
    store.save("path", {"boxes": np.arange(8)})
    again = AnalysisStore(tmp_path, "clip", {"size": 1}).load("path")
    assert again is not None
    np.testing.assert_array_equal(again["boxes"], np.arange(8))
    assert AnalysisStore(tmp_path, "clip", {"size": 2}).load("path") is None


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut short"])
def test_a_damaged_file_is_no_result_and_no_error(tmp_path, content):
    store = AnalysisStore(tmp_path, "clip")
    store.save("path", {"boxes": np.arange(4)})
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(content)
    assert store.load("path") is None


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "analysis").write_text("in the way")
    AnalysisStore(tmp_path / "analysis", "clip").save("path", {"boxes": np.arange(4)})


def test_a_renamed_recording_is_the_same_and_a_changed_one_another(tmp_path):
    first, moved, changed = tmp_path / "a.mp4", tmp_path / "b.mp4", tmp_path / "c.mp4"
    for path in (first, moved, changed):
        shutil.copy(demo_clip(), path)
    clips = [clip_of(probe(path)) for path in (first, moved, changed)]
    data = bytearray(changed.read_bytes())
    data[-1] ^= 255
    changed.write_bytes(bytes(data))
    same, other, another = map(clip_identity, clips)
    assert same == other != another
    assert clip_identity(replace(clips[0], frame_count=10)) != same
