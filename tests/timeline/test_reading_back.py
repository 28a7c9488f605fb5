"""What OTIO's reader rounds is no difference; everything else is, and a clip stays within its render."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.model import JobFailedError
from highlight_cuts_cv.timeline import TrackedRender
from highlight_cuts_cv.timeline.writing import _alike, _check_written, serialized


def doubles(count: int) -> list[float]:
    """Arbitrary doubles of everyday sizes, and float32 values as effects hold them."""
    chance = random.Random(7)
    wide = [chance.uniform(-1, 1) * 10 ** chance.uniform(-6, 9) for _ in range(count)]
    narrow = [struct.unpack("f", struct.pack("f", value))[0] for value in wide]
    return [*wide, *narrow, -108.05166625976562]


def test_numbers_that_the_reader_rounds_are_alike():
    timeline = otio.schema.Timeline(metadata={"numbers": doubles(5000)})
    text = otio.adapters.write_to_string(timeline)
    again = otio.adapters.write_to_string(otio.adapters.read_from_string(text, "otio_json"))
    assert json.loads(again) != json.loads(text), "the reader no longer rounds: compare to the bit"
    assert _alike(json.loads(again), json.loads(text))


@pytest.mark.parametrize(
    ("back", "written"),
    [
        (1.0, 1.0 + 1e-9),
        (25, 24),
        ("a", "b"),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        ({"a": [1.0, {"b": 2.5}]}, {"a": [1.0, {"b": 2.6}]}),
        (None, 0.0),
        (True, False),
    ],
)
def test_a_real_difference_is_one(back, written):
    assert not _alike(back, written)


def test_numbers_that_are_none_are_alike():
    assert _alike([float("nan"), float("inf")], [float("nan"), float("inf")])


def check(folder: Path, used: TimeRange, shown: str = "render.mp4") -> None:
    """Check a timeline of one clip that shows *used* of a render with the frames 10 to 29."""
    for name in ("render.mp4", "other.mp4"):
        (folder / name).touch()
    available = TimeRange(RationalTime(10, 25), RationalTime(20, 25))
    reference = otio.schema.ExternalReference((folder / shown).as_posix(), available)
    timeline = otio.schema.Timeline()
    timeline.tracks.append(otio.schema.Track())
    timeline.tracks[0].append(otio.schema.Clip("goal", reference, used))
    text, path = serialized(timeline), folder / "written.otio"
    path.write_text(text)
    _check_written(path, text, 0, {0: TrackedRender(folder / "render.mp4")}, folder / "out.otio")


@pytest.mark.parametrize(
    ("first", "count", "inside"),
    [(10, 20, True), (15, 5, True), (15, 15, True), (9, 5, False), (15, 16, False), (30, 1, False)],
)
def test_a_clip_uses_no_more_than_its_render_has(tmp_path, first, count, inside):
    used = TimeRange(RationalTime(first, 25), RationalTime(count, 25))
    if inside:
        check(tmp_path, used)
        return
    with pytest.raises(
        JobFailedError, match=r"out\.otio, clip 'goal' uses more than its render .*render\.mp4"
    ):
        check(tmp_path, used)


def test_a_clip_points_at_its_own_render(tmp_path):
    used = TimeRange(RationalTime(10, 25), RationalTime(20, 25))
    with pytest.raises(JobFailedError, match=r"clip 'goal' does not point at its render .*render\.mp4"):
        check(tmp_path, used, "other.mp4")
