"""The sound of a clip: packets copied where the container can hold them, else encoded anew."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import av
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.encoders import EDIT_LIST_SUFFIXES
from highlight_cuts_cv.model import ClipInfo

_log = logging.getLogger(__name__)

_ISO_CODECS = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"})
_PREROLL = Fraction(1)
_SMALLEST_GAP = Fraction(1, 50)
_SOFT = Fraction(1, 200)
_LOSSY_RATES = {
    "aac": {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000},
    "libopus": {8000, 12000, 16000, 24000, 48000},
}


class _Track(Protocol):
    def take(self, packet: Any) -> Iterator[Any]:
        """What to write for a packet of the source; a packet without data ends the stream."""
        ...


class AudioFeed:
    """All audio streams of a clip, written alongside its pictures.

    ``span`` is the part of the file to take, in seconds; ``time`` 0 is its start.  ``pause`` says when,
    counted from there, silence of which length is put in.
    """

    def __init__(
        self,
        clip: ClipInfo,
        span: tuple[Fraction, Fraction],
        output: Any,
        path: Path,
        pause: tuple[Fraction, Fraction] | None = None,
    ) -> None:
        self._start, self._end = span
        self._pause = pause
        self._tracks: dict[int, _Track] = {}
        self._container: Any = av.open(str(clip.media.path), metadata_errors="replace")
        for stream in self._container.streams:
            if stream.type != "audio" or not self._add(stream, output, path):
                stream.discard = av.stream.Discard.all
        self._packets = self._read()
        self._time = Fraction(-1)

    def close(self) -> None:
        self._packets.close()
        self._container.close()

    def until(self, time: Fraction) -> Iterator[Any]:
        """The packets to write up to *time* (seconds from the clip's start), in order."""
        while self._time < time and (packet := next(self._packets, None)) is not None:
            if packet.pts is not None:
                self._time = packet.pts * packet.time_base - self._start
            yield from self._tracks[packet.stream.index].take(packet)

    def rest(self) -> Iterator[Any]:
        """All that is left."""
        for packet in self._packets:
            yield from self._tracks[packet.stream.index].take(packet)

    def _add(self, stream: Any, output: Any, path: Path) -> bool:
        if stream.codec_context is None:
            _log.warning("Audio stream %d of '%s' is of an unknown kind and is left out.", stream.index, path)
            return False
        codec = stream.codec_context.codec.canonical_name
        suffix = path.suffix.lower()
        if codec.startswith("pcm_") and suffix in {".mov", ".mkv", ".avi"}:
            # Written anew sample by sample, which loses nothing and cuts exactly.
            track: _Track = _Encoded(stream, output, codec, self._start, self._end, self._pause)
        elif self._pause is None and (
            codec in _ISO_CODECS if suffix in EDIT_LIST_SUFFIXES else codec in output.supported_codecs
        ):
            # Their edit lists can hide the lead-in that a copied packet needs to decode right.
            lead = 1 if suffix in EDIT_LIST_SUFFIXES else 0
            track = _Copied(stream, output, self._start, self._end, lead)
        else:
            codec = "aac" if "aac" in output.supported_codecs else "libopus"
            track = _Encoded(stream, output, codec, self._start, self._end, self._pause)
        self._tracks[stream.index] = track
        return True

    def _read(self) -> Generator[Any, None, None]:
        streams = [s for s in self._container.streams if s.index in self._tracks]
        if not streams:
            return
        seek_to = int((self._start - _PREROLL) / streams[0].time_base)
        try:
            self._container.seek(seek_to, stream=streams[0], backward=True)
        except av.error.FFmpegError:
            self._container.seek(0)
        running = set(self._tracks)
        errors = 0
        while errors < 100:
            try:
                for packet in self._container.demux(streams):
                    beyond = packet.pts is not None and packet.pts * packet.time_base >= self._end + _PREROLL
                    if not beyond:
                        yield packet
                        continue
                    running.discard(packet.stream.index)
                    if not running:
                        break
                break
            except av.error.InvalidDataError:
                errors += 1
        if not running:  # stopped before the end of the file, so the encoders are not flushed yet
            for stream in streams:
                last = av.Packet()
                last.stream = stream
                yield last


class _Copied:
    """Packets as they are.

    The packet that begins before the clip, and one more for codecs whose packets overlap, go along
    with negative times, which the container hides again; so nothing is early or late.
    """

    def __init__(self, stream: Any, output: Any, start: Fraction, end: Fraction, lead: int) -> None:
        self._stream = output.add_stream_from_template(stream)
        self._stream.metadata.update({k: v for k, v in stream.metadata.items() if k == "language"})
        base = stream.time_base
        self._start, self._end, self._lead = round(start / base), round(end / base), lead

    def take(self, packet: Any) -> Iterator[Any]:
        if packet.pts is None:
            return
        length = packet.duration or 0
        first = self._start - self._lead * length
        if packet.pts + (length if self._lead else 0) <= first - (not self._lead) or packet.pts >= self._end:
            return
        if packet.pts + length > self._end:
            packet.duration = self._end - packet.pts
        packet.pts -= self._start
        packet.dts = packet.pts
        packet.stream = self._stream
        yield packet


class _Encoded:
    """Samples of exactly the clip's span, silence where the source has a hole and in the pause."""

    def __init__(
        self,
        stream: Any,
        output: Any,
        codec: str,
        start: Fraction,
        end: Fraction,
        pause: tuple[Fraction, Fraction] | None,
    ) -> None:
        context = stream.codec_context
        self._source = stream
        self._in_rate = context.sample_rate
        planar = f"{context.format.name.rstrip('p')}p"
        rate = self._in_rate
        if codec in _LOSSY_RATES:
            planar = "fltp"
            rate = rate if rate in _LOSSY_RATES[codec] else 48000
        self._layout = context.layout.name
        self._format = planar
        self._in_resampler = av.AudioResampler(format=planar, layout=self._layout)
        self._stream = output.add_stream(codec, rate=rate)
        self._stream.codec_context.layout = self._layout
        if codec in _LOSSY_RATES:
            self._stream.codec_context.bit_rate = 96_000 * max(1, context.layout.nb_channels)
        self._stream.metadata.update({k: v for k, v in stream.metadata.items() if k == "language"})
        self._rate = rate
        self._out_resampler = (
            av.AudioResampler(format=planar, layout=self._layout, rate=rate)
            if rate != self._in_rate
            else None
        )
        at, length = pause or (end - start, Fraction(0))
        self._pause_at = round(at * self._in_rate)
        self._pause = round((at + length) * self._in_rate) - self._pause_at
        self._start, self._total = start, round((end - start) * self._in_rate) + self._pause
        self._at: int | None = None  # where the next source sample lies, counted from the clip's start
        self._sent = 0
        self._ended = False

    def take(self, packet: Any) -> Iterator[Any]:
        if self._ended:
            return
        flush = packet.pts is None and not packet.size
        try:
            frames = self._source.decode(None if flush else packet)
        except av.error.FFmpegError as error:
            if not isinstance(error, (av.error.InvalidDataError, av.error.EOFError)):
                raise
            frames = []
        for frame in frames:
            yield from self._place(frame)
        if flush or self._sent >= self._total:
            self._ended = True
            if self._out_resampler is not None:
                for part in self._out_resampler.resample(None):
                    yield from self._packets(part)
            if self._sent:
                yield from self._packets(None)

    def _place(self, frame: Any) -> Iterator[Any]:
        if frame.pts is not None:
            position = round((frame.pts * frame.time_base - self._start) * self._in_rate)
            if self._at is None or abs(position - self._at) > _SMALLEST_GAP * self._in_rate:
                self._at = position
        at = self._at or 0
        frame.pts = None  # the resampler would try to keep its own account of time
        for part in self._in_resampler.resample(frame):
            samples = part.to_ndarray()
            count = samples.shape[1]
            samples = self._softened(samples, at)
            before = min(max(0, self._pause_at - at), count)
            yield from self._put(samples[:, :before], at)
            yield from self._put(samples[:, before:], at + before + self._pause)
            at += count
        self._at = at

    def _softened(self, samples: NDArray[Any], at: int) -> NDArray[Any]:
        """Samples with the sound fading out before the pause and in after it, so that it does not click."""
        reach = int(_SOFT * self._in_rate)
        count = samples.shape[1]
        if not self._pause or not 0 < self._pause_at < at + count + reach or at > self._pause_at + reach:
            return samples
        gain = np.clip(np.abs(np.arange(at, at + count) + 0.5 - self._pause_at) / reach, 0, 1)
        middle = 128 if self._format == "u8p" else 0
        return np.asarray((samples - middle) * gain + middle, samples.dtype)

    def _put(self, samples: NDArray[Any], at: int) -> Iterator[Any]:
        """Encode what of *samples*, which begin at *at*, is to be written and was not yet."""
        skip = max(0, self._sent - at)
        kept = samples[:, skip : max(skip, min(samples.shape[1], self._total - at))]
        if kept.shape[1]:
            gap = at + skip - self._sent
            if gap > 0:
                silence = 128 if self._format == "u8p" else 0
                yield from self._encode(np.full((len(samples), gap), silence, samples.dtype))
            yield from self._encode(np.ascontiguousarray(kept))

    def _encode(self, samples: NDArray[Any]) -> Iterator[Any]:
        frame = av.AudioFrame.from_ndarray(samples, format=self._format, layout=self._layout)
        frame.sample_rate = self._in_rate
        frame.pts, frame.time_base = self._sent, Fraction(1, self._in_rate)
        self._sent += samples.shape[1]
        for part in self._out_resampler.resample(frame) if self._out_resampler else [frame]:
            yield from self._packets(part)

    def _packets(self, frame: Any | None) -> Iterator[Any]:
        yield from self._stream.encode(frame)
