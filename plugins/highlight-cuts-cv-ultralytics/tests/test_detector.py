"""The detector with the real YOLO11n, and with a fake network where that shows more."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from highlight_cuts_cv.api import BadInputError, Frame, JobFailedError, Region
from highlight_cuts_cv.contracts import resolve_options
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.testing import check_detector

from hccv_ultralytics import DETECTOR_OPTIONS
from hccv_ultralytics.detector import UltralyticsDetector, wanted_classes
from hccv_ultralytics.engine import load_ultralytics


class FakeNetwork:
    """Stands for ``ultralytics.YOLO``: one person in the middle half of every picture, and a weaker one."""

    names = {0: "person", 1: "ball"}  # noqa: RUF012

    def __init__(self, weights: str, task: str) -> None:
        self.calls: list[tuple[int, int]] = []
        self.settings: dict[str, object] = {}

    def predict(self, pictures, imgsz, **settings):  # type: ignore[no-untyped-def]
        self.calls.append((len(pictures), imgsz))
        self.settings = settings
        answers = []
        for picture in pictures:
            height, width = picture.shape[:2]
            xyxy = [[0, 0, 1, 1], [width / 4, height / 4, width * 0.75, height * 0.75], [5, 5, 5, 9]]
            boxes = SimpleNamespace(xyxy=torch.tensor(xyxy), conf=torch.tensor([0.3, 0.9, 0.8]))
            answers.append(SimpleNamespace(boxes=boxes))
        return answers


def fake(monkeypatch: pytest.MonkeyPatch, **options: object) -> UltralyticsDetector:
    module = SimpleNamespace(YOLO=FakeNetwork)
    monkeypatch.setattr("hccv_ultralytics.detector.load_ultralytics", lambda: module)
    given = resolve_options(DETECTOR_OPTIONS, {"device": "cpu", **options})
    detector = UltralyticsDetector(Path("fake.pt"), given)
    detector._model.calls.clear()
    return detector


def frames(count: int, width: int = 320, height: int = 240) -> list[Frame]:
    return [Frame(i, i, Fraction(1, 25), np.zeros((height, width, 3), np.uint8)) for i in range(count)]


def test_pictures_go_in_batches_and_come_back_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = fake(monkeypatch, batch=4)
    found = detector.detect(frames(6))
    assert detector._model.calls == [(4, 640), (2, 640)]
    assert found[5].xyxy.tolist() == [[80, 60, 240, 180], [0, 0, 1, 1]]  # the one without area is left out
    assert found[5].scores.tolist() == pytest.approx([0.9, 0.3])
    assert detector._model.settings["classes"] == [0]


def test_regions_are_searched_at_their_own_size(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = fake(monkeypatch)
    regions = [Region(100, 50, 200, 110), Region(-9, 0, 320, 240), Region(0, 0, 99.5, 40)]
    found = detector.detect(frames(3), regions)
    assert sorted(detector._model.calls) == [(1, 320), (2, 128)]
    assert found[0].xyxy[0].tolist() == [125, 65, 175, 95]
    with pytest.raises(BadInputError, match="as many regions"):
        detector.detect(frames(3), regions[:1])
    with pytest.raises(BadInputError, match="outside the 320x240"):
        detector.detect(frames(1), [Region(400, 0, 500, 100)])


def test_the_fake_keeps_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    check_detector(fake(monkeypatch))


def test_options_reach_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = fake(monkeypatch, score=0.4, size=960, classes="person+ball")
    detector.detect(frames(1))
    assert detector._model.calls == [(1, 960)]
    assert detector._model.settings["conf"] == 0.4
    assert detector._model.settings["classes"] == [0, 1]


def test_classes() -> None:
    assert wanted_classes({0: "ball", 1: "Player"}, "") is None
    assert wanted_classes({0: "ball", 1: "Player"}, "player") == [1]
    with pytest.raises(BadInputError, match="no class 'horse'; it has: ball, player"):
        wanted_classes({0: "ball", 1: "Player"}, "horse")


def test_devices_that_are_not_there_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BadInputError, match="cannot use the device 'cuda'"):
        fake(monkeypatch, device="cuda")
    with pytest.raises(BadInputError, match="needs a GPU"):
        fake(monkeypatch, half=True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    detector = fake(monkeypatch, device="auto", half=True)
    detector.detect(frames(1))
    assert (detector._model.settings["device"], detector._model.settings["half"]) == ("cuda", True)


def test_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no weights")
    with pytest.raises(JobFailedError, match=r"broken\.pt' could not be loaded"):
        get_registry().detector("ultralytics", {"weights": str(broken), "device": "cpu"})


@pytest.mark.parametrize("kind", ["yolo11n", "yolo26n"])
def test_pytorch_files_are_loaded(kind: str, tmp_path: Path) -> None:
    """With random weights: what it finds means nothing, but its form must be right."""
    path = tmp_path / f"{kind}.pt"
    load_ultralytics().YOLO(f"{kind}.yaml").save(path)
    detector = get_registry().detector("ultralytics", {"weights": str(path), "device": "cpu"})
    check_detector(detector)
    detector.close()


@pytest.fixture(scope="module")
def yolo(model: Path) -> UltralyticsDetector:
    return get_registry().detector("ultralytics", {"weights": str(model), "device": "cpu"})  # type: ignore[return-value]


def test_the_real_one_keeps_the_contract(yolo: UltralyticsDetector) -> None:
    check_detector(yolo)


def test_the_real_one_finds_people(yolo: UltralyticsDetector, model: Path) -> None:
    video = model.parents[1] / "footage" / "campus-crossings" / "video.mp4"
    with open_frames(clip_of(probe(video))) as clip:
        pictures = [clip[0], clip[10]]
    found = yolo.detect(pictures)
    assert len(found[0]) >= 3 and found[0].scores[0] > 0.6
    alone = yolo.detect(pictures[1:])
    assert np.allclose(alone[0].xyxy, found[1].xyxy, atol=1)
    x1, y1, x2, y2 = (float(v) for v in found[0].xyxy[0])
    (near,) = yolo.detect(pictures[:1], [Region(x1 - 80, y1 - 40, x2 + 80, y2 + 40)])
    assert np.abs(near.xyxy - found[0].xyxy[0]).max(axis=1).min() < 0.2 * (y2 - y1)


def test_it_needs_no_network(model: Path) -> None:
    code = """
import socket, sys
def refuse(*args, **kwargs): raise SystemExit(f"asked the network: {args}")
socket.getaddrinfo = socket.create_connection = socket.socket.connect = refuse
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.testing import check_detector
registry = get_registry()
assert not {"torch", "ultralytics"} & set(sys.modules), "listing the plugins must stay light"
check_detector(registry.detector("ultralytics", {"weights": sys.argv[1], "device": "cpu"}))
from ultralytics.utils import SETTINGS, events, checks
assert not SETTINGS["sync"] and not events.events.enabled and not checks.AUTOINSTALL
"""
    subprocess.run([sys.executable, "-c", code, str(model)], check=True, timeout=100)
