"""What is kept between runs, and when it counts as another clip's or another plugin's."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from highlight_cuts_cv.analysis.workbench import clip_identity
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.files import store
from highlight_cuts_cv.files.store import ArrayStore
from highlight_cuts_cv.media import clip_of, probe


def test_arrays_come_back_and_a_later_save_wins(tmp_path):
    arrays = ArrayStore(tmp_path, "clip", {"size": 1})
    assert arrays.load("path") is None
    arrays.save("path", {"boxes": np.arange(4)})
    arrays.save("path", {"boxes": np.arange(8)})
    again = ArrayStore(tmp_path, "clip", {"size": 1}).load("path")
    assert again is not None
    np.testing.assert_array_equal(again["boxes"], np.arange(8))
    assert ArrayStore(tmp_path, "clip", {"size": 2}).load("path") is None


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut short"])
def test_a_damaged_file_is_no_result_and_no_error(tmp_path, content):
    arrays = ArrayStore(tmp_path, "clip")
    arrays.save("path", {"boxes": np.arange(4)})
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(content)
    assert arrays.load("path") is None


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "analysis").write_text("in the way")
    ArrayStore(tmp_path / "analysis", "clip").save("path", {"boxes": np.arange(4)})


def test_what_was_not_used_for_the_longest_time_goes_first(tmp_path, monkeypatch):
    stores = [ArrayStore(tmp_path, number) for number in range(4)]
    for number, one in enumerate(stores):
        one.save("path", {"boxes": np.random.default_rng(number).random(1000)})
    files = sorted(tmp_path.rglob("*.npz"), key=lambda file: file.stat().st_mtime_ns)
    for age, file in enumerate(files):
        os.utime(file, (1e9 + age, 1e9 + age))
    assert stores[0].load("path") is not None, "used, and so the newest"
    size = files[0].stat().st_size
    monkeypatch.setattr(store, "MOST_BYTES", 3 * size + 500)
    ArrayStore(tmp_path, 4).save("path", {"boxes": np.random.default_rng(4).random(1000)})
    assert all(one.load("path") is not None for one in stores), "nobody looks for every few bytes"
    for age, file in enumerate(files[1:]):
        os.utime(file, (1e9 + age, 1e9 + age))
    store._unseen.clear()
    ArrayStore(tmp_path, 5).save("path", {"boxes": np.random.default_rng(5).random(1000)})
    kept = [ArrayStore(tmp_path, number).load("path") is not None for number in range(6)]
    assert kept == [True, False, False, False, True, True]
    assert len(list(tmp_path.iterdir())) == 3, "no empty folders stay"


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
