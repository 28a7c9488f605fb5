"""Several threads ask one workbench at once, and everything is still found out once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import numpy as np
import pytest

from highlight_cuts_cv.analysis import workbench
from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.model import Detections

T = TypeVar("T")
THREADS = 6


class SlowToMake:
    """A detector's registry whose every part lets other threads in between."""

    def __init__(self) -> None:
        self.made = self.closed = 0
        self.asked: Counter[int] = Counter()

    def detector(self, name: str, options: object) -> SlowToMake:
        time.sleep(0.05)
        self.made += 1
        return self

    def detect(self, frames, regions=None):
        time.sleep(0.02)
        self.asked.update(frame.index for frame in frames)
        return [Detections(np.array([[1, 2, 30, 40]], np.float32), np.ones(1, np.float32)) for _ in frames]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowToMake:
    made = SlowToMake()
    monkeypatch.setattr(workbench, "get_registry", lambda: made)
    return made


@pytest.fixture
def bench(slow: SlowToMake) -> Iterator[ClipWorkbench]:
    with ClipWorkbench(clip_of(probe(demo_clip()), 0, 12), "slow") as one:
        yield one


def at_once(ask: Callable[[int], T]) -> list[T]:
    """What each of some threads is answered that ask at the same moment."""
    ready = Barrier(THREADS)

    def wait_and_ask(number: int) -> T:
        ready.wait()
        return ask(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(wait_and_ask, range(THREADS)))


def test_one_detector_is_made_whoever_asks_first(bench: ClipWorkbench, slow: SlowToMake) -> None:
    people = bench.people
    at_once(lambda number: people.closer(0, 100, 100) if number % 2 else people[number])
    assert slow.made == 1
    bench.close()
    assert slow.closed == 1


def test_a_frame_is_looked_at_once(bench: ClipWorkbench, slow: SlowToMake) -> None:
    found = at_once(lambda _: bench.people[3])
    assert slow.asked == {3: 1}
    assert all(one is found[0] for one in found)


def test_what_is_known_of_a_clip_and_of_a_stretch_of_it_is_one(
    bench: ClipWorkbench, slow: SlowToMake
) -> None:
    known, looked = bench.people[5], bench.people.closer(5, 50, 60)
    with bench.stretch(4, 3) as part:
        assert part.clip.frame_count == 3 and part.clip.first_frame == bench.clip.first_frame + 4
        assert part.people[1] is known and set(part.people.found) == {1}
        assert part.people.closer(1, 50, 60) is looked and part.people.frame(1) is bench.people.frame(5)
        found, near = part.people[2], part.people.closer(0, 100, 100)
        np.testing.assert_array_equal(part.people.frame(2).bgr, bench.people.frame(6).bgr)
    assert bench.people[6] is found and bench.people.closer(4, 100, 100) is near
    assert slow.made == 1 and not slow.closed, "the clip's detector is the stretch's"


def test_everybody_is_given_the_same_view(bench: ClipWorkbench) -> None:
    views = at_once(lambda _: bench.view(np.arange(12), 10.0, True))
    assert all(view is views[0] for view in views)


def test_the_cameras_motion_is_found_once(bench: ClipWorkbench, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: Counter[int] = Counter()
    reads = Reader.read

    def reading(self, first):
        for number, picture in reads(self, first):
            decoded[number] += 1
            yield number, picture

    monkeypatch.setattr(Reader, "read", reading)
    motions = at_once(lambda _: bench.motions(np.arange(12), 10.0, lambda: False))
    assert sum(decoded.values()) <= 13
    for one in motions[1:]:
        np.testing.assert_array_equal(one, motions[0])


def test_a_closer_look_is_taken_once_and_kept():
    from highlight_cuts_cv.analysis.detections import LazyDetections, packed_near, unpacked_near
    from highlight_cuts_cv.model import Detections
    from highlight_cuts_cv.testing.contracts import MemoryFrames, moving_square

    class Counting:
        asked = 0

        def detect(self, frames, regions=None):
            self.asked += len(frames)
            return [Detections(np.array([[5, 5, 15, 30]], np.float32), np.ones(1, np.float32))] * len(frames)

        def close(self):
            pass

    detector = Counting()
    people = LazyDetections(MemoryFrames(moving_square()[0]), detector)
    found, asked = people.closer(2, 100.2, 99.8), detector.asked
    assert len(found) and people.closer(2, 100, 100) is found and detector.asked == asked
    people.closer(3, 100, 100)
    back = unpacked_near(packed_near(people.near))
    assert back.keys() == people.near.keys()
    np.testing.assert_array_equal(back[2, 100, 100].xyxy, found.xyxy)
    assert unpacked_near(None) == {}
