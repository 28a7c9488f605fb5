"""Appending one file's packets after another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import Any

import av

from highlight_cuts_cv.media.failures import reading
from highlight_cuts_cv.media.joining.traits import sound_streams
from highlight_cuts_cv.media.reading.probing import LoadedMedia
from highlight_cuts_cv.media.streams import read_only


@dataclass(frozen=True, slots=True)
class Part:
    """One clip of a film: where its pictures and its sound are to be copied from.

    ``source`` is the file that the user named.  ``sound_start`` is when, in seconds of the file
    ``sound``, the first picture is shown.
    """

    source: Path
    pictures: LoadedMedia
    sound: Path
    sound_start: Fraction

    @property
    def length(self) -> Fraction:
        """Seconds for which there are pictures."""
        info = self.pictures.info
        return (self.pictures.index.end_pts - info.start_pts) * info.time_base


def whole(media: LoadedMedia) -> Part:
    """A file as it is."""
    info = media.info
    return Part(info.path, media, info.path, info.start_pts * info.time_base)


def sound_reaches(part: Part) -> tuple[bool, bool]:
    """Whether all sound is there when the pictures start, and until they end, but for half a packet."""
    first: dict[int, Fraction] = {}
    last: dict[int, Fraction] = {}
    slack: dict[int, Fraction] = {}
    ticks: dict[int, int] = {}
    with reading(part.sound), av.open(str(part.sound), metadata_errors="replace") as container:
        streams = sound_streams(container)
        read_only(container, streams)
        for packet in container.demux(streams) if streams else ():
            if packet.pts is None:
                continue
            place, time = packet.stream.index, packet.pts * packet.time_base - part.sound_start
            ticks[place] = whole_length(packet, ticks.get(place, 0))
            length = ticks[place] * packet.time_base
            first[place] = min(first.get(place, time), time)
            last[place] = max(last.get(place, time), time + length)
            slack[place] = length / 2
        every = [stream.index for stream in streams]
        return (
            all(place in first and first[place] <= slack[place] for place in every),
            all(place in last and last[place] >= part.length - slack[place] for place in every),
        )


def whole_length(packet: Any, before: int = 0) -> int:
    """What an audio packet decodes to, in its ticks, given what the longest before it does.

    Containers may state less for the last one.
    """
    context, stated = packet.stream.codec_context, int(packet.duration or 0)
    if context.name.startswith("pcm"):
        return stated
    if context.frame_size:
        return round(Fraction(context.frame_size, context.sample_rate) / Fraction(packet.time_base))
    return max(stated, before)  # Opus, whose packets are alike


class Joint:
    """Writes parts one after the other to *joined*; ``step`` hears of each picture."""

    def __init__(self, joined: Any, step: Callable[[], None]) -> None:
        self._joined, self._step = joined, step
        self._streams: list[Any] = []
        # When, in seconds, each stream's next packet may be decoded at the earliest.
        self._free: dict[int, Fraction] = {}
        self._lengths: dict[int, int] = {}

    def append_all(self, parts: Sequence[Part]) -> None:
        at = Fraction(0)
        for part in parts:
            with ExitStack() as stack:
                self._append(part, at, stack)
            at += part.length

    def _append(self, part: Part, at: Fraction, stack: ExitStack) -> None:
        info = part.pictures.info
        self._lengths.clear()
        stack.enter_context(reading(info.path))
        container: Any = stack.enter_context(av.open(str(info.path), metadata_errors="replace"))
        pictures = container.streams[part.pictures.stream_index]
        heard: Any = stack.enter_context(av.open(str(part.sound), metadata_errors="replace"))
        sounds = sound_streams(heard)
        if not self._streams:
            self._streams = [
                self._joined.add_stream_from_template(stream, opaque=True) for stream in (pictures, *sounds)
            ]
            if info.rotation:
                self._streams[0].set_display_rotation(-info.rotation)
        places = {stream.index: number for number, stream in enumerate(sounds, 1)}
        # Written in the order of their times, packets need not wait in memory for each other.
        for _, place, packet in merge(
            _timed(container, [pictures], {pictures.index: 0}, at - info.start_pts * info.time_base),
            _timed(heard, sounds, places, at - part.sound_start),
            key=lambda item: item[0],
        ):
            if place == 0:
                self._picture(packet)
            else:
                self._sound(place, packet, at + part.length)

    def _picture(self, packet: Any) -> None:
        packet.dts = max(packet.dts, self._free_at(0, packet))
        self._free[0] = (packet.dts + 1) * packet.time_base
        packet.stream = self._streams[0]
        self._joined.mux_one(packet)
        self._step()

    def _sound(self, place: int, packet: Any, end: Fraction) -> None:
        # The first sound packets of a file only warm up its decoder, and the last run past its
        # pictures.  Whole packets follow each other without a gap, since players decode them
        # so, each within half a packet of its time.
        length = self._lengths[place] = whole_length(packet, self._lengths.get(place, 0))
        free = self._free_at(place, packet)
        if packet.dts < free - length // 2 or packet.dts >= round(end / packet.time_base) - length // 2:
            return
        if packet.dts <= free + length // 2:
            packet.dts = free
        packet.pts = packet.dts
        self._free[place] = (packet.dts + length) * packet.time_base
        packet.stream = self._streams[place]
        self._joined.mux_one(packet)

    def _free_at(self, place: int, packet: Any) -> int:
        free = self._free.get(place)
        return int(packet.dts) if free is None else round(free / packet.time_base)


def _timed(
    container: Any, streams: list[Any], places: dict[int, int], offset: Fraction
) -> Iterator[tuple[Fraction, int, Any]]:
    """Packets moved by *offset* seconds, each with its decode time and the place of its stream."""
    if not streams:
        return
    read_only(container, streams)
    for packet in container.demux(streams):
        if packet.pts is None or packet.dts is None:
            continue
        shift = round(offset / packet.time_base)
        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
        yield packet.dts * packet.time_base, places[packet.stream.index], packet
