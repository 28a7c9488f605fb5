"""A job's warnings have one channel, and no other job's come through it."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from highlight_cuts_cv.contracts import UNWATCHED, Watch
from highlight_cuts_cv.contracts.heard import heard, warnings_to
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.export import export
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.media import clip_of, probe, raw_frames
from highlight_cuts_cv.media.background import ReadAhead, WriteBehind
from highlight_cuts_cv.tracking.files import track_over_clip
from highlight_cuts_cv.tracking.picks import parse_pick

log = logging.getLogger("highlight_cuts_cv.somewhere")


def test_jobs_at_the_same_time_hear_their_own() -> None:
    ready = Barrier(3)

    def job(name: str) -> list[str]:
        notes: list[str] = []
        with warnings_to(Watch(warn=notes.append)):
            ready.wait()

            def reads():
                log.warning("%s reads", name)
                yield 1

            list(ReadAhead(reads(), 2))
            behind: WriteBehind[str] = WriteBehind(lambda item: log.warning("%s writes", item), 2)
            with behind:
                behind.put(name)
            ready.wait()
        return notes

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(job, "abc")) == [[f"{name} reads", f"{name} writes"] for name in "abc"]


def test_a_step_within_a_job_has_a_channel_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    before = list(logging.getLogger("highlight_cuts_cv").handlers)
    outer: list[str] = []
    inner: list[str] = []
    whole = Watch(warn=outer.append)
    with warnings_to(whole):
        with warnings_to(Watch(warn=inner.append)):
            log.warning("within")
        with warnings_to(whole):
            log.warning("once")
        with warnings_to(UNWATCHED):
            assert heard()
        log.info("no warning")
    log.warning("after")
    assert (outer, inner, heard()) == (["once"], ["within"], False)
    assert [record.getMessage() for record in caplog.records] == ["within", "once", "after"]
    assert logging.getLogger("highlight_cuts_cv").handlers == before


def test_following_and_rendering_tell_who_watches_them(tmp_path: Path) -> None:
    clip = video_clip(demo_clip(), "0:6")
    notes: list[str] = []
    follow(clip, [parse_pick("0:600,5,30,40")], Setup(), Watch(warn=notes.append))
    assert len(notes) == 1 and "touches nobody" in notes[0]
    notes.clear()
    damaged = tmp_path / "damaged.mp4"
    data = bytearray(demo_clip().read_bytes())
    data[30_000:200_000] = bytes(170_000)
    damaged.write_bytes(bytes(data))
    (tmp_path / "t.csv").write_text("frame,left,top,width,height,score\n1,30,20,40,60,1\n")
    clip = clip_of(probe(damaged))
    setup = Setup(exporter=parse_choice("burn:quality=preview"))
    watch = Watch(warn=notes.append)
    export(clip, track_over_clip(tmp_path / "t.csv", clip), tmp_path / "film.mp4", setup, watch=watch)
    assert any("is damaged" in note for note in notes)
    notes.clear()
    for _ in raw_frames(clip):
        pass
    assert notes == []
