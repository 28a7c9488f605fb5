"""Smart rendering: stretches without a marker are copied as they are, the rest is encoded.

What is copied are whole closed groups of pictures of an H.264 film.  Two encoders' packets follow
each other in one stream because every group begins with an IDR picture and carries its own parameter
sets, which an ``avc3`` track of MP4 allows (ISO/IEC 14496-15, 5.3.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from highlight_cuts_cv.contracts import EncodeSettings, RawFrame
from highlight_cuts_cv.media.atomic import atomic_output
from highlight_cuts_cv.media.audio import AudioFeed
from highlight_cuts_cv.media.clips import clip_span
from highlight_cuts_cv.media.color import HdrTags, apply_tags
from highlight_cuts_cv.media.encoders import EDIT_LIST_SUFFIXES, open_output
from highlight_cuts_cv.media.errors import reading, writing
from highlight_cuts_cv.media.probing import LoadedMedia, load
from highlight_cuts_cv.media.raw import DecodedFrame, raw_frames
from highlight_cuts_cv.model import ClipInfo

_IDR, _SPS = 5, 7
_MOST_B_FRAMES_DELAY = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames ``start <= i < stop`` of the clip, copied or encoded."""

    start: int
    stop: int
    copied: bool


def why_not(clip: ClipInfo, settings: EncodeSettings, rate: Fraction | None, path: Path) -> str | None:
    """Why no packet of the clip can be copied into such a render, or ``None``."""
    media = clip.media
    if media.codec != "h264" or settings.encoder != "libx264":
        return "only H.264 can be copied, into H.264"
    if settings.height is not None or settings.max_rate is not None:
        return "the size or the rate changes"
    if media.variable_rate or (rate is not None and (rate != clip.rate or clip.start_offset)):
        return "the frame rate changes"
    if media.rotation or media.interlaced or media.width % 2 or media.height % 2:
        return "the pictures are turned, interlaced or of odd size"
    if load(media.path).hdr != HdrTags():
        return "its HDR metadata would not reach every part"
    if path.suffix.lower() not in EDIT_LIST_SUFFIXES:
        return "the film is neither MP4 nor MOV"
    with av.open(str(media.path)) as container:
        extradata = bytes(container.streams[load(media.path).stream_index].codec_context.extradata or b"")
    if extradata[:1] != b"\x01" or extradata[4] & 3 != 3:
        return "the recording does not store its packets as MP4 does"
    return None


def pieces(clip: ClipInfo, touched: Collection[int]) -> list[Piece]:
    """The clip in order, cut into what can be copied and what must be encoded.

    ``touched`` are the frames of the clip that something is drawn into.
    """
    media = load(clip.media.path)
    result: list[Piece] = []
    at = 0
    for group in _groups(media, clip.first_frame, clip.first_frame + clip.frame_count):
        numbers = [number - clip.first_frame for number, _ in group]
        start, stop = numbers[0], numbers[0] + len(numbers)
        whole = sorted(numbers) == list(range(start, stop)) and at <= start and stop <= clip.frame_count
        if (
            not whole
            or not _has_nal(bytes(group[0][1]), _IDR)
            or any(n in touched for n in range(start, stop))
        ):
            continue
        if start > at:
            result.append(Piece(at, start, False))
        result.append(Piece(start, stop, True))
        at = stop
    if at < clip.frame_count:
        result.append(Piece(at, clip.frame_count, False))
    return result


def render_smart(
    path: Path,
    clip: ClipInfo,
    settings: EncodeSettings,
    plan: list[Piece],
    draw: Callable[[RawFrame], None],
    done: Callable[[int], None],
) -> None:
    """Write *path* by *plan*; ``draw`` blends into frames to encode, ``done`` hears of frames written.

    Raises what :func:`~highlight_cuts_cv.media.open_writer` does, and what the callbacks raise.
    """
    media = load(clip.media.path)
    tick = 1 / clip.rate
    with writing(path), atomic_output(path) as temporary, av.open(str(clip.media.path)) as source:
        output: Any = open_output(path, temporary)
        audio = None
        try:
            stream = output.add_stream_from_template(source.streams[media.stream_index], opaque=True)
            stream.codec_context.codec_tag = "avc3"
            stream.time_base = tick
            if clip.media.audio:
                audio = AudioFeed(clip, clip_span(clip), output, path)
            count = 0
            delay = max(_MOST_B_FRAMES_DELAY, _delay(media, clip, plan))
            for piece in plan:
                packets = (
                    _copied(media, clip, piece) if piece.copied else _encoded(clip, settings, piece, draw)
                )
                for number, data, key in packets:
                    packet: Any = av.Packet(data)
                    packet.stream, packet.time_base, packet.is_keyframe = stream, tick, key
                    packet.pts, packet.dts, packet.duration = number, count - delay, 1
                    output.mux_one(packet)
                    count += 1
                    for sound in audio.until(count * tick) if audio else ():
                        output.mux_one(sound)
                    done(count)
            for sound in audio.rest() if audio else ():
                output.mux_one(sound)
            output.close()
        finally:
            if audio is not None:
                audio.close()
            # After a failure the trailer often cannot be written either; the file is removed anyway.
            with suppress(av.error.FFmpegError, OSError):
                output.close()


