"""What a plugin does wrong while it works is a sentence that names it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from highlight_cuts_cv.api import (
    CancelledError,
    DelivererSpec,
    Detections,
    DetectorSpec,
    ExporterSpec,
    IdentifierSpec,
    Identity,
    IndicatorSpec,
    Placement,
    Shade,
    Sprite,
    SpriteTrack,
    State,
    Track,
    TrackerSpec,
    hookimpl,
)
from highlight_cuts_cv.model import JobFailedError
from highlight_cuts_cv.plugin.registry import Registry
from highlight_cuts_cv.plugin.shelves import PluginReport

COUNT = 3
JOB = SimpleNamespace(clip=SimpleNamespace(frame_count=COUNT), output=Path("out.txt"), sightings=[object()])
FRAMES = [object()] * COUNT
KINDS = {
    "detector": ("detect", DetectorSpec, "look for players"),
    "tracker": ("track", TrackerSpec, "follow the player"),
    "indicator": ("draw", IndicatorSpec, "draw the marker"),
    "exporter": ("export", ExporterSpec, "write out.txt"),
    "deliverer": ("deliver", DelivererSpec, "write out.txt"),
    "identifier": ("identify", IdentifierSpec, "say who somebody is"),
}


def made(kind, work):
    """The thing of that kind from a registry with one plugin, whose work is the function *work*."""
    method, spec, _ = KINDS[kind]
    thing = SimpleNamespace(**{method: lambda *given: work(*given), "close": lambda: work()})

    @hookimpl
    def hook():
        yield spec(name="mine", create=lambda options: thing)

    registry = Registry()
    registry.add(SimpleNamespace(**{f"hccv_{kind}s": hook}), PluginReport("plug", "some-dist", "1.2"))
    return getattr(registry, kind)("mine")


def call(kind, work):
    thing = made(kind, work)
    return thing.detect(FRAMES) if kind == "detector" else getattr(thing, KINDS[kind][0])(JOB)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [KeyError("boom"), OSError("boom"), SystemExit("boom")])
def test_an_exception_is_a_sentence_that_names_the_plugin_and_what_it_did(kind, error):
    def work(*_):
        raise error

    with pytest.raises(JobFailedError) as said:
        call(kind, work)
    sentence = str(said.value)
    assert sentence.startswith(
        f"The {kind} 'mine' (plugin 'plug' of some-dist 1.2) failed to {KINDS[kind][2]} ("
    )
    assert type(error).__name__ in sentence and "boom" in sentence and "\n" not in sentence
    assert said.value.__cause__ is error


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "error", [CancelledError("stopped"), JobFailedError("own words"), KeyboardInterrupt()]
)
def test_our_own_errors_and_ctrl_c_pass_as_they_are(kind, error):
    def work(*_):
        raise error

    with pytest.raises(type(error)) as said:
        call(kind, work)
    assert said.value is error


def track_of(count, value=1.0, score=1.0):
    return Track(
        np.full((count, 4), value, np.float32),
        np.full(count, score, np.float32),
        np.full(count, State.OBSERVED, np.uint8),
    )


def found(value=1.0, score=1.0):
    return Detections(np.full((1, 4), value, np.float32), np.full(1, score, np.float32))


def placed(index):
    return Placement(index, Sprite(np.zeros((2, 2, 4), np.uint8)), 0, 0)


WRONG = {
    "no list": ("detector", None, "returned None from detect.. instead of a list"),
    "a generator": ("detector", (found() for _ in range(0)), "a generator from detect"),
    "too few": ("detector", [found()], "returned 1 results from detect.. for 3 frames"),
    "arrays": ("detector", [np.zeros((1, 4))] * COUNT, "a ndarray from detect.. instead of a Detections"),
    "nan box": ("detector", [found(np.nan)] * COUNT, "not finite"),
    "nan score": ("detector", [found(1.0, np.nan)] * COUNT, "not finite"),
    "no track": ("tracker", None, "returned None from track.. instead of a Track"),
    "short track": ("tracker", track_of(2), "a track of 2 frames for a clip of 3"),
    "endless box": ("tracker", track_of(COUNT, np.inf), "not finite"),
    "no score": ("tracker", track_of(COUNT, 1.0, np.nan), "not finite"),
    "no sprites": ("indicator", [], "returned a list from draw.. instead of a SpriteTrack"),
    "used up": ("indicator", SpriteTrack(cast(Any, iter([placed(0)]))), "instead of a Sequence"),
    "no placements": ("indicator", SpriteTrack(cast(Any, [1])), "a int from draw.. instead of a Placement"),
    "no shades": ("indicator", SpriteTrack([], [placed(0)]), "a Placement from draw.. instead of a Shade"),
    "beyond": ("indicator", SpriteTrack([placed(COUNT)]), "frame 3 of a clip of 3 frames"),
    "shade before": ("indicator", SpriteTrack([], [Shade(-1, 0, 0, 1, 1)]), "drew in frame -1"),
    "nothing": ("exporter", None, "returned None from export.. instead of a Path"),
    "a text": ("exporter", "out.txt", "a str from export"),
    "no file": ("exporter", Path("no/such.txt"), "there is no such file"),
    "nothing delivered": ("deliverer", None, "returned None from deliver.. instead of a Path"),
    "no identities": ("identifier", "Sam", "a str from identify.. instead of a Identity"),
    "two for sure": ("identifier", [Identity("A", 0.6), Identity("B", 0.6)], "add up to 1.2"),
    "seen nowhere": ("identifier", [Identity("A", 0.6, (1,))], "in a sighting that it was not given"),
    "no file delivered": ("deliverer", Path("no/such.txt"), "there is no such file"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_comes_back_wrong_is_a_sentence(case):
    kind, result, sentence = WRONG[case]
    with pytest.raises(
        JobFailedError, match=f"^The {kind} 'mine' .plugin 'plug' of some-dist 1.2. .*{sentence}"
    ):
        call(kind, lambda *_: result)


def test_what_is_right_passes_unchanged(tmp_path):
    detections, track = [found()] * COUNT, track_of(COUNT)
    drawn = SpriteTrack([placed(0), placed(COUNT - 1)], (Shade(1, 0, 0, 1, 1),))
    assert call("detector", lambda *_: detections) == detections
    assert call("tracker", lambda *_: track) is track
    assert call("indicator", lambda *_: drawn) is drawn
    path = tmp_path / "out.txt"
    path.touch()
    assert call("exporter", lambda *_: path) is path
    assert call("deliverer", lambda *_: path) is path
    likely, rarely = Identity("A", 0.6, (0,)), Identity("B", 0.2)
    assert call("identifier", lambda *_: [rarely, likely]) == [likely, rarely]


def test_a_detector_is_asked_by_one_thread_at_a_time():
    inside, most = [0], [0]

    def work(frames, regions):
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        inside[0] -= 1
        return [Detections.none() for _ in frames]

    detector = made("detector", work)
    threads = [threading.Thread(target=detector.detect, args=(FRAMES,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_detector_that_cannot_close_is_named():
    def work(*_):
        raise ValueError("stuck")

    with pytest.raises(JobFailedError, match=r"detector 'mine'.*failed to close.*stuck"):
        made("detector", work).close()
