"""Whoever can be submitted to does a run's tasks: progress and stopping as at home, a death costs one clip, none is done twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.executors import crew as crews
from highlight_cuts_cv.executors.slip import PREFIX, Slip
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.python import TrackedTimeline, run_timeline
from highlight_cuts_cv.jobs import currency, export, rerun
from highlight_cuts_cv.jobs import task as tasks
from highlight_cuts_cv.jobs.doing import ALONE, Stretch
from highlight_cuts_cv.jobs.together import together
from highlight_cuts_cv.model import CancelledError, JobFailedError, State, Track
from highlight_cuts_cv.project.folder import project_folder
from highlight_cuts_cv.project.state import Status
from highlight_cuts_cv.project.store import ProjectStore

NAMES = ("goal", "assist", "save", "run")
IDS = ["01-goal", "02-assist", "03-save", "04-run"]


class Reel:
    """Four clips with a pick each, and what is done of them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "reel.csv"
        rows = [f"{demo_clip()},{3 * n},{3 * n + 1},{name}\n" for n, name in enumerate(NAMES)]
        self.path.write_text("videoName,startTime,stopTime,notes\n" + "".join(rows))
        self.followed: list[str] = []
        self.rendered: list[str] = []
        self.notes: list[str] = []
        self.steps: list[str] = []
        self.before: Callable[[str, Watch], None] = lambda name, watch: None

    @property
    def media(self) -> Path:
        return self.path.with_name("reel.media")

    def run(self, executor: Executor, *names: str, **options: Any) -> TrackedTimeline:
        return run_timeline(
            self.path,
            [f"{name}=0:100,300,40,100" for name in names or NAMES],
            quality="preview",
            executor=executor,
            warn=self.notes.append,
            progress=lambda step, done, total: self.steps.append(f"{step} {done}"),
            **options,
        )

    def hidden(self) -> list[str]:
        return [path.name for path in self.media.glob(".*")]


@pytest.fixture
def reel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reel:
    reel, write = Reel(tmp_path), export.write
    monkeypatch.setattr(crews, "_LOOKS_AGAIN", 0.02)
    monkeypatch.setattr("highlight_cuts_cv.executors.slip._EVERY", 0.02)

    def follows(bench, picks, setup, watch, *_):
        reel.followed.append(bench.clip.name)
        reel.before(bench.clip.name, watch)
        watch.progress(1, 1)
        count = bench.clip.frame_count
        boxes = np.tile(np.array(picks[0].box.as_xyxy(), np.float32), (count, 1))
        return Track(boxes, np.ones(count, np.float32), np.full(count, State.OBSERVED, np.uint8))

    def writes(clip, *arguments):
        reel.rendered.append(clip.name)
        return write(clip, *arguments)

    monkeypatch.setattr(tasks, "follow_on", follows)
    monkeypatch.setattr(tasks, "write", writes)
    return reel


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


class Mortal(Executor):
    """Two threads; a worker dies with the clips of which *dies* says so, when it has begun them."""

    def __init__(self, dies: Callable[[str], bool], error: type[Exception] = BrokenExecutor) -> None:
        self._pool, self._dies, self._error = ThreadPoolExecutor(2), dies, error

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        (order,) = args

        def do() -> Any:
            result = None if self._dies(order.task.label) else fn(order)
            if result is None:
                render = order.task.render
                render.with_name(f".{render.stem}.12345678.part.mp4").write_bytes(b"half")
                raise self._error("It was killed.")
            return result

        return self._pool.submit(do)


