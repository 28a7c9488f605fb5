"""The timeline by which editors are judged: two tracks of pictures, sound, gaps, a dissolve, markers, timecode."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from tests.timeline.conftest import FakeMedia

NTSC = Fraction(30000, 1001)
LENGTH = 300
"""Frames of each recording."""


def hour(rate: Fraction) -> int:
    """The frame of the recording with a timecode at which it begins: 01:00:00:00."""
    return 3600 * round(rate)


def add_media(media: FakeMedia, rate: Fraction = NTSC) -> None:
    media.add("a.mp4", LENGTH, rate)
    media.add("btc.mov", LENGTH, rate, timecode="01:00:00:00")


def judged(folder: Path, rate: Fraction = NTSC) -> otio.schema.Timeline:
    """The timeline, whose media ``a.mp4`` and ``btc.mov`` lie in *folder*."""
    pace, begin = float(rate), hour(rate)

    def span(start: int, count: int) -> TimeRange:
        return TimeRange(RationalTime(start, pace), RationalTime(count, pace))

    def clip(name: str, file: str, first: int, count: int, start: int = 0) -> otio.schema.Clip:
        reference = otio.schema.ExternalReference((folder / file).as_posix(), span(start, LENGTH))
        return otio.schema.Clip(name, reference, span(start + first, count))

    def gap(count: int) -> otio.schema.Gap:
        return otio.schema.Gap(source_range=span(0, count))

    def marked(item: otio.schema.Clip, frame: int, text: str) -> otio.schema.Clip:
        item.markers.append(otio.schema.Marker(text, span(frame, 1), comment=text))
        return item

    five = RationalTime(5, pace)
    below, above, sound = (
        otio.schema.Track(name, kind=kind)
        for name, kind in (("V1", "Video"), ("V2", "Video"), ("A1", "Audio"))
    )
    below.extend(
        [
            gap(10),
            marked(clip("one", "a.mp4", 20, 60), 30, "m30"),
            clip("two", "btc.mov", 40, 50, begin),
            otio.schema.Transition("d", "SMPTE_Dissolve", five, five),
            clip("three", "a.mp4", 120, 50),
            gap(7),
            marked(clip("last", "btc.mov", 200, 40, begin), begin + 210, "m210"),
        ]
    )
    above.extend([gap(60), clip("top", "a.mp4", 200, 40)])
    sound.extend([gap(10), clip("one", "a.mp4", 20, 60), clip("two", "btc.mov", 40, 50, begin)])
    timeline = otio.schema.Timeline("edit")
    timeline.global_start_time = RationalTime(begin, pace)
    timeline.tracks.extend([below, above, sound])
    return timeline
