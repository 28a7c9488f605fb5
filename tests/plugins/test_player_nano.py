"""The embedded detector on real pictures of the demo clip."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hccv_player_nano.network import load_network

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.model import BadInputError, Detections, Frame, Region


@pytest.fixture(scope="module")
def frame() -> Frame:
    from highlight_cuts_cv.media import clip_of, open_frames, probe

    with open_frames(clip_of(probe(demo_clip()))) as frames:
        return frames[60]


@pytest.fixture(scope="module")
def detector():
    from hccv_player_nano.detector import PlayerNano

    return PlayerNano()


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    inter = np.prod(np.clip(high - low, 0, None))
    return float(inter / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - inter))


def test_finds_people_inside_the_picture(detector, frame):
    (found,) = detector.detect([frame])
    assert len(found) >= 5
    assert (found.scores[:-1] >= found.scores[1:]).all()
    assert (found.xyxy[:, :2] >= 0).all()
    assert (found.xyxy[:, 2] <= frame.bgr.shape[1]).all()


def test_folding_the_first_layers_changes_nothing(frame):
    from importlib.resources import files

    import openvino as ov
    from hccv_player_nano.network import load_network

    picture = frame.bgr[:416, :672]
    plain = ov.Core().compile_model(
        str(files("hccv_player_nano") / "player_nano.onnx"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    expected = plain({0: picture.transpose(2, 0, 1)[None].astype(np.float32)})[0]
    np.testing.assert_allclose(load_network()({0: picture[None]})[0], expected, atol=0.02)


@pytest.mark.parametrize("size", [None, (672, 416)])
def test_the_network_calculates_in_f32_whatever_the_processor_offers(size):
    import openvino as ov

    compiled = load_network(0, (), size)
    assert compiled.get_property("INFERENCE_PRECISION_HINT") == ov.Type.f32


def test_batch_gives_what_single_frames_give(detector, frame):
    mirrored = Frame(0, 0, Fraction(1, 10), np.ascontiguousarray(frame.bgr[:, ::-1]))
    batch = detector.detect([frame, mirrored])
    for alone, together in zip([detector.detect([f])[0] for f in (frame, mirrored)], batch, strict=True):
        np.testing.assert_allclose(alone.xyxy, together.xyxy, atol=0.1)


def test_region_is_searched_at_native_resolution_in_full_frame_pixels(detector, frame):
    (whole,) = detector.detect([frame])
    best = whole.xyxy[0]
    region = Region(best[0] - 60.5, best[1] - 60, best[2] + 60, best[3] + 60)
    (part,) = detector.detect([frame], [region])
    assert max(overlap(best, box) for box in part.xyxy) > 0.7


@pytest.mark.parametrize("shape", [(33, 47), (2000, 300), (100, 1900)])
def test_any_picture_size_works(detector, shape):
    picture = Frame(0, 0, Fraction(1, 25), np.zeros((*shape, 3), np.uint8))
    (found,) = detector.detect([picture])
    assert isinstance(found, Detections)
    assert len(found) == 0


def test_a_region_outside_the_picture_is_refused(detector, frame):
    with pytest.raises(BadInputError, match="outside"):
        detector.detect([frame], [Region(5000, 0, 5100, 100)])
    with pytest.raises(BadInputError, match="as many regions"):
        detector.detect([frame], [])


class TestCompiledNetworks:
    """What OpenVINO compiled is kept between runs, and never in the way."""

    @pytest.fixture(autouse=True)
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        load_network.cache_clear()
        yield tmp_path
        load_network.cache_clear()

    def test_are_kept(self, cache: Path) -> None:
        load_network(threads=1)
        assert list(cache.rglob("networks/*.blob"))

    def test_a_damaged_one_is_made_again(self, cache: Path) -> None:
        load_network(threads=1)
        for file in cache.rglob("networks/*"):
            file.chmod(0o600)
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        load_network.cache_clear()
        network = load_network(threads=1)
        assert network.create_infer_request().infer({0: np.zeros((1, 64, 64, 3), np.uint8)})

    def test_a_cache_that_cannot_be_written_is_done_without(self, cache: Path) -> None:
        (cache / "highlight-cuts-cv").write_text("a file where a folder should be")
        assert load_network(threads=1)

    def test_are_made_by_one_process_at_a_time(self, cache: Path) -> None:
        """OpenVINO fails where two write the same file."""
        load_network(threads=1)
        (lock,) = map(FileLock, cache.rglob("networks/*.lock"))
        load_network.cache_clear()
        done = threading.Event()

        def load() -> None:
            load_network(threads=1)
            done.set()

        with lock:
            threading.Thread(target=load).start()
            assert not done.wait(1)
        assert done.wait(60)
