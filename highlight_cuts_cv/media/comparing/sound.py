"""Whether a film's sound is that of the recording: packet by packet, else as it is heard."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.failures import reading
from highlight_cuts_cv.media.streams import read_only
from highlight_cuts_cv.model import AudioInfo, CancelledError, MediaInfo

_RATE = 8000
"""Samples a second that are compared: what every encoder keeps."""
_LOW_PASS = np.hanning(11)[1:-1] / np.hanning(11).sum()
_WINDOW = 400
_SILENT = 2e-3
_LEAST_ALIKE, _MOST_LOUDER = 0.6, 2.0
_WINDOWS = 3
"""So many windows in a row (0.15 s) are no accident of an encoder."""
_MOST_LATE = 320
_SLACK = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a stream of sound.

    ``copied`` says that its packets are the recording's; else ``wrong`` has the stretches of the film, in seconds,
    that sound otherwise, and ``late`` by how many seconds all of it comes late.
    """

    copied: bool
    wrong: tuple[tuple[float, float], ...] = ()
    late: float = 0.0


def compare_sound(
    recording: MediaInfo,
    span: tuple[Fraction, Fraction],
    film: MediaInfo,
    pause: tuple[Fraction, Fraction] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    stretch: tuple[Fraction, Fraction] | None = None,
) -> list[Heard]:
    """For each stream of sound that both have, in their order, how the film's fits.

    *span* is the part that the film shows, in seconds of the recording's own clock; *pause* when, from there,
    silence of which length was put in; *stretch* when the film has it, in seconds from its first picture, where that is a part
    of the film.  Times that are returned count from that picture.  Raises BadInputError for what cannot be read, CancelledError.
    """
    zero = film.start_pts * film.time_base
    begin, end = (zero, None) if stretch is None else (zero + stretch[0], zero + stretch[1])
    found = []
    for ours, theirs in zip(recording.audio, film.audio, strict=False):
        if pause is None and _copied(recording, ours, span, film, theirs, begin, end):
            found.append(Heard(True))
            continue
        length = span[1] - span[0] + (pause[1] if pause else 0)
        right = _samples(recording, ours, span[0], span[1], cancelled)
        if pause is not None:
            at = round(pause[0] * _RATE)
            right = np.concatenate([right[:at], np.zeros(round(pause[1] * _RATE), np.float32), right[at:]])
        heard = _samples(film, theirs, begin, begin + length, cancelled)
        late = _lateness(right, heard)
        if abs(late) > _MOST_LATE:
            found.append(Heard(False, late=late / _RATE))
        else:
            found.append(Heard(False, _moved(_wrong(right, np.roll(heard, -late)), begin - zero)))
    return found


def compare_silence(
    film: MediaInfo, stretch: tuple[Fraction, Fraction], stream: int, cancelled: Callable[[], bool]
) -> Heard:
    """Whether the film's *stream* (from 0) is silent in *stretch*, in seconds from its first picture.

    Raises BadInputError for a film that cannot be read, CancelledError.
    """
    zero = film.start_pts * film.time_base
    heard = _samples(film, film.audio[stream], zero + stretch[0], zero + stretch[1], cancelled)
    return Heard(False, _moved(_wrong(np.zeros_like(heard), heard), stretch[0]))


def _moved(stretches: list[tuple[float, float]], begin: Fraction) -> tuple[tuple[float, float], ...]:
    return tuple((start + float(begin), stop + float(begin)) for start, stop in stretches)


def _copied(
    recording: MediaInfo,
    ours: AudioInfo,
    span: tuple[Fraction, Fraction],
    film: MediaInfo,
    theirs: AudioInfo,
    begin: Fraction,
    end: Fraction | None,
) -> bool:
    """Whether the film's packets are a run of the recording's, each at its time; up to *end*, where more follow."""
    packets = _packets(film, theirs, begin - 1 if end is None else begin, end)
    if end is not None:
        del packets[-1:]  # it may be the first of what follows
    right = _packets(recording, ours, span[0] - 1, span[1] + 1)
    if not packets:
        return False
    starts = [n for n, (_, digest) in enumerate(right) if digest == packets[0][1]]
    for start in starts:
        part = right[start : start + len(packets)]
        if [digest for _, digest in part] != [digest for _, digest in packets]:
            continue
        moved = [time - begin - (was - span[0]) for (time, _), (was, _) in zip(packets, part, strict=True)]
        if max(map(abs, moved)) < _SLACK / 4:
            return True
    return False