Coded = tuple[int, bytes, bool]  # the frame's index in the clip, its packet, whether it is a keyframe


def _copied(media: LoadedMedia, clip: ClipInfo, piece: Piece) -> Iterator[Coded]:
    first = clip.first_frame
    with av.open(str(media.info.path)) as container:
        stream = container.streams[media.stream_index]
        sets = _parameter_sets(bytes(stream.codec_context.extradata or b""))
    for group in _groups(media, first + piece.start, first + piece.stop):
        if group[0][0] != first + piece.start:
            continue
        for number, packet in group:
            data = bytes(packet)
            if packet.is_keyframe and not _has_nal(data, _SPS):
                data = sets + data
            yield number - first, data, bool(packet.is_keyframe)


def _encoded(
    clip: ClipInfo, settings: EncodeSettings, piece: Piece, draw: Callable[[RawFrame], None]
) -> Iterator[Coded]:
    part = replace(
        clip,
        first_frame=clip.first_frame + piece.start,
        frame_count=piece.stop - piece.start,
        start_pts=int(load(clip.media.path).index.pts[clip.first_frame + piece.start]),
    )
    context: Any = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = clip.width, clip.height, clip.media.pixel_format
    context.time_base, context.framerate = 1 / clip.rate, clip.rate
    context.sample_aspect_ratio, context.thread_count = clip.media.sample_aspect_ratio, 0
    context.options = dict(settings.options)
    if settings.gop_seconds is not None:
        context.gop_size = max(1, round(settings.gop_seconds * clip.rate))
    apply_tags(context, clip.media.color)

    def coded(packets: Any) -> Iterator[Coded]:
        for packet in packets:
            yield int(packet.pts), _length_prefixed(bytes(packet)), bool(packet.is_keyframe)

    for frame in raw_frames(part):
        assert isinstance(frame, DecodedFrame)
        frame.index += piece.start
        draw(frame)
        picture = frame.picture
        picture.pts, picture.dts, picture.time_base = frame.index, None, 1 / clip.rate
        picture.pict_type = 0
        yield from coded(context.encode(picture))
    yield from coded(context.encode(None))


def _groups(media: LoadedMedia, start: int, stop: int) -> Iterator[list[tuple[int, Any]]]:
    """The packets from keyframe to keyframe that hold frames ``start <= n < stop``, in decode order."""
    index = media.index
    with reading(media.info.path), av.open(str(media.info.path)) as container:
        stream = container.streams[media.stream_index]
        key = index.key_before(start)
        if key:
            container.seek(int(index.key_seek[key]), stream=stream, backward=True)
        group: list[tuple[int, Any]] = []
        for packet in container.demux(stream):
            number = index.number_at(packet.pts) if packet.pts is not None and packet.size else None
            if packet.is_keyframe and packet.size:
                if group:
                    yield group
                group = []
                if number is not None and number >= stop:
                    return
            if number is not None and (group or packet.is_keyframe):
                group.append((number, packet))
        if group:
            yield group


def _delay(media: LoadedMedia, clip: ClipInfo, plan: list[Piece]) -> int:
    """How many frames the copied packets' decoding must run ahead of their showing."""
    most = 0
    for piece in (p for p in plan if p.copied):
        for position, (number, _, _) in enumerate(_copied(media, clip, piece)):
            most = max(most, position - (number - piece.start))
    return most


def _has_nal(data: bytes, kind: int) -> bool:
    at = 0
    while at + 4 < len(data):
        if data[at + 4] & 31 == kind:
            return True
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    return False


def _parameter_sets(extradata: bytes) -> bytes:
    """SPS and PPS of an ``avcC`` box as they stand in a packet."""
    result, at, count = b"", 6, extradata[5] & 31
    for _ in range(2):
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            result += size.to_bytes(4, "big") + extradata[at + 2 : at + 2 + size]
            at += 2 + size
        count = extradata[at] if at < len(extradata) else 0
        at += 1
    return result


def _length_prefixed(data: bytes) -> bytes:
    """An Annex B packet as MP4 stores it."""
    units = [unit.rstrip(b"\x00") for unit in re.split(b"\x00\x00\x01", data)]
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units if unit)
