"""Joining finished clips, without encoding them again where they are alike."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av

from highlight_cuts_cv.media.alike import curable, made_alike
from highlight_cuts_cv.media.atomic import atomic_output
from highlight_cuts_cv.media.encoders import open_output
from highlight_cuts_cv.media.errors import reading, writing
from highlight_cuts_cv.media.probing import LoadedMedia, load
from highlight_cuts_cv.model import BadInputError

_log = logging.getLogger(__name__)


def concat_files(paths: Sequence[Path | str], output: Path | str, *, reencode: bool = False) -> Path:
    """Join video files end to end by copying their packets; *output* appears only when complete.

    With *reencode*, files whose pictures were encoded unlike the others' are encoded again first,
    and a warning names each.

    Each file's pictures start where those of the file before end, and its sound stays in step with
    them.  Raises BadInputError, saying what differs, when the files were not encoded alike (codec,
    its parameters, size, rate, time base, pixel format, colour, sound), and when there are none;
    JobFailedError when writing fails.
    """
    sources, output = [Path(path) for path in paths], Path(output)
    if not sources:
        raise BadInputError("There is nothing to join; name at least one file.")
    media = [load(path) for path in sources]
    alike = [_traits(item) for item in media]
    with ExitStack() as stack:
        if reencode and any(t != alike[0] for t in alike) and all(curable(alike[0], t) for t in alike):
            folder = stack.enter_context(writing_folder(output))
            media = made_alike(media, alike, folder, _traits)
            alike = [_traits(item) for item in media]
        for item, traits in zip(media[1:], alike[1:], strict=True):
            _check(media[0].info.path, alike[0], item.info.path, traits)
        _join(media, output)
    return output


@contextmanager
def writing_folder(output: Path) -> Iterator[Path]:
    """A folder beside *output*, on the same disk, that is gone afterwards."""
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        temporary = TemporaryDirectory(prefix=f".{output.stem}.", dir=output.parent)
    with temporary:
        yield Path(temporary.name)


def _join(media: Sequence[LoadedMedia], output: Path) -> None:
    with writing(output), atomic_output(output) as temporary, open_output(output, temporary) as joined:
        _Joint(joined, output).append_all(media)


def _traits(media: LoadedMedia) -> dict[str, object]:
    """What must be equal for packets of two files to follow each other in one stream."""
    info = media.info
    with reading(info.path), av.open(str(info.path), metadata_errors="replace") as container:
        stream: Any = container.streams[media.stream_index]
        context = stream.codec_context
        sounds = [s for s in container.streams.audio if s.codec_context is not None]
        return {
            "video codec": info.codec,
            "codec profile": context.profile,
            "size": f"{context.width}x{context.height}",
            "rotation": info.rotation,
            "sample aspect ratio": info.sample_aspect_ratio,
            "frame rate": "variable" if info.variable_rate else info.rate,
            "time base": info.time_base,
            "pixel format": info.pixel_format,
            # Limited range is what an untagged film has.
            "colour": replace(info.color, full_range=bool(info.color.full_range)),
            "number of audio streams": len(sounds),
            **{
                f"audio stream {number}": (
                    f"{s.codec_context.codec.canonical_name} {s.sample_rate} Hz {s.codec_context.layout.name}"
                )
                for number, s in enumerate(sounds, 1)
            },
            "encoder parameters": context.extradata,
            **{f"audio parameters {n}": s.codec_context.extradata for n, s in enumerate(sounds, 1)},
        }


def _check(first_path: Path, first: dict[str, object], path: Path, traits: dict[str, object]) -> None:
    for name, value in first.items():
        other = traits.get(name)
        if other != value:
            binary = isinstance(value, bytes) or isinstance(other, bytes)
            detail = "" if binary else f" ({other}, not {value})"
            raise BadInputError(
                f"'{path}' cannot be joined to '{first_path}' as it is: its {name} differs{detail}. "
                "Render both with the same settings."
            )


class _Joint:
    """Appends one file's packets after another's."""

    def __init__(self, joined: Any, path: Path) -> None:
        self._joined, self._path = joined, path
        self._streams: list[Any] = []
        # The lowest decode time that each stream's next packet may have, in the packets' time base.
        self._free: dict[int, int] = {}

    def append_all(self, media: Sequence[LoadedMedia]) -> None:
        at = Fraction(0)
        for item in media:
            info, index = item.info, item.index
            with reading(info.path), ExitStack() as stack:
                container = stack.enter_context(av.open(str(info.path), metadata_errors="replace"))
                streams = [container.streams[item.stream_index]] + [
                    s for s in container.streams.audio if s.codec_context is not None
                ]
                if not self._streams:
                    self._streams = [self._joined.add_stream_from_template(s, opaque=True) for s in streams]
                    if info.rotation:
                        self._streams[0].set_display_rotation(-info.rotation)
                self._copy(container, streams, at - info.start_pts * info.time_base)
            at += (index.end_pts - info.start_pts) * info.time_base

    def _copy(self, container: Any, streams: list[Any], offset: Fraction) -> None:
        places = {stream.index: number for number, stream in enumerate(streams)}
        for packet in container.demux(streams):
            if packet.pts is None or packet.dts is None:
                continue
            place = places[packet.stream.index]
            shift = round(offset / packet.time_base)
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            free = self._free.get(place, packet.dts)
            if place == 0:
                packet.dts = max(packet.dts, free)
                self._free[place] = packet.dts + 1
            else:
                # The first sound packets of a file only warm up its decoder, and the last run past its
                # pictures.  Whole packets follow each other without a gap, since players decode them
                # so, each within half a packet of its time.
                length = _whole_length(packet)
                if packet.dts < free - length // 2:
                    continue
                if packet.dts <= free + length // 2:
                    packet.dts = free
                packet.pts = packet.dts
                self._free[place] = packet.dts + length
            packet.stream = self._streams[place]
            self._joined.mux_one(packet)


def _whole_length(packet: Any) -> int:
    """What an audio packet decodes to, in its ticks; containers may state less for the last one."""
    context = packet.stream.codec_context
    if context.frame_size and not context.name.startswith("pcm"):
        return round(Fraction(context.frame_size, context.sample_rate) / Fraction(packet.time_base))
    return int(packet.duration or 0)
