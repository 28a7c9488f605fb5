"""Any Ultralytics detection model as a detector of players."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from highlight_cuts_cv.api import BadInputError, Detections, Frame, JobFailedError, Options, Region
from numpy.typing import NDArray

from hccv_ultralytics.engine import choose_device, load_ultralytics

STRIDE = 32
DEFAULT_SIZE = 640
LARGEST_REGION = 1280


class UltralyticsDetector:
    """See :class:`highlight_cuts_cv.api.Detector`.

    Raises BadInputError for a class or device that is not there and JobFailedError when the weights
    cannot be loaded.
    """

    def __init__(self, weights: Path, options: Options) -> None:
        ultralytics = load_ultralytics()
        self._weights = weights
        self._half = bool(options["half"])
        self._device = choose_device(str(options["device"]), self._half)
        self._score = float(options["score"])
        self._size = int(options["size"]) or DEFAULT_SIZE
        self._batch = int(options["batch"])
        try:
            self._model: Any = ultralytics.YOLO(str(weights), task="detect")
            # The first picture loads the network: an error in the file comes here, not during the job.
            self._predict([np.zeros((STRIDE, STRIDE, 3), np.uint8)], self._size, None)
        except Exception as error:
            raise JobFailedError(
                f"The weights '{weights}' could not be loaded ({type(error).__name__}: {error}); "
                "the README of highlight-cuts-cv-ultralytics tells what each format needs."
            ) from error
        self._classes = wanted_classes(dict(self._model.names), str(options["classes"]))

    def detect(self, frames: Sequence[Frame], regions: Sequence[Region] | None = None) -> list[Detections]:
        """Find players, several pictures at a time.

        Raises BadInputError when ``regions`` is not one per frame or lies outside its frame.
        """
        if regions is not None and len(regions) != len(frames):
            raise BadInputError(f"{len(frames)} frames need as many regions, not {len(regions)}.")
        parts = [_cut(frame, regions[i] if regions else None) for i, frame in enumerate(frames)]
        # One inference has one input size; a region is searched at its own.
        by_size: dict[int, list[int]] = {}
        for i, (picture, _) in enumerate(parts):
            by_size.setdefault(_region_size(picture) if regions else self._size, []).append(i)
        found = [Detections.none()] * len(frames)
        for size, indexes in by_size.items():
            for start in range(0, len(indexes), self._batch):
                chosen = indexes[start : start + self._batch]
                results = self._predict([parts[i][0] for i in chosen], size, self._classes)
                for i, result in zip(chosen, results, strict=True):
                    found[i] = _detections(result.boxes, parts[i][1], frames[i])
        return found

    def close(self) -> None:
        """Free the network."""
        del self._model

    def _predict(self, pictures: list[NDArray[np.uint8]], size: int, classes: list[int] | None) -> list[Any]:
        results: list[Any] = self._model.predict(
            pictures,
            imgsz=size,
            conf=self._score,
            classes=classes,
            device=self._device,
            half=self._half,
            verbose=False,
        )
        return results


def wanted_classes(names: dict[int, str], wanted: str) -> list[int] | None:
    """Class numbers for class names joined by '+'; '' is 'person' where the model knows it, else all (None).

    Raises BadInputError for a name that the model does not know.
    """
    numbers = {name.lower(): number for number, name in names.items()}
    if not wanted:
        return [numbers["person"]] if "person" in numbers else None
    chosen = []
    for name in wanted.lower().split("+"):
        if name not in numbers:
            known = ", ".join(list(numbers)[:20])
            raise BadInputError(f"The model knows no class '{name}'; it has: {known}.")
        chosen.append(numbers[name])
    return chosen


def _cut(frame: Frame, region: Region | None) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The picture to search and the (x, y) of its corner in the frame."""
    if region is None:
        return frame.bgr, (0, 0)
    height, width = frame.bgr.shape[:2]
    left, top = max(0, int(np.floor(region.x1))), max(0, int(np.floor(region.y1)))
    right, bottom = min(width, int(np.ceil(region.x2))), min(height, int(np.ceil(region.y2)))
    if right <= left or bottom <= top:
        raise BadInputError(f"The region {region} lies outside the {width}x{height} picture.")
    return np.ascontiguousarray(frame.bgr[top:bottom, left:right]), (left, top)


def _region_size(picture: NDArray[np.uint8]) -> int:
    """The input size that keeps a region's pixels as they are, up to a limit."""
    return min(LARGEST_REGION, -(-max(picture.shape[:2]) // STRIDE) * STRIDE)


def _detections(boxes: Any, offset: tuple[int, int], frame: Frame) -> Detections:
    """Ultralytics' boxes -> ours, in the frame's pixels."""
    height, width = frame.bgr.shape[:2]
    xyxy = boxes.xyxy.float().cpu().numpy() + np.array([*offset, *offset], np.float32)
    xyxy = np.clip(xyxy, 0, np.array([width, height, width, height], np.float32))
    scores = boxes.conf.float().cpu().numpy()
    order = np.argsort(-scores, kind="stable")
    order = order[(xyxy[order, 2:] > xyxy[order, :2]).all(axis=1)]
    return Detections(
        np.ascontiguousarray(xyxy[order], np.float32), np.ascontiguousarray(scores[order], np.float32)
    )
