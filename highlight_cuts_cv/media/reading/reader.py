"""Decoding from any frame on, each picture named by its number."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from typing import Any

import av

from highlight_cuts_cv.media.failures import reading
from highlight_cuts_cv.media.memory import keep_pictures_apart
from highlight_cuts_cv.media.reading.held import held
from highlight_cuts_cv.media.reading.order import PacketOrder
from highlight_cuts_cv.media.reading.probing import LoadedMedia
from highlight_cuts_cv.media.reading.sizes import OneSize
from highlight_cuts_cv.media.streams import read_only

_log = logging.getLogger(__name__)

# Decoding a few pictures that nobody asked for costs less than a seek, which empties the decoder's
# threads.
_SEEK_WORTH = 12


class Reader:
    """One open file and its decoder.  Not safe for use by two threads at once."""

    def __init__(self, media: LoadedMedia) -> None:
        keep_pictures_apart()
        self._media = media
        self._path, self._index = media.info.path, media.index
        self.damaged = 0
        """Packets so far that could not be decoded, and pictures with parts made up."""
        self._open()
        self._reorder = self._stream.codec_context.reorder_depth
        width, height = media.info.width, media.info.height
        stored = (height, width) if media.info.rotation in (90, 270) else (width, height)
        self._one_size = OneSize(self._path, *stored, media.info.pixel_format)
        self._pictures: Generator[Any, None, None] | None = None
        self._next = 0  # the lowest frame number that can still come without a seek
        self._fresh = True

    def _open(self) -> None:
        with reading(self._path):
            container: Any = av.open(str(self._path), metadata_errors="replace")
        self._container, self._stream = container, container.streams[self._media.stream_index]
        read_only(container, [self._stream])
        self._stream.codec_context.thread_type = "AUTO"

    def close(self) -> None:
        self._pictures = None
        self._container.close()

    def read(self, first: int) -> Iterator[tuple[int, Any]]:
        """Yield (frame number, av.VideoFrame) from frame *first* on, in order.

        Numbers rise but may skip: frames too damaged to decode are left out.  Another call goes on
        from wherever the decoder then is.  Nobody may draw on the pictures while they are held
        (:func:`~highlight_cuts_cv.media.reading.held.holding_pictures`).
        """
        pictures = held()
        if pictures is None:
            yield from self.decoded(first)
            return
        while True:
            while (picture := pictures.get(self._path, first)) is not None:
                self.damaged += bool(picture.is_corrupt)
                yield first, picture
                first += 1
            for number, picture in self.decoded(first):
                pictures.put(self._path, number, picture)
                yield number, picture
                first = number + 1
                if pictures.get(self._path, first) is not None:
                    break
            else:
                return

    def decoded(self, first: int) -> Iterator[tuple[int, Any]]:
        """As :meth:`read`, from the file."""
        with reading(self._path):
            if self._pictures is None or first < self._next or self._key_saves(first):
                self._start_at(first)
            assert self._pictures is not None
            for picture in self._pictures:
                pts = picture.pts if picture.pts is not None else picture.dts
                number = self._next if pts is None else self._index.number_at(pts)
                if number is None or number < self._next:
                    continue
                self._next = number + 1
                if number >= first:
                    yield number, self._one_size(picture, number)
            self._next = len(self._index)
            self._pictures = None

    def _key_saves(self, first: int) -> bool:
        if first - self._next < _SEEK_WORTH:
            return False
        return bool(self._index.key_pts[self._index.key_before(first)] > self._index.pts[self._next])

    def _start_at(self, first: int) -> None:
        """Begin decoding at a keyframe from which frame *first* comes out whole."""
        if self._index.order is not None:
            self._count_to(self._index.order, first)
            return
        for key in range(self._index.key_before(first), 0, -1):
            packets = self._packets_from(int(self._index.key_seek[key]))
            packet = next((p for p in packets if p.is_keyframe and p.pts is not None), None)
            # Not every demuxer lands where it was told to.
            if packet is not None and packet.pts <= self._index.pts[first]:
                self._decode_from(packet, packets)
                self._next = 0
                return
        packets = self._packets_from(None)
        self._decode_from(next(packets), packets)
        self._next = 0

    def _count_to(self, order: PacketOrder, first: int) -> None:
        """The same in a file that cannot be sought by time."""
        if not self._fresh:
            self._container.close()
            self._open()
        self._fresh = False
        key = order.key_before(first, int(self._index.pts[first]))

        packets = (packet for count, packet in order.on_clock(self._whole_packets()) if count >= key)
        self._decode_from(next(packets), packets)
        self._next = 0

    def _packets_from(self, timestamp: int | None) -> Iterator[Any]:
        if timestamp is None and self._fresh:
            self._fresh = False
        else:
            self._fresh = False
            if timestamp is None:
                timestamp = min(int(self._index.key_seek[0]), int(self._index.pts[0]))
            self._container.seek(timestamp, stream=self._stream, backward=True)
            # The decoder learns its reorder depth as it goes; forgetting it would drop B-frames.
            self._stream.codec_context.reorder_depth = max(
                self._reorder, self._stream.codec_context.reorder_depth
            )
        return self._whole_packets()

    def _whole_packets(self) -> Iterator[Any]:
        errors = 0
        while errors < 100:
            try:
                yield from self._container.demux(self._stream)
                return
            except av.error.InvalidDataError:
                errors += 1
                self.damaged += 1

    def _decode_from(self, first: Any, packets: Iterator[Any]) -> None:
        def decode() -> Generator[Any, None, None]:
            packet: Any = first
            while packet is not None:
                try:
                    pictures = self._stream.decode(packet)
                except av.error.InvalidDataError:
                    self.damaged += 1
                    pictures = []
                for picture in pictures:
                    self.damaged += bool(picture.is_corrupt)
                    yield picture
                packet = next(packets, None)

        self._pictures = decode()
