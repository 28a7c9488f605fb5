"""What OTIO's reader rounds is no difference; everything else is."""

from __future__ import annotations

import json
import random
import struct

import opentimelineio as otio
import pytest

from highlight_cuts_cv.timeline.writing import _alike


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
