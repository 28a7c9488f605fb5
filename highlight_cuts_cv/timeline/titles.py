"""Markers that move, as titles of Final Cut Pro: a disc with keyframes, and a tracker on the clip that it marks.

Written after the format's published definition (1.10, the first with trackers) and tried in no Final Cut.  What its tracker
finds lies in files that only it can write, and a title that is bound to a tracker without them has no place.  So the
title carries its own keyframes, and the clip a tracker's shape to be analysed there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree as Xml

import numpy as np
import opentimelineio as otio

from highlight_cuts_cv.timeline.notes import NAMESPACE

TITLE = "Basic Title"
"""What Final Cut calls the title, and what a timeline names in the place of a file where it plays one."""
UID = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"
_GLYPH = "●"
_GLYPH_SHARE = 0.6
"""The disc's diameter as a share of the font's size, in Helvetica and its kin."""
_LEAST = 1e-4
"""Of an opacity: less shows nowhere."""


@dataclass(frozen=True, slots=True)
class MovingMarker:
    """A marker with ``keys`` (K, 6): frame, left, top, width and height in pixels of a picture of ``size`` (width,
    height), and opacity, straight lines between; its ``color`` (red, green, blue, 0 to 1) and its ``player``."""

    keys: Sequence[Sequence[float]]
    size: tuple[int, int]
    color: Sequence[float]
    player: str

    def effect(self) -> otio.schema.Effect:
        """What a clip carries that is moved so."""
        note = {
            "rects": [list(key) for key in self.keys],
            "width": self.size[0],
            "height": self.size[1],
            "color": list(self.color),
            "player": self.player,
        }
        return otio.schema.Effect("Transform", "transform", {NAMESPACE: note})


def moving_marker(clip: otio.schema.Clip) -> MovingMarker | None:
    """What moves *clip*, where it is a marker of ours without a film."""
    for effect in clip.effects:
        note = effect.metadata.get(NAMESPACE)
        if hasattr(note, "get") and "rects" in note:
            size = (int(note["width"]), int(note["height"]))
            keys = [[float(value) for value in key] for key in note["rects"]]
            color = [float(part) for part in note.get("color", (1.0, 1.0, 1.0))]
            return MovingMarker(keys, size, color, str(note.get("player", "")))
    return None


def first_frame(rate: Fraction) -> int:
    """The frame at which the time in a title begins: an hour, as Final Cut writes it."""
    return 3600 * round(rate)


def add_tracker(element: Xml.Element, name: str, identity: str) -> None:
    """Give the clip *element* a shape called *name* for Final Cut's object tracker."""
    tracker = element.find("object-tracker")
    if tracker is None:
        tracker = Xml.Element("object-tracker")
        element.insert(0, tracker)
    Xml.SubElement(tracker, "tracking-shape", id=identity, name=name, analysisMethod="automatic")


def fill_title(
    title: Xml.Element, marker: MovingMarker, size: tuple[int, int], rate: Fraction, style: str
) -> None:
    """Let the empty element *title* show *marker* in a timeline of *size* at *rate*; *style* is a free id.

    The picture is shown whole, in the middle.  The place has a key in every frame in which the marker shows: what Final Cut
    lays between two places need not be a straight line.
    """
    rows = np.asarray(marker.keys, np.float64)
    scale = min(size[0] / marker.size[0], size[1] / marker.size[1])
    frames = np.arange(round(rows[0, 0]), round(rows[-1, 0]) + 1)
    left, top, width, height, opacity = (np.interp(frames, rows[:, 0], rows[:, i]) for i in range(1, 6))
    shown = np.flatnonzero(opacity > _LEAST)
    best = int(shown[np.argmax(opacity[shown])]) if len(shown) else 0
    text = Xml.SubElement(title, "text")
    Xml.SubElement(text, "text-style", ref=style).text = _GLYPH
    Xml.SubElement(
        Xml.SubElement(title, "text-style-def", id=style),
        "text-style",
        font="Helvetica",
        fontSize=number(height[best] * scale / _GLYPH_SHARE),
        fontColor=" ".join(number(part) for part in (*marker.color, 1.0)),
        alignment="center",
    )
    # From the middle, upward, in hundredths of the timeline's height.
    unit = size[1] / 100 / scale
    across = (left + width / 2 - marker.size[0] / 2) / unit
    up = (marker.size[1] / 2 - top - height / 2) / unit
    begin = first_frame(rate)

    def times(rows_shown: Sequence[int]) -> list[str]:
        return [time_text((begin + int(frames[row])) / rate) for row in rows_shown]

    transform = Xml.SubElement(title, "adjust-transform")
    near = sorted({0, len(frames) - 1, *(shown - 1).clip(0).tolist(), *shown.tolist()})
    places = [f"{number(across[row])} {number(up[row])}" for row in near]
    _animate(transform, "position", times(near), places, {})
    keyed = [int(np.searchsorted(frames, round(frame))) for frame in rows[:, 0]]
    if not np.allclose(height, height[best], rtol=0.02):
        sizes = [f"{number(width[row] / width[best])} {number(height[row] / height[best])}" for row in keyed]
        _animate(transform, "scale", times(keyed), sizes, {"curve": "linear"})
    blend = Xml.SubElement(title, "adjust-blend", amount=number(opacity[0]))
    _animate(blend, "amount", times(keyed), [number(opacity[row]) for row in keyed], {"curve": "linear"})


def _animate(
    holder: Xml.Element, name: str, times: Sequence[str], values: Sequence[str], more: dict[str, str]
) -> None:
    animation = Xml.SubElement(Xml.SubElement(holder, "param", name=name), "keyframeAnimation")
    for time, value in zip(times, values, strict=True):
        Xml.SubElement(animation, "keyframe", {"time": time, "value": value, **more})


def time_text(time: Fraction) -> str:
    """Seconds as the format wants them: ``1001/30000s``."""
    return f"{time.numerator}s" if time.denominator == 1 else f"{time.numerator}/{time.denominator}s"


def number(value: float) -> str:
    return f"{round(float(value), 5) + 0.0:.5f}".rstrip("0").rstrip(".")
