"""A clip is analysed before anybody is picked, once, and its proxy comes from the same decoding."""

from __future__ import annotations

import numpy as np
import pytest

from highlight_cuts_cv.contracts import UNWATCHED, Watch
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.analyse import analyse, proxy_of
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow_on, workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.model import CancelledError
from highlight_cuts_cv.tracking.picks import Pick

PICK = Pick(0, point=(1056.0, 330.0))


@pytest.fixture
def decoded(monkeypatch) -> list[int]:
    """The frames that are decoded, in order."""
    frames: list[int] = []
    read = Reader.read

    def counted(self, first):
        for number, picture in read(self, first):
            frames.append(number)
            yield number, picture

    monkeypatch.setattr(Reader, "read", counted)
    return frames


def test_analysis_and_proxy_take_one_decoding(tmp_path, decoded):
    clip = video_clip(demo_clip(), "20:50")
    with workbench(clip, Setup()) as bench:
        proxy = proxy_of(clip, tmp_path / "proxy.mp4")
        analyse(bench, Setup(), proxy, UNWATCHED)
        assert proxy.complete
        assert sorted(decoded) == list(range(20, 50))


def test_a_stopped_analysis_goes_on_where_it_was(tmp_path, decoded):
    clip = video_clip(demo_clip(), "20:50")
    done: list[int] = []
    stopping = Watch(progress=lambda number, total: done.append(number), cancelled=lambda: len(done) >= 12)
    with workbench(clip, Setup()) as bench:
        proxy = proxy_of(clip, tmp_path / "proxy.mp4")
        with pytest.raises(CancelledError):
            analyse(bench, Setup(), proxy, stopping)
        assert not proxy.complete and 0 < proxy.next < 30
        decoded.clear()
        analyse(bench, Setup(), proxy, UNWATCHED)
        assert proxy.complete
        assert min(decoded) > 22, "what was known is not decoded again"
        assert bench.view(np.arange(30), float(clip.rate), True).scene.analysed(0, 30)


def test_following_afterwards_finds_what_it_finds_alone(tmp_path):
    clip = video_clip(demo_clip(), "20:50")
    with workbench(clip, Setup()) as bench:
        analyse(bench, Setup(), proxy_of(clip, tmp_path / "proxy.mp4"), UNWATCHED)
        after = follow_on(bench, [PICK], Setup())
    with workbench(clip, Setup()) as bench:
        alone = follow_on(bench, [PICK], Setup())
    np.testing.assert_array_equal(after.states, alone.states)
    np.testing.assert_allclose(after.xyxy, alone.xyxy, atol=1e-3)


def test_a_proxy_is_made_of_a_clip_that_is_known_already(tmp_path):
    clip = video_clip(demo_clip(), "20:50")
    with workbench(clip, Setup(), tmp_path / "analysis") as bench:
        analyse(bench, Setup(), proxy_of(clip, tmp_path / "first.mp4"), UNWATCHED)
    with workbench(clip, Setup(), tmp_path / "analysis") as bench:
        proxy = proxy_of(clip, tmp_path / "second.mp4")
        analyse(bench, Setup(), proxy, UNWATCHED)
        assert proxy.complete