def _packets(
    info: MediaInfo, audio: AudioInfo, start: Fraction, end: Fraction | None
) -> list[tuple[Fraction, bytes]]:
    found = []
    with reading(info.path), av.open(str(info.path), metadata_errors="replace") as container:
        stream: Any = container.streams[audio.index]
        read_only(container, [stream])
        _seek(container, stream, start)
        for packet in container.demux(stream):
            if packet.pts is None:
                continue
            time = packet.pts * packet.time_base
            if end is not None and time > end:
                break
            if time >= start:
                found.append((time, hashlib.sha256(bytes(packet)).digest()))
    return found


def _samples(
    info: MediaInfo, audio: AudioInfo, start: Fraction, end: Fraction, cancelled: Callable[[], bool]
) -> NDArray[np.float32]:
    """(N,) float32 mono from *start* to *end*, 8000 a second, each the mean of what falls on it."""
    count = max(1, round((end - start) * _RATE))
    total, weight = np.zeros(count), np.zeros(count)
    with reading(info.path), av.open(str(info.path), metadata_errors="replace") as container:
        stream: Any = container.streams[audio.index]
        read_only(container, [stream])
        _seek(container, stream, start - 1)
        resampler = av.AudioResampler(format="fltp")
        for frame in container.decode(stream):
            if cancelled():
                raise CancelledError("The check was stopped.")
            if frame.pts is None:
                continue
            time = frame.pts * frame.time_base
            if time > end:
                break
            for piece in resampler.resample(frame):
                values = piece.to_ndarray().mean(axis=0)
                places = np.floor((float(time - start) + np.arange(len(values)) / frame.sample_rate) * _RATE)
                inside = (places >= 0) & (places < count)
                where = places[inside].astype(np.int64)
                total += np.bincount(where, values[inside], count)[:count] if len(where) else 0
                weight += np.bincount(where, minlength=count)[:count] if len(where) else 0
    # Encoders make up what is noise above some 4 kHz.
    return np.asarray(np.convolve(total / np.maximum(weight, 1), _LOW_PASS, "same"), np.float32)


def _seek(container: Any, stream: Any, time: Fraction) -> None:
    try:
        container.seek(int(time / stream.time_base), stream=stream, backward=True)
    except av.error.FFmpegError:
        container.seek(0)


def _lateness(right: NDArray[np.float32], heard: NDArray[np.float32]) -> int:
    """By how many samples *heard* comes later than *right*; up to two seconds are looked at."""
    size = 1 << int(np.ceil(np.log2(len(right) + len(heard))))
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(right, size)), size)
    reach = min(2 * _RATE, len(right) - 1)
    around = np.concatenate([product[-reach:], product[: reach + 1]])
    best = int(np.argmax(around)) - reach
    # Where another place fits hardly better, none does.
    return best if product[best] > 1.2 * max(product[0], 0.0) else 0


def _wrong(right: NDArray[np.float32], heard: NDArray[np.float32]) -> list[tuple[float, float]]:
    count = min(len(right), len(heard)) // _WINDOW
    a, b = (each[: count * _WINDOW].reshape(count, _WINDOW).astype(np.float64) for each in (right, heard))
    power_a, power_b, both = (a * a).mean(1), (b * b).mean(1), (a * b).mean(1)
    loud = np.maximum(power_a, power_b) > _SILENT**2
    alike = both / np.sqrt(np.maximum(power_a * power_b, 1e-18))
    louder = np.sqrt(np.maximum(power_a, power_b) / np.maximum(np.minimum(power_a, power_b), 1e-18))
    bad = loud & ((alike < _LEAST_ALIKE) | (louder > _MOST_LOUDER))
    stretches: list[tuple[float, float]] = []
    start = None
    for place in range(count + 1):
        if place < count and bad[place]:
            start = place if start is None else start
        elif start is not None:
            if place - start >= _WINDOWS:
                stretches.append((start * _WINDOW / _RATE, place * _WINDOW / _RATE))
            start = None
    return stretches
