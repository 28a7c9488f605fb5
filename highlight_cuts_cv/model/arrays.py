"""Array types, and what makes an array refuse writes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.uint8]


def read_only(array: NDArray[np.generic]) -> None:
    """Make *array* refuse writes, so that frozen types are frozen all the way down."""
    array.flags.writeable = False
