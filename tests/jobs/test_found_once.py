"""Following, ``trail`` and ``--show near`` share what one of them found: nothing is decoded or detected twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.analysis.workbench import ClipWorkbench, _spread
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.jobs.timeline import run_timeline
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.rendering.wishes import parse_show
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.tracking.picks import parse_player_picks


@pytest.fixture
def counts(monkeypatch) -> Counter[str]:
    """What the analysis and the rendering open and decode."""
    counted: Counter[str] = Counter()
    opens, reads = Reader.__init__, Reader.read

    def opening(self, media):
        counted["opened"] += 1
        opens(self, media)

    def reading(self, first):
        for one in reads(self, first):
            counted["decoded"] += 1
            yield one

    monkeypatch.setattr(Reader, "__init__", opening)
    monkeypatch.setattr(Reader, "read", reading)
    return counted


def test_a_run_with_a_trail_and_others_near(tmp_path: Path, monkeypatch, counts):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cut = write_cut(demo_clip(), tmp_path / "cut.otio")
    setup = Setup(indicator=parse_choice("trail"), show=parse_show("near"))
    picks = parse_player_picks(["02-The-man-in-jeans-walks-away=0:950,268"])
    (first,) = run_timeline(read_timeline(cut), picks, tmp_path / "out.otio", setup)
    # Once for all that is found out, once to render; the picked picture is looked at alone first.
    assert counts["opened"] == 2
    assert counts["decoded"] <= 60 + 1 + 60
    counts.clear()
    (again,) = run_timeline(read_timeline(cut), picks, tmp_path / "out.otio", setup)
    assert counts["opened"] == 1 and counts["decoded"] == 60, "only to render"
    np.testing.assert_array_equal(first.track.xyxy, again.track.xyxy)


def test_motion_between_kept_frames_adds_up():
    rng = np.random.default_rng(1)
    motions = np.eye(2, 3) + rng.normal(0, 0.02, (3, 2, 3))
    every = _spread(list(motions), np.array([0, 2, 5]), 6)
    steps = [np.vstack([step, [0, 0, 1]]) for step in every]
    np.testing.assert_allclose((steps[2] @ steps[1])[:2], motions[1], atol=1e-9)
    np.testing.assert_allclose((steps[5] @ steps[4] @ steps[3])[:2], motions[2], atol=1e-9)
    np.testing.assert_array_equal(_spread(list(motions), np.arange(3), 3)[1:], motions[1:])


def test_frames_named_before_are_looked_at_as_they_stream_by(counts):
    clip = video_clip(demo_clip(), "60:80")
    name = Setup().detector.name
    assert name in get_registry().detectors.names()
    with ClipWorkbench(clip, name) as bench:
        bench.look_at([3, 11])
        view = bench.view(np.arange(0, 20, 2), 5.0, True)
        for _ in view.frames.frames():
            pass
        assert sorted(bench.people.found) == []
        bench.look_at([4])
        for _ in view.frames.frames():
            pass
        assert sorted(bench.people.found) == [4]
        before = counts["decoded"]
        assert view.detections[2] is bench.people[4]
        assert counts["decoded"] == before
