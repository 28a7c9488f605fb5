"""How a process keeps the memory of pictures."""

from __future__ import annotations

import subprocess
import sys

import pytest

from highlight_cuts_cv.faces.demo import demo_clip

APART = """
import ctypes, sys
import numpy as np
from pathlib import Path
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.media import open_frames

class Found(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]

library = ctypes.CDLL(None)
if not hasattr(library, "mallinfo2"):
    sys.exit("another C library")
library.mallinfo2.restype = Found
with open_frames(video_clip(Path(sys.argv[1]))) as frames:
    next(iter(frames.frames()))
    for _ in range(3):  # what was freed once is what glibc takes into its heaps from then on
        gone = np.ones((2160, 3840, 3), np.uint8)
        del gone
    before = library.mallinfo2().hblkhd
    picture = np.ones((2160, 3840, 3), np.uint8)
    print(library.mallinfo2().hblkhd - before)
"""


def test_a_large_picture_lies_apart_and_not_in_a_heap_that_small_things_bite_into() -> None:
    done = subprocess.run(
        [sys.executable, "-c", APART, demo_clip()], capture_output=True, text=True, check=False
    )
    if "another C library" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert int(done.stdout) >= 3840 * 2160 * 3
