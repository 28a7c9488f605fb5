"""Loads PP-OCR's text recogniser for OpenVINO and reads digits with it.

The network comes with the package ``rapidocr`` (Apache-2.0), whose code is not used: it looks for text in
documents, and on shirts that step misses most numbers (a fifth of what windows at fixed places find).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.api import BadInputError, cache_folder

HEIGHT, WIDTH = 48, 80
"""Sides of the network's input, in pixels: its own height, and room for two wide digits."""
_BLANK = 0
"""The class that says "no further letter"; the letters of the network's alphabet follow it."""


@dataclass(frozen=True, slots=True)
class Read:
    """What is written in a picture, digits alone, and the lowest probability (0..1) of one of them."""

    text: str
    probability: float


class DigitNet:
    """Reads pictures of one line of digits."""

    def __init__(self) -> None:
        network, self._digits = _load()
        self._request = network.create_infer_request()

    def read(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Read | None]:
        """What is written in each picture, (h, w, 3) uint8 BGR; ``None`` where that is nothing, or more than digits."""
        inputs = np.zeros((len(pictures), 3, HEIGHT, WIDTH), np.float32)
        for place, picture in enumerate(pictures):
            width = int(np.clip(round(picture.shape[1] * HEIGHT / picture.shape[0]), 16, WIDTH))
            method = cv2.INTER_AREA if picture.shape[0] > HEIGHT else cv2.INTER_LINEAR
            line = cv2.resize(picture, (width, HEIGHT), interpolation=method)
            inputs[place, :, :, :width] = line.transpose(2, 0, 1) / 127.5 - 1
        self._request.infer({0: inputs})
        return [self._digits_of(rows) for rows in self._request.get_output_tensor(0).data]

    def _digits_of(self, rows: NDArray[np.float32]) -> Read | None:
        """Best path through (T, classes) probabilities, repeats and blanks left out (Graves et al. 2006, CTC)."""
        best = rows.argmax(axis=1)
        first = np.flatnonzero((np.diff(best, prepend=-1) != 0) & (best != _BLANK))
        letters = [self._digits.get(int(best[place])) for place in first]
        if not letters or None in letters:
            return None
        return Read("".join(map(str, letters)), float(rows[first, best[first]].min()))


@cache
def _load() -> tuple[Any, dict[int, str]]:
    """The compiled network, and its classes that are digits.  Raises BadInputError without the package."""
    import openvino as ov

    spec = find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec is not None and spec.origin else None
    files = sorted(folder.glob("*_rec_*.onnx")) if folder is not None else []
    if not files:
        raise BadInputError(
            "Numbers are read by a network of the package rapidocr, which is not installed: "
            "pip install 'highlight-cuts-cv[numbers]' brings it."
        )
    core = ov.Core()
    model = core.read_model(str(files[-1]))
    alphabet = model.get_rt_info(["framework", "character"]).astype(str).split("\n")
    digits = {alphabet.index(digit) + _BLANK + 1: digit for digit in "0123456789"}
    config: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    config["CACHE_DIR"] = str(cache_folder("networks"))
    return core.compile_model(model, "CPU", config), digits
