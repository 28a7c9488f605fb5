"""The chart shows each frame once, in the colour of what happened."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from chart import COLOURS, ON, WRONG, Strip, course, draw

BOX, AWAY = (100.0, 100.0, 40.0, 80.0), (300.0, 100.0, 40.0, 80.0)


def test_course_names_what_was_shown_in_each_visible_frame():
    truth = {1: BOX, 2: BOX, 4: BOX, 5: BOX, 9: BOX}
    shown = {1: BOX, 2: BOX, 3: BOX, 4: AWAY, 9: BOX}
    assert course(truth, shown, [2], 1, 5) == "oOx."


def test_strips_are_as_long_as_their_share_of_time():
    picture = draw([Strip("a", "ooox")])
    widths = dict(re.findall(r'width="([\d.]+)" height="11" fill="(#\w+)"', picture))
    assert {colour: float(width) for width, colour in widths.items()} == {
        COLOURS[ON]: 420,
        COLOURS[WRONG]: 140,
    }
