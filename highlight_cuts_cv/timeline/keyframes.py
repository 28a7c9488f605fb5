"""Keyframes of effects, which programs keep in the metadata, each in its own way.

Those that count in the source time of their clip move with the source range, as markers do; those that
count from the clip's begin (Resolve's) stay.  Which it is, the numbers show: OTIO has no rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.times import exact_rate, seconds

_NAMED = re.compile(r"key[ _-]?frames?$", re.IGNORECASE)
_WHEN = {"time", "frame", "position", "at"}
_MLT = re.compile(r"(?<![^;])(\d+)(?=[|~]?=)")
"""The frames in a list of keyframes as MLT writes it: 100=0 0 1 1;150|=0 0 2 2."""

_Change = Callable[[Fraction], Fraction]


def move_keyframes(clip: otio.schema.Clip, offset: Fraction) -> list[int]:
    """Move the keyframes that are in source time by *offset* seconds; the places of the effects changed.

    The clip must still have its own source range.
    """
    used = clip.trimmed_range()
    start, length = seconds(used.start_time), seconds(used.duration)
    rate = exact_rate(used.duration.rate)
    slack = 2 / rate
    moved = []
    for index, effect in enumerate(clip.effects):
        data = json.loads(effect.to_json_string())
        times: list[Fraction] = []
        _changed(data.get("metadata"), rate, _collect(times))
        in_source = times and all(start - slack <= time <= start + length + slack for time in times)
        in_clip = all(time <= length + slack for time in times)
        # Where both could be, Resolve counts from the clip's begin, and others as OTIO does, in source time.
        if not in_source or (in_clip and "Resolve_OTIO" in data["metadata"]):
            continue
        _replace(clip, index, data, rate, offset)
        moved.append(index)
    return moved


def move_back(clip: otio.schema.Clip, moved: list[int], rate: Fraction, offset: Fraction) -> None:
    """Move all keyframes of the effects at the places *moved* by *offset* seconds."""
    for index in moved:
        if 0 <= index < len(clip.effects):
            _replace(clip, index, json.loads(clip.effects[index].to_json_string()), rate, offset)


def _replace(
    clip: otio.schema.Clip, index: int, data: dict[str, Any], rate: Fraction, offset: Fraction
) -> None:
    data["metadata"] = _changed(data["metadata"], rate, lambda time: time + offset)
    clip.effects[index] = otio.adapters.read_from_string(json.dumps(data), adapter_name="otio_json")


def _collect(times: list[Fraction]) -> _Change:
    def change(time: Fraction) -> Fraction:
        times.append(time)
        return time

    return change


def _changed(value: Any, rate: Fraction, change: _Change, inside: bool = False) -> Any:
    """*value* with its keyframes' times, in seconds, put through *change*; *inside* a thing named so."""
    if isinstance(value, list):
        return [_changed(each, rate, change, inside) for each in value]
    if not isinstance(value, dict):
        if inside and isinstance(value, str):
            return _MLT.sub(lambda found: _frame(int(found[1]), rate, change), value)
        return value
    if str(value.get("OTIO_SCHEMA", "")).startswith("RationalTime."):
        return _time(value, change) if inside else value
    result = {}
    for key, each in value.items():
        if inside and key.lstrip("-").isdigit():
            key = _frame(int(key), rate, change)
        elif inside and key.lower() in _WHEN and _is_number(each):
            moved = change(Fraction(each) / rate) * rate
            each = int(moved) if isinstance(each, int) and moved.denominator == 1 else float(moved)
        result[key] = each if key == "duration" else _changed(each, rate, change, inside or _is_named(key))
    return result


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _is_named(key: str) -> bool:
    return _NAMED.search(key) is not None


def _frame(frame: int, rate: Fraction, change: _Change) -> str:
    return str(round(change(frame / rate) * rate))


def _time(value: dict[str, Any], change: _Change) -> dict[str, Any]:
    try:
        time = otio.opentime.RationalTime(value["value"], value["rate"])
        rate = exact_rate(time.rate)
        return {**value, "value": float(change(seconds(time)) * rate)}
    except (BadInputError, TypeError, KeyError):
        return value
