"""Encoding a clip's pictures, with its sound, into a file that appears only when complete."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import av

from highlight_cuts_cv.contracts import AS_STORED, Cadence, EncodeSettings, RawFrame, VideoWriter
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.media.background import WriteBehind
from highlight_cuts_cv.media.color_tags import apply_tags
from highlight_cuts_cv.media.failures import reason, writing
from highlight_cuts_cv.media.fitted import fitted
from highlight_cuts_cv.media.planes import from_planes, padded, whole_pairs
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.reading.raw import DecodedFrame, freeze_span
from highlight_cuts_cv.media.reading.spans import clip_span
from highlight_cuts_cv.media.writing.audio import AudioFeed
from highlight_cuts_cv.media.writing.encoders import (
    EDIT_LIST_SUFFIXES,
    encoder_for,
    encoder_options,
    nearest_format,
    open_output,
)
from highlight_cuts_cv.model import ClipInfo, ColorTags, JobFailedError

_log = logging.getLogger(__name__)
_BEHIND = 3
_JITTER = Fraction(2, 1000)
"""Seconds between the stamps of an even recording and where they would lie, counted from any frame."""
_MOST_FORGIVEN = Fraction(2, 5)
_RATE_SLACK = Fraction(101, 100)  # a phone's "30.02" passes for 30


@contextmanager
def open_writer(
    path: Path | str,
    clip: ClipInfo,
    settings: EncodeSettings,
    cadence: Cadence = AS_STORED,
) -> Iterator[VideoWriter]:
    """Encode frames to *path* with the clip's audio; the file appears on a clean exit only.

    The first frame sets the size and pixel format (so an overlay may be smaller than the clip).
    ``settings.height`` scales down, never up, and keeps the aspect ratio; ``settings.max_rate``
    drops frames to the source's rate divided by a whole number.  With a rate in *cadence* the
    frames' pts are taken to be at it, and with ``frame_count`` the sound is as long as so many; without, a
    clip of constant rate is written at its own and one of variable rate keeps its times.  With ``freeze``
    the sound pauses where the picture stands still, for which it is encoded anew.  A frame given to ``write`` belongs to the writer.

    Raises BadInputError for an encoder that does not exist or a suffix that is no video
    container's, JobFailedError when encoding or writing fails or no frame was written.
    """
    path = Path(path)
    with writing(path), atomic_output(path) as temporary:
        span = clip_span(clip, cadence.rate, cadence.frame_count)
        job = _Encoding(path, temporary, clip, settings, cadence.rate, span, freeze_span(clip, cadence))
        try:
            with WriteBehind(job.encode, _BEHIND) as behind:
                yield _Writer(behind)
            job.finish()
        finally:
            job.close()


class _Writer:
    def __init__(self, behind: WriteBehind[tuple[RawFrame, Any]]) -> None:
        self._behind = behind

    def write(self, frame: RawFrame) -> None:
        # Another's arrays may change after this call; a decoded picture is ours to keep.
        picture = (
            frame.picture
            if isinstance(frame, DecodedFrame)
            else from_planes(frame.planes, frame.width, frame.height, frame.pixel_format)
        )
        self._behind.put((frame, picture))


class _Encoding:
    """The encoder's side of the queue.  All but the constructor runs in one other thread."""

    def __init__(
        self,
        path: Path,
        temporary: Path,
        clip: ClipInfo,
        settings: EncodeSettings,
        rate: Fraction | None,
        span: tuple[Fraction, Fraction],
        pause: tuple[Fraction, Fraction] | None,
    ) -> None:
        self._path, self._clip, self._settings = path, clip, settings
        self._span, self._pause = span, pause
        self._codec = encoder_for(settings.encoder)
        self._output: Any = open_output(path, temporary)
        self._audio: AudioFeed | None = None
        self._stream: Any = None
        self._scaler = av.video.reformatter.VideoReformatter()
        self._last_slot = -1
        base = rate or clip.rate
        divisor = 1
        if settings.max_rate is not None and base > settings.max_rate * _RATE_SLACK:
            divisor = ceil(base / settings.max_rate)
        self._rate = base / divisor
        keeps_times = rate is None and clip.media.variable_rate and divisor == 1
        self._time_base = clip.time_base if keeps_times else 1 / self._rate
        # Frames counted in the file's ticks start at the clip's first; resampled ones start at 0.
        self._origin = (clip.start_pts * clip.time_base) if rate is None else Fraction(0)
        # Stamps of an even recording may jitter.
        jitter = max(clip.time_base / 2, Fraction(0) if clip.media.variable_rate else _JITTER)
        self._tolerance = min(jitter / self._time_base, _MOST_FORGIVEN)

    def encode(self, item: tuple[RawFrame, Any]) -> None:
        frame, picture = item
        time = frame.pts * frame.time_base - self._origin
        slot = int(time / self._time_base + self._tolerance)
        if slot <= self._last_slot:
            return
        self._last_slot = slot
        if self._stream is None:
            self._open(frame, picture)
        picture = self._fit(picture)
        picture.pts, picture.dts, picture.time_base = slot, None, self._time_base
        picture.pict_type = 0  # the source's frame types are no orders to the encoder
        self._mux(self._stream.encode(picture))
        if self._audio is not None:
            self._mux(self._audio.until(time))

    def finish(self) -> None:
        if self._stream is None:
            raise JobFailedError(f"No frame was written to '{self._path}'.")
        self._mux(self._stream.encode(None))
        if self._audio is not None:
            self._mux(self._audio.rest())
        self._output.close()

    def close(self) -> None:
        if self._audio is not None:
            self._audio.close()
        try:
            self._output.close()
        except (av.error.FFmpegError, OSError) as error:
            # After a failure the trailer often cannot be written either; the file is removed anyway.
            _log.debug("closing '%s': %s", self._path, error)

    def _mux(self, packets: Any) -> None:
        for packet in packets:
            self._output.mux_one(packet)

    def _open(self, frame: RawFrame, picture: Any) -> None:
        settings, media = self._settings, self._clip.media
        decoded = isinstance(frame, DecodedFrame)
        wanted = settings.pixel_format or (media.pixel_format if decoded else frame.pixel_format)
        pixel_format = nearest_format(self._codec, wanted)
        if pixel_format != wanted:
            _log.warning(
                "The encoder '%s' cannot write %s; '%s' is written as %s.",
                settings.encoder,
                wanted,
                self._path,
                pixel_format,
            )
        width, height = self._size(frame.width, frame.height, pixel_format)
        hdr = load(media.path).hdr if decoded else None
        options = encoder_options(settings.encoder, settings.options, hdr)
        stream: Any = self._output.add_stream(
            settings.encoder, rate=self._rate, options=options, time_base=self._time_base
        )
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        context = stream.codec_context
        if context.codec.canonical_name == "hevc" and self._path.suffix.lower() in EDIT_LIST_SUFFIXES:
            context.codec_tag = "hvc1"  # Apple's players and Premiere refuse FFmpeg's usual hev1
        context.thread_count = 0  # as many as there are cores; libavcodec's own default is one
        context.sample_aspect_ratio = media.sample_aspect_ratio
        self._tags = self._tags_for(frame.color, picture, pixel_format)
        apply_tags(context, self._tags)
        if settings.gop_seconds is not None:
            context.gop_size = max(1, round(settings.gop_seconds * self._rate))
        if media.interlaced and height == frame.height and media.rotation in (0, 180):
            context.flags |= av.codec.context.Flags.interlaced_dct | av.codec.context.Flags.interlaced_me
            context.field_order = load(media.path).field_order
        try:
            context.open()
        except av.error.FFmpegError as error:
            given = ", ".join(f"{name}={value}" for name, value in options.items()) or "no options"
            raise JobFailedError(
                f"The encoder '{settings.encoder}' does not accept {width}x{height} {pixel_format} pictures "
                f"with {given}: {reason(error)}."
            ) from error
        self._stream = stream
        if media.audio:
            self._audio = AudioFeed(self._clip, self._span, self._output, self._path, self._pause)
        self._output.start_encoding()

    def _size(self, width: int, height: int, pixel_format: str) -> tuple[int, int]:
        target = min(self._settings.height or height, height)
        if target != height:
            return max(2, round(width * target / height / 2) * 2), max(2, target // 2 * 2)
        return whole_pairs(width, height, pixel_format)

    def _tags_for(self, tags: ColorTags, picture: Any, pixel_format: str) -> ColorTags:
        """The source's tags, completed where the encoder's format needs other ones than its own."""
        was_rgb, is_rgb = picture.format.is_rgb, av.VideoFormat(pixel_format, 2, 2).is_rgb
        if was_rgb and not is_rgb:
            return ColorTags(tags.primaries, tags.transfer, "bt709", False)
        if is_rgb and not was_rgb:
            return ColorTags(tags.primaries, tags.transfer, None, None)
        return tags

    def _fit(self, picture: Any) -> Any:
        """The picture in the encoder's size and pixel format."""
        stream = self._stream
        apply_tags(picture, self._tags if not picture.format.is_rgb else ColorTags())
        target = (stream.width, stream.height)
        if self._settings.height is None and target != (picture.width, picture.height):
            picture = padded(picture, *target)
        return fitted(self._scaler, picture, *target, stream.pix_fmt)
