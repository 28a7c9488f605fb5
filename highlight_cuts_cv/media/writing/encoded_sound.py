"""Sound encoded anew: samples of exactly a clip's span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.filters import pulled

_SMALLEST_GAP = Fraction(1, 50)
_SOFT = Fraction(1, 200)
_LOSSY_RATES = {
    "aac": {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000},
    "libopus": {8000, 12000, 16000, 24000, 48000},
}
_USUAL_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_FLOAT = np.dtype(np.float32)
_BIT_RATE = 96_000
"""Bits per second and channel, for codecs that lose something."""


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """A kind of sound: FFmpeg's encoder and layout names, samples per second."""

    encoder: str
    rate: int
    layout: str


def layout_of(context: Any) -> str:
    """FFmpeg's name for where the channels go; the usual one where a file (AVI, say) only counts them."""
    layout = context.layout
    named = not layout.name.endswith("channels")
    return str(layout.name if named else _USUAL_LAYOUTS.get(layout.nb_channels, layout.name))


def format_like(stream: Any, encoder: str) -> SoundFormat:
    """The kind that loses least of a source's stream with this encoder."""
    context = stream.codec_context
    rate = context.sample_rate
    known = _LOSSY_RATES.get(encoder)
    return SoundFormat(encoder, rate if known is None or rate in known else 48000, layout_of(context))


class _Encoder:
    """A stream of the output, and samples on their way into it."""

    def __init__(self, output: Any, kind: SoundFormat, sample_format: str, in_rate: int) -> None:
        self._format, self._layout, self._in_rate = sample_format, kind.layout, in_rate
        self.stream = output.add_stream(kind.encoder, rate=kind.rate)
        self.stream.codec_context.layout = kind.layout
        self._channels = self.stream.codec_context.layout.nb_channels
        if not kind.encoder.startswith("pcm_"):
            self.stream.codec_context.bit_rate = _BIT_RATE * self._channels
        self._resampler = (
            av.AudioResampler(format=sample_format, layout=kind.layout, rate=kind.rate)
            if kind.rate != in_rate
            else None
        )
        self.sent = 0
        """Samples so far, at the source's rate."""

    def put(self, samples: NDArray[Any]) -> Iterator[Any]:
        frame = av.AudioFrame.from_ndarray(samples, format=self._format, layout=self._layout)
        frame.sample_rate = self._in_rate
        frame.pts, frame.time_base = self.sent, Fraction(1, self._in_rate)
        self.sent += samples.shape[1]
        for part in self._resampler.resample(frame) if self._resampler else [frame]:
            yield from self.stream.encode(part)

    def silence(self, until: int, kind: np.dtype[Any] = _FLOAT) -> Iterator[Any]:
        """Silence up to the sample *until*, a second at a time."""
        while self.sent < until:
            count = min(until - self.sent, self._in_rate)
            yield from self.put(np.full((self._channels, count), _middle(kind), kind))

    def finish(self) -> Iterator[Any]:
        if self._resampler is not None:
            for part in self._resampler.resample(None):
                yield from self.stream.encode(part)
        if self.sent:
            yield from self.stream.encode(None)


class Silence:
    """Silence of a length in seconds."""

    def __init__(self, output: Any, kind: SoundFormat, length: Fraction) -> None:
        self._encoder = _Encoder(output, kind, "fltp", kind.rate)
        self._total = round(length * kind.rate)

    def packets(self) -> Iterator[Any]:
        yield from self._encoder.silence(self._total)
        yield from self._encoder.finish()


class _Mixer:
    """Brings decoded sound into another layout, as loud as it was and without overdriving."""

    def __init__(self, stream: Any, sample_format: str, layout: str) -> None:
        context = stream.codec_context
        doubled = (layout_of(context), layout) == ("mono", "stereo")
        self._graph = av.filter.Graph()
        chain = [
            self._graph.add_abuffer(
                sample_rate=context.sample_rate,
                format=context.format,
                layout=context.layout,
                time_base=Fraction(1, context.sample_rate),
            ),
            # FFmpeg by itself makes one channel quieter when it becomes two ...
            *([self._graph.add("pan", "stereo|c0=c0|c1=c0")] if doubled else []),
            # ... and several louder when they become fewer, which overdrives.
            self._graph.add(
                "aresample", f"out_chlayout={layout}:out_sample_fmt={sample_format}:rematrix_maxval=1"
            ),
            self._graph.add("abuffersink"),
        ]
        self._graph.link_nodes(*chain).configure()

    def resample(self, frame: Any) -> Iterator[Any]:
        self._graph.push(frame)
        yield from pulled(self._graph)


class EncodedSound:
    """Samples of exactly the clip's span, silence where the source has a hole and in the pause.

    With *whole*, silence also follows where the source ends too soon.
    """

    def __init__(
        self,
        stream: Any,
        output: Any,
        kind: SoundFormat,
        start: Fraction,
        end: Fraction,
        pause: tuple[Fraction, Fraction] | None = None,
        *,
        whole: bool = False,
    ) -> None:
        context = stream.codec_context
        self._source, self._whole = stream, whole
        self._in_rate = context.sample_rate
        own = "fltp" if kind.encoder in _LOSSY_RATES or whole else f"{context.format.name.rstrip('p')}p"
        self._encoder = _Encoder(output, kind, own, self._in_rate)
        self._encoder.stream.metadata.update({k: v for k, v in stream.metadata.items() if k == "language"})
        self._in_resampler: Any = (
            av.AudioResampler(format=own, layout=kind.layout)
            if kind.layout == layout_of(context)
            else _Mixer(stream, own, kind.layout)
        )
        at, length = pause or (end - start, Fraction(0))
        self._pause_at = round(at * self._in_rate)
        self._pause = round((at + length) * self._in_rate) - self._pause_at
        self._start, self._total = start, round((end - start) * self._in_rate) + self._pause
        self._at: int | None = None  # where the next source sample lies, counted from the clip's start
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
        if flush or self._encoder.sent >= self._total:
            self._ended = True
            if self._whole:
                yield from self._encoder.silence(self._total)
            yield from self._encoder.finish()

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
        middle = _middle(samples.dtype)
        return np.asarray((samples - middle) * gain + middle, samples.dtype)

    def _put(self, samples: NDArray[Any], at: int) -> Iterator[Any]:
        """Encode what of *samples*, which begin at *at*, is to be written and was not yet."""
        skip = max(0, self._encoder.sent - at)
        kept = samples[:, skip : max(skip, min(samples.shape[1], self._total - at))]
        if kept.shape[1]:
            yield from self._encoder.silence(at + skip, samples.dtype)
            yield from self._encoder.put(np.ascontiguousarray(kept))


def _middle(kind: np.dtype[Any]) -> int:
    """The value of silence in samples of this type."""
    return 128 if kind == np.uint8 else 0
