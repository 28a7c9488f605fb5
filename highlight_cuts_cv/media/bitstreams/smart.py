"""Smart rendering: stretches without a marker are copied as they are, the rest is encoded.

What is copied are whole groups of pictures of an H.264 or HEVC film.  Two encoders' packets follow
each other in one stream because what follows a seam begins with a picture that leans on nothing before
it and carries its own parameter sets, which ``avc3`` and ``hev1`` tracks of MP4 allow (ISO/IEC 14496-15,
5.3.3 and 8.4.1).  Groups after each other in the recording may lean on each other when all are copied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from highlight_cuts_cv.contracts import EncodeSettings, RawFrame
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.media.bitstreams.nal import (
    H264,
    HEVC,
    NalSyntax,
    as_splice,
    has_dolby_vision,
    length_prefixed,
)
from highlight_cuts_cv.media.color_tags import HdrTags, apply_tags
from highlight_cuts_cv.media.failures import reading, writing
from highlight_cuts_cv.media.reading.probing import LoadedMedia, load
from highlight_cuts_cv.media.reading.raw import DecodedFrame, raw_frames
from highlight_cuts_cv.media.reading.spans import clip_span
from highlight_cuts_cv.media.writing.audio import AudioFeed
from highlight_cuts_cv.media.writing.encoders import (
    EDIT_LIST_SUFFIXES,
    encoder_for,
    encoder_options,
    nearest_format,
    open_output,
)
from highlight_cuts_cv.model import ClipInfo

_SYNTAX = {"h264": H264, "hevc": HEVC}
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
    syntax = _SYNTAX.get(media.codec)
    if syntax is None:
        return "only H.264 and HEVC can be copied"
    if settings.encoder != syntax.encoder:
        wanted = "H.264" if syntax is H264 else "HEVC, as quality=match writes it"
        return f"the recording can only be copied into {wanted}, encoded by {syntax.encoder}"
    if settings.height is not None or settings.max_rate is not None:
        return "the size or the rate changes"
    if media.variable_rate or (rate is not None and (rate != clip.rate or clip.start_offset)):
        return "the frame rate changes"
    if media.rotation or media.interlaced or media.width % 2 or media.height % 2:
        return "the pictures are turned, interlaced or of odd size"
    if nearest_format(encoder_for(settings.encoder), media.pixel_format) != media.pixel_format:
        return f"{settings.encoder} cannot write {media.pixel_format}"
    if load(media.path).index.order is not None:
        return "its pictures are not stored in the order of their times"
    if load(media.path).hdr != HdrTags():
        return "its HDR metadata would not reach every part"
    if path.suffix.lower() not in EDIT_LIST_SUFFIXES:
        return "the film is neither MP4 nor MOV"
    with av.open(str(media.path)) as container:
        stream = container.streams[load(media.path).stream_index]
        if syntax.sets_of(bytes(stream.codec_context.extradata or b"")) is None:
            return "the recording does not store its packets as MP4 does"
        first = next((packet for packet in container.demux(stream) if packet.size), None)
        if syntax is HEVC and first is not None and has_dolby_vision(bytes(first)):
            return "its Dolby Vision metadata would not reach every part"
    return None


def pieces(clip: ClipInfo, touched: Collection[int]) -> list[Piece]:
    """The clip in order, cut into what can be copied and what must be encoded.

    ``touched`` are the frames of the clip that something is drawn into.
    """
    media, syntax = load(clip.media.path), _SYNTAX[clip.media.codec]
    result: list[Piece] = []
    sets = _header_sets(media, syntax)
    at = 0
    joined = False  # whether the group before was copied
    for group in _groups(media, clip.first_frame, clip.first_frame + clip.frame_count):
        # After a copied group the next is complete with all that leans on that one.
        ways, joined = ([group] if joined else []) + [_from_seam(group, syntax)], False
        if syntax.brings_other_sets(bytes(group[0][1]), sets):
            continue  # the size may change here, and a film has one
        for kept in ways:
            numbers = sorted(number - clip.first_frame for number, _ in kept)
            start, stop = (numbers[0], numbers[-1] + 1) if numbers else (0, 0)
            joined = (
                at <= start < stop <= clip.frame_count
                and numbers == list(range(start, stop))
                and not any(n in touched for n in numbers)
            )
            if joined:
                break
        if not joined:
            continue
        if start > at:
            result.append(Piece(at, start, False))
        if result and result[-1].copied:
            start = result.pop().start
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
            stream.codec_context.codec_tag = _SYNTAX[clip.media.codec].tag
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
    first, syntax = clip.first_frame, _SYNTAX[media.info.codec]
    sets = _header_sets(media, syntax)
    begun = False
    for group in _groups(media, first + piece.start, first + piece.stop):
        kept = group if begun else _from_seam(group, syntax)
        if not kept or (not begun and min(number for number, _ in kept) != first + piece.start):
            continue
        for number, packet in kept:
            data = bytes(packet)
            if packet.is_keyframe:
                data = syntax.with_sets(data, sets)
                if syntax is HEVC and not begun:
                    data = as_splice(data)
            begun = True
            yield number - first, data, bool(packet.is_keyframe)


def _header_sets(media: LoadedMedia, syntax: NalSyntax) -> bytes:
    with av.open(str(media.info.path)) as container:
        context = container.streams[media.stream_index].codec_context
        return syntax.sets_of(bytes(context.extradata or b"")) or b""


def _encoded(
    clip: ClipInfo, settings: EncodeSettings, piece: Piece, draw: Callable[[RawFrame], None]
) -> Iterator[Coded]:
    part = replace(
        clip,
        first_frame=clip.first_frame + piece.start,
        frame_count=piece.stop - piece.start,
        start_pts=int(load(clip.media.path).index.pts[clip.first_frame + piece.start]),
    )
    context: Any = av.CodecContext.create(settings.encoder, "w")
    context.width, context.height, context.pix_fmt = clip.width, clip.height, clip.media.pixel_format
    context.time_base, context.framerate = 1 / clip.rate, clip.rate
    context.sample_aspect_ratio, context.thread_count = clip.media.sample_aspect_ratio, 0
    context.options = encoder_options(settings.encoder, settings.options, None)
    if settings.gop_seconds is not None:
        context.gop_size = max(1, round(settings.gop_seconds * clip.rate))
    apply_tags(context, clip.media.color)

    def coded(packets: Any) -> Iterator[Coded]:
        for packet in packets:
            yield int(packet.pts), length_prefixed(bytes(packet)), bool(packet.is_keyframe)

    for frame in raw_frames(part):
        assert isinstance(frame, DecodedFrame)
        frame.index += piece.start
        draw(frame)
        picture = frame.picture
        picture.pts, picture.dts, picture.time_base = frame.index, None, 1 / clip.rate
        picture.pict_type = 0
        yield from coded(context.encode(picture))
    yield from coded(context.encode(None))


def _from_seam(group: list[tuple[int, Any]], syntax: NalSyntax) -> list[tuple[int, Any]]:
    """What of a group can follow another encoder's pictures: nothing, all, or all but the pictures that
    are shown before its first, which lean on what is not there."""
    types = set(syntax.types(bytes(group[0][1])))
    if types & syntax.clean:
        return group
    return [part for part in group if part[0] >= group[0][0]] if types & syntax.leading else []


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
