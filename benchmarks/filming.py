"""Makes the clips of benchmarks: pictures in, H.264 out, as a camera would have written it."""

from __future__ import annotations

import numpy as np

from highlight_cuts_cv.testing.synthetic import write_clip

__all__ = ["with_noise", "write_clip"]


def with_noise(picture: np.ndarray, random: np.random.Generator, level: float) -> np.ndarray:
    """The picture with sensor noise of *level* grey levels (standard deviation), newly drawn."""
    noise = random.standard_normal(picture.shape, np.float32) * level
    return (picture.astype(np.float32) + noise).clip(0, 255).round().astype(np.uint8)
