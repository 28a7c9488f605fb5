"""The sound of a clip: packets copied where the container can hold them, else encoded anew."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import av

from highlight_cuts_cv.media.reading.order import on_one_clock
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.writing.encoded_sound import EncodedSound, Silence, SoundFormat, format_like
from highlight_cuts_cv.media.writing.encoders import EDIT_LIST_SUFFIXES
from highlight_cuts_cv.model import ClipInfo

_log = logging.getLogger(__name__)

_QUICKTIME_CODECS = frozenset({"aac", "mp3", "ac3", "eac3", "alac"})
_ISO_CODECS = _QUICKTIME_CODECS | {"opus", "flac"}
_PCM_SUFFIXES = frozenset({".mov", ".mkv", ".avi"})
_PREROLL = Fraction(1)


def holds(output: Any, path: Path, codec: str) -> bool:
    """Whether sound of this codec (FFmpeg's canonical name) plays from such an output of that name."""
    suffix = path.suffix.lower()
    if codec.startswith("pcm_"):
        return suffix in _PCM_SUFFIXES
    if suffix == ".mov":
        return codec in _QUICKTIME_CODECS
    return codec in (_ISO_CODECS if suffix in EDIT_LIST_SUFFIXES else output.supported_codecs)


class _Track(Protocol):
    def take(self, packet: Any) -> Iterator[Any]:
        """What to write for a packet of the source; a packet without data ends the stream."""
        ...


class AudioFeed:
    """All audio streams of a clip, written alongside its pictures.

    ``span`` is the part of the file to take, in seconds; ``time`` 0 is its start.  ``pause`` says when,
    counted from there, silence of which length is put in.  With ``like`` the sound is encoded anew, as
    many streams as that names, of these kinds and of exactly the span's length: silent ones where the
    source has no sound (any more), while streams that it has beyond those are left out.
    """

    def __init__(
        self,
        clip: ClipInfo,
        span: tuple[Fraction, Fraction],
        output: Any,
        path: Path,
        pause: tuple[Fraction, Fraction] | None = None,
        like: Sequence[SoundFormat] | None = None,
    ) -> None:
        self._start, self._end = span
        self._pause = pause
        self._like = like
        self._order, self._time_base = load(clip.media.path).index.order, clip.time_base
        self._tracks: dict[int, _Track] = {}
        self._container: Any = av.open(str(clip.media.path), metadata_errors="replace")
        for stream in self._container.streams:
            if stream.type != "audio" or not self._add(stream, output, path):
                stream.discard = av.stream.Discard.all
        self._silent = [
            Silence(output, kind, self._end - self._start) for kind in (like or ())[len(self._tracks) :]
        ]
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
        for silence in self._silent:
            yield from silence.packets()

    def _add(self, stream: Any, output: Any, path: Path) -> bool:
        if stream.codec_context is None or not stream.codec_context.sample_rate:
            _log.warning("Audio stream %d of '%s' is of an unknown kind and is left out.", stream.index, path)
            return False
        if self._like is not None and len(self._tracks) == len(self._like):
            return False
        codec = stream.codec_context.codec.canonical_name
        pcm = codec.startswith("pcm_")
        if self._like is not None:
            kind = self._like[len(self._tracks)]
            track: _Track = EncodedSound(stream, output, kind, self._start, self._end, whole=True)
        elif self._pause is None and holds(output, path, codec) and not pcm:
            # Their edit lists can hide the lead-in that a copied packet needs to decode right.
            lead = 1 if path.suffix.lower() in EDIT_LIST_SUFFIXES else 0
            track = _Copied(stream, output, self._start, self._end, lead)
        else:
            # PCM written anew sample by sample loses nothing and is cut exactly.
            if not (pcm and holds(output, path, codec)):
                codec = "aac" if "aac" in output.supported_codecs else "libopus"
            track = EncodedSound(
                stream, output, format_like(stream, codec), self._start, self._end, self._pause
            )
        self._tracks[stream.index] = track
        return True

    def _read(self) -> Generator[Any, None, None]:
        streams = [s for s in self._container.streams if s.index in self._tracks]
        if not streams:
            return
        if self._order is None:
            seek_to = int((self._start - _PREROLL) / streams[0].time_base)
            try:
                self._container.seek(seek_to, stream=streams[0], backward=True)
            except av.error.FFmpegError:
                self._container.seek(0)
        running = set(self._tracks)
        errors = 0
        while errors < 100:
            try:
                packets = self._container.demux(streams)
                if self._order is not None:
                    packets = on_one_clock(packets, self._order, self._time_base)
                for packet in packets:
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