def test_all_clips_arrive_and_none_is_done_twice(reel: Reel, threads: ThreadPoolExecutor) -> None:
    met = threading.Barrier(2, timeout=20)

    def meets(name: str, watch: Watch) -> None:
        met.wait()

    reel.before = meets
    done = reel.run(threads)
    assert list(done.films) == IDS and not done.failed, "in the timeline's order, two at once"
    assert Counter(reel.rendered) == Counter(NAMES) == Counter(reel.followed)
    assert {"Marking 4 clips 4", "3/4 Following in save 1", "4/4 Rendering run 10"} <= {*reel.steps}
    assert sorted(path.name for path in reel.media.glob("*.mp4")) == [f"{clip}.tracked.mp4" for clip in IDS]
    assert reel.hidden() == []
    assert threads.submit(int).result() == 0, "it is not shut down"
    reel.rendered.clear()
    assert list(reel.run(threads).films) == IDS and reel.rendered == [], "what is done anywhere is done"


def frames(first: int, end: int) -> otio.opentime.TimeRange:
    """A part of the demo's recording, which has ten pictures a second."""
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(first, 10), otio.opentime.RationalTime(end - first, 10)
    )


@pytest.mark.parametrize("places", [1, 2])
def test_clips_of_one_stretch_are_given_one_after_another_and_the_longest_stretch_first(
    reel: Reel, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, places: int
) -> None:
    monkeypatch.setattr(rerun, "together", lambda pieces, _, *rest: together(pieces, places, *rest))
    shown = [(0, 1), (4, 6), (5, 7), (8, 9)]
    edit, video = otio.schema.Timeline(), otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    edit.tracks.append(video)
    for (start, stop), name in zip(shown, NAMES, strict=True):
        whole = otio.schema.ExternalReference(demo_clip().as_uri(), frames(0, 120))
        video.append(otio.schema.Clip(name, whole, frames(10 * start, 10 * stop)))
    reel.path = reel.path.with_suffix(".otio")
    otio.adapters.write_to_file(edit, str(reel.path))
    given: list[tuple[str, Stretch]] = []
    at_once: list[set[str]] = [set()]

    def begins(name: str, watch: Watch) -> None:
        at_once.append(at_once[-1] | {name})
        time.sleep(0.1)

    class Noting(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            (order,) = args
            given.append((order.task.label, order.stretch))
            future = threads.submit(fn, order)
            future.add_done_callback(lambda _: at_once.append(at_once[-1] - {order.task.label}))
            return future

    reel.before = begins
    assert list(reel.run(Noting()).films) == IDS
    stretches = dict(given)
    assert stretches["assist"].name == stretches["save"].name != ""
    assert (stretches["assist"].more, stretches["save"].more) == (True, False)
    assert stretches["goal"] == stretches["run"] == ALONE
    assert not any({"assist", "save"} <= names for names in at_once)
    assert [name for name, _ in given] == ["assist", "save", "goal", "run"] or places > 1


def test_what_goes_wrong_with_one_clip_leaves_the_others(reel: Reel, threads: ThreadPoolExecutor) -> None:
    def breaks(name: str, watch: Watch) -> None:
        watch.warn(f"Looking at {name}.")
        if name == "assist":
            raise JobFailedError("The recording is damaged.")

    reel.before = breaks
    done = reel.run(threads)
    assert done.failed == {"02-assist": "The recording is damaged."}
    assert list(done.films) == [IDS[0], *IDS[2:]]
    assert sorted(reel.notes) == sorted(f"Looking at {name}." for name in NAMES), "each sentence once"


def test_a_worker_that_dies_costs_its_clip_only_and_that_is_done_once_more(reel: Reel) -> None:
    died: list[str] = []

    def dies(name: str) -> bool:
        died.append(name)
        return name == "assist" and died.count("assist") == 1

    done = reel.run(Mortal(dies))
    assert list(done.films) == IDS and not done.failed
    assert Counter(died) == {"goal": 1, "assist": 2, "save": 1, "run": 1}
    assert reel.notes == ["The worker that had 'assist' died; it is done once more."]
    assert reel.hidden() == [], "what it left half-written is gone"


def test_a_clip_that_kills_two_workers_is_reported(reel: Reel) -> None:
    done = reel.run(Mortal(lambda name: name == "save"))
    assert list(done.failed) == ["03-save"] and "Each worker that had 'save' died" in done.failed["03-save"]
    assert list(done.films) == [*IDS[:2], IDS[3]] and reel.hidden() == []
    with ProjectStore(project_folder(reel.path)) as store:
        assert store.sessions()[0].clips[2].final_status is Status.FAILED


def test_an_executor_that_tried_again_itself_is_not_asked_again(reel: Reel) -> None:
    class GivesUpError(Exception):
        pass

    tried: list[str] = []
    executor = Mortal(lambda name: tried.append(name) or True, GivesUpError)  # type: ignore[func-returns-value]
    from highlight_cuts_cv.jobs.setup import Setup
    from highlight_cuts_cv.jobs.timeline import plan
    from highlight_cuts_cv.timeline import read_timeline
    from highlight_cuts_cv.tracking.picks import parse_player_picks

    picks = parse_player_picks(["goal=0:100,300,40,100"])
    (task,) = plan(read_timeline(reel.path), picks, reel.path.with_name("out.otio"), Setup())
    crew = crews.Crew(executor, gives_up=GivesUpError)
    with pytest.raises(JobFailedError, match="Each worker that had 'goal' died"):
        crew.do(task, "key", lambda title: Watch(), lambda: False)
    assert tried == ["goal"]


def test_a_stopped_run_stops_the_workers_and_keeps_what_is_done(
    reel: Reel, threads: ThreadPoolExecutor
) -> None:
    stopped: list[str] = []

    def works(name: str, watch: Watch) -> None:
        if name != reel.followed[0]:
            deadline = time.monotonic() + 20
            while not watch.cancelled():
                watch.progress(1, 10)
                assert time.monotonic() < deadline
                time.sleep(0.01)
            stopped.append(name)
            raise CancelledError("Stopped.")

    reel.before = works
    with pytest.raises(CancelledError):
        reel.run(threads, cancelled=lambda: "Marking 4 clips 1" in reel.steps)
    assert stopped and reel.hidden() == []
    assert not reel.path.with_name("reel.tracked.otio").exists()
    (first,) = reel.rendered
    reel.before = lambda name, watch: None
    done = reel.run(threads)
    assert list(done.films) == IDS and Counter(reel.rendered) == Counter(NAMES), f"{first} was done"


def test_clips_that_no_worker_has_begun_are_stopped_too(reel: Reel) -> None:
    class Idle(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            return Future()

    began = time.monotonic()
    with pytest.raises(CancelledError):
        reel.run(Idle(), cancelled=lambda: time.monotonic() > began + 1)
    assert reel.hidden() == []


def test_a_worker_that_would_make_another_film_is_refused(
    reel: Reel, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("highlight_cuts_cv.executors.working.task_key", lambda task: "another")
    with pytest.raises(JobFailedError, match="it has another version of Highlight Cuts CV or of a plugin"):
        reel.run(threads, "goal")
    assert reel.followed == []

    def unreadable(task):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("highlight_cuts_cv.executors.working.task_key", unreadable)
    with pytest.raises(JobFailedError, match=r"cannot read .*crossing.mp4 \(No such file or directory\)"):
        reel.run(threads, "goal")
    assert currency.task_key is not unreadable


def test_an_executor_that_takes_nothing_is_a_sentence(reel: Reel) -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(JobFailedError, match="takes no more work"):
        reel.run(pool, "goal")


def test_what_a_killed_run_gave_away_is_withdrawn(reel: Reel, threads: ThreadPoolExecutor) -> None:
    reel.run(threads, "goal")
    left = Slip.beside(reel.media / "film.mp4")
    watch = left.begin(lambda: False).step("Following")
    reel.run(threads, "assist")
    time.sleep(0.03)
    assert watch.cancelled() and reel.hidden() == [] and left.folder.name.startswith(PREFIX)
