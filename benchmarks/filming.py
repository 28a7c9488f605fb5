"""Makes the clips of benchmarks: pictures in, H.264 out, as a camera would have written it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

CRF = 23
"""A phone's or an action camera's bit rate, roughly."""


def write_clip(path: Path, pictures: Iterable[np.ndarray], rate: Fraction) -> Path:
    """Write BGR *pictures*, all of one even size, as H.264 and return *path*."""
    import av

    with av.open(str(path), "w") as output:
        stream: Any = None
        for index, picture in enumerate(pictures):
            if stream is None:
                stream = output.add_stream("libx264", rate=rate, options={"crf": str(CRF), "preset": "fast"})
                stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], "yuv420p"
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
            frame.pts, frame.time_base = index, 1 / rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def with_noise(picture: np.ndarray, random: np.random.Generator, level: float) -> np.ndarray:
    """The picture with sensor noise of *level* grey levels (standard deviation), newly drawn."""
    noise = random.standard_normal(picture.shape, np.float32) * level
    return (picture.astype(np.float32) + noise).clip(0, 255).round().astype(np.uint8)
